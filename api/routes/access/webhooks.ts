/** Sources of webhooks and their secrets. */
import { EdictError } from '../../../domain/errors.ts';
import type { SecretRow } from '../../../store/port.ts';
import type { WebhookSource } from '../../contract/access/webhooks.ts';
import { codeOf } from '../../failure.ts';
import type { HandlerDeps, HandlersOf } from '../../handler.ts';
import { newWebhookSecret, previousValidMs, webhookPrefix, webhookSecretName } from '../../webhook-secrets.ts';

export function webhookHandlers({
  store: { secrets },
}: HandlerDeps): HandlersOf<'webhooks.list' | 'webhooks.create' | 'webhooks.rotate' | 'webhooks.delete'> {
  return {
    'webhooks.list': async () => ({ items: sourcesOf(await secrets.names(webhookPrefix)) }),
    'webhooks.create': async ({ body: { source }, by }) => {
      const secret = newWebhookSecret();
      await secrets.put(webhookSecretName(source), secret, by).catch(inWords(source));
      return { source, secret };
    },
    'webhooks.rotate': async ({ params: { source }, by }) => {
      const secret = newWebhookSecret();
      const rotation = { name: webhookSecretName(source), value: secret, keepMs: previousValidMs, by };
      const { previous } = await secrets.rotate(rotation).catch(inWords(source));
      return { source, secret, previousUntil: previous.expiresAt ?? previous.madeAt };
    },
    'webhooks.delete': async ({ params: { source }, by }) => {
      await secrets.remove(webhookSecretName(source), by).catch(inWords(source));
      return undefined;
    },
  };
}

/** A secret that has a previous one was made when it took that one's place. */
function sourcesOf(rows: readonly SecretRow[]): readonly WebhookSource[] {
  const byName = new Map(rows.map((row) => [row.name, row]));
  return rows
    .filter(({ name }) => !name.endsWith('/previous'))
    .map(({ name, madeAt }) => {
      const previous = byName.get(`${name}/previous`);
      const rotation = previous?.expiresAt === undefined ? {} : { rotatedAt: madeAt, previousUntil: previous.expiresAt };
      return { source: name.slice(webhookPrefix.length), madeAt, ...rotation };
    });
}

function inWords(source: string): (error: unknown) => never {
  return (error) => {
    const code = codeOf(error);
    if (code === 'not-found') throw new EdictError('not-found', `there is no webhook source \`${source}\``);
    if (code === 'conflict')
      throw new EdictError('conflict', `there is a webhook source \`${source}\` already`, {
        help: 'rotate its secret, or delete it first',
      });
    throw error;
  };
}
