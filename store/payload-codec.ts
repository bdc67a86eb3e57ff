/**
 * How values travel through Temporal: small ones as they are, larger ones compressed, and what is over 64 KiB even then by its digest,
 * with the value itself in the store. Every worker and client of an installation has the same. A reference is no secret and no
 * right: who sends a made-up one has sent a value that says so.
 */
import { zstdCompressSync, zstdDecompressSync, constants } from 'node:zlib';
import type { Digest } from '../domain/digest.ts';
import type { Values } from './port/values.ts';

/** Temporal's payload, as far as it matters here. */
export type Payload = { metadata?: { [name: string]: Uint8Array } | null; data?: Uint8Array | null };
type Context = { readonly isLocal?: boolean };
export type PayloadCodec = {
  readonly encode: (payloads: Payload[], context?: object) => Promise<Payload[]>;
  readonly decode: (payloads: Payload[], context?: object) => Promise<Payload[]>;
};

export const plain = 'json/plain';
const compressed = 'binary/edict-zstd';
const reference = 'json/edict-reference';

const smallBytes = 8 * 1024;
const inlineBytes = 64 * 1024;
const fast = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

export function payloadCodec(values: Values): PayloadCodec {
  return {
    encode: (payloads, context) => Promise.all(payloads.map((payload) => encoded(values, payload, (context ?? {}) as Context))),
    decode: (payloads) => Promise.all(payloads.map((payload) => decoded(values, payload))),
  };
}

async function encoded(values: Values, payload: Payload, { isLocal }: Context): Promise<Payload> {
  const { data } = payload;
  if (!data || data.byteLength <= smallBytes || encodingOf(payload) !== plain) return payload;
  const small = zstdCompressSync(data, fast);
  // What goes to an activity inside the workflow task is in no history.
  if (small.byteLength <= inlineBytes || isLocal) return asPayload(compressed, small);
  return asPayload(reference, Buffer.from(JSON.stringify({ digest: await values.put(data), sizeBytes: data.byteLength })));
}

async function decoded(values: Values, payload: Payload): Promise<Payload> {
  const encoding = encodingOf(payload);
  if (!payload.data || (encoding !== compressed && encoding !== reference)) return payload;
  if (encoding === compressed) return asPayload(plain, zstdDecompressSync(payload.data, { maxOutputLength: largestBytes }));
  const digest = digestIn(payload.data);
  const value = digest && (await values.get(digest));
  return asPayload(plain, value ? value.json : Buffer.from(JSON.stringify({ $missing: digest ?? null })));
}

/** Of a compressed one: what comes through Temporal may be anything. */
const largestBytes = 64 * 1024 * 1024;

function digestIn(data: Uint8Array): Digest | undefined {
  try {
    const { digest } = JSON.parse(Buffer.from(data).toString('utf8')) as { readonly digest?: unknown };
    return typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest) ? (digest as Digest) : undefined;
  } catch {
    return undefined;
  }
}

export function encodingOf({ metadata }: Payload): string {
  const encoding = metadata?.['encoding'];
  return encoding ? Buffer.from(encoding).toString('utf8') : '';
}

export function asPayload(encoding: string, data: Uint8Array): Payload {
  return { metadata: { encoding: Buffer.from(encoding) }, data };
}
