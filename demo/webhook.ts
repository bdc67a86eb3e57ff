/** A sender of Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA-256 over id, timestamp and body, with the secret it was given once. */
import { createHmac, randomUUID } from 'node:crypto';

export type Delivery = { readonly status: number; readonly body: unknown };

export async function sendWebhook(input: {
  readonly url: string;
  readonly secret: string;
  readonly body: unknown;
  readonly id?: string;
}): Promise<Delivery> {
  const id = input.id ?? `msg_${randomUUID()}`;
  const timestamp = String(Math.floor(Date.now() / 1000));
  const text = JSON.stringify(input.body);
  const key = Buffer.from(input.secret.replace(/^whsec_/u, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64');
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
  const response = await fetch(input.url, { method: 'POST', body: text, headers });
  return { status: response.status, body: await response.json().catch(() => undefined) };
}
