/**
 * Verifies a webhook as Standard Webhooks says (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md):
 * HMAC-SHA-256 over `<webhook-id>.<webhook-timestamp>.<raw body>`, base64, in constant time; five minutes each way. No secret means reject.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { EdictError } from '../domain/errors.ts';

export type WebhookHeaders = { readonly [name: string]: string | readonly string[] | undefined };

export type WebhookMessage = {
  readonly headers: WebhookHeaders;
  readonly body: Uint8Array;
  /** Those that are valid now: two while a source goes over to a new one. */
  readonly secrets: readonly (string | undefined)[];
  readonly nowMs: number;
};

const toleranceMs = 5 * 60 * 1000;
/** A sender that rotates its key signs with a few keys at once. */
const signaturesMost = 8;

/** Returns the sender's message id. */
export function verifyWebhook({ headers, body, secrets, nowMs }: WebhookMessage): string {
  const id = header(headers, 'webhook-id');
  const timestamp = header(headers, 'webhook-timestamp');
  const signatures = header(headers, 'webhook-signature');
  const keys = secrets.filter((secret) => secret !== undefined && secret !== '').map((secret) => keyOf(secret ?? ''));
  if (keys.length === 0)
    throw new EdictError('webhook-secret-missing', 'no secret is configured for this source', {
      help: 'a webhook without a secret is refused',
    });
  const expected = keys.map((key) => createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest());
  const given = signatures.split(' ').slice(0, signaturesMost).map(readSignature);
  const matches = given.filter(
    (signature) => signature !== undefined && expected.some((one) => signature.length === one.length && timingSafeEqual(signature, one)),
  );
  if (matches.length === 0) throw new EdictError('signature-invalid', 'the signature is not that of this body');
  refuseOld(timestamp, nowMs);
  return id;
}

export function signWebhook(message: {
  readonly id: string;
  readonly timestamp: number;
  readonly body: string | Uint8Array;
  readonly secret: string;
}): string {
  const { id, timestamp, body, secret } = message;
  return `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
}

/** The spec's secrets are base64 after `whsec_`; others are taken as they are. */
function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret, 'utf8');
}

function readSignature(text: string): Buffer | undefined {
  const encoded = /^v1,([A-Za-z0-9+/]{43}=)$/u.exec(text)?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64');
}

function refuseOld(timestamp: string, nowMs: number): void {
  const atMs = /^\d{1,12}$/u.test(timestamp) ? Number(timestamp) * 1000 : Number.NaN;
  if (Math.abs(nowMs - atMs) <= toleranceMs) return;
  throw new EdictError('signal-too-old', 'the webhook’s timestamp is not within five minutes of now', {
    where: 'header webhook-timestamp',
    expected: 'seconds since 1970',
  });
}

function header(headers: WebhookHeaders, name: string): string {
  const value = headers[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new EdictError('signature-missing', `the header \`${name}\` is missing`, {
    expected: 'webhook-id, webhook-timestamp, webhook-signature',
  });
}
