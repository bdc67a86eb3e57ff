/** Names and values of webhook secrets: `webhook/<source>`, and `webhook/<source>/previous` for a day after a rotation. */
import { randomBytes } from 'node:crypto';
import type { Secrets } from '../store/port.ts';

export const webhookPrefix = 'webhook/';
/** How long the one before stays valid. */
export const previousValidMs = 24 * 60 * 60 * 1000;

export function webhookSecretName(source: string): string {
  return `${webhookPrefix}${source}`;
}

/** As the specification of Standard Webhooks writes them. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

export async function validSecrets(secrets: Pick<Secrets, 'get'>, source: string): Promise<readonly (string | undefined)[]> {
  const name = webhookSecretName(source);
  return Promise.all([secrets.get(name), secrets.get(`${name}/previous`)]);
}
