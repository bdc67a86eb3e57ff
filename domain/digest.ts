/** Canonical JSON (RFC 8785 for the JSON that we make: finite numbers, no lone surrogates) and its SHA-256, as `sha256:<hex>`. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { EdictError } from './errors.ts';

export type Digest = `sha256:${string}`;

export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return canonicalNumber(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') return canonicalObject(value);
  throw new EdictError('value-not-json', `a ${typeof value} has no JSON form`);
}

export function digestOf(value: unknown): Digest {
  return digestOfText(canonicalJson(value));
}

export function digestOfText(text: string): Digest {
  return `sha256:${bytesToHex(sha256(utf8ToBytes(text)))}`;
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw new EdictError('value-not-json', 'a number that is not finite has no JSON form');
  return JSON.stringify(value);
}

function canonicalObject(value: object): string {
  let members = '';
  for (const key of Object.keys(value).toSorted()) {
    const entry: unknown = (value as { readonly [key: string]: unknown })[key];
    if (entry === undefined) continue;
    members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(entry)}`;
  }
  return `{${members}}`;
}
