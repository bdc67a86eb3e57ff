/**
 * Reads JSON from bytes that anyone may have sent: valid UTF-8, bounded depth, no prototype keys, and only values that can be stored
 * (finite numbers, text without NUL and without lone surrogates). Refuses with `input-invalid`.
 */
import { EdictError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';

/** Deeper than any document of ours; `JSON.parse` and our own walks recurse. */
const maxDepth = 64;

export function parseJsonBody(bytes: Uint8Array): Json {
  const text = decodeText(bytes);
  refuseDeep(text);
  const value = parse(text);
  refuseUnstorable(value, '');
  return value;
}

export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new EdictError('input-invalid', 'the body is not valid utf-8', { expected: 'text in utf-8', cause });
  }
}

/** As `decodeText`, and refuses NUL. */
export function parseTextBody(bytes: Uint8Array): string {
  const text = decodeText(bytes);
  if (text.includes('\0')) throw new EdictError('input-invalid', 'the body holds a nul character', { expected: 'text' });
  return text;
}

/** The reason why a value cannot be stored, or undefined. */
export function unstorable(value: unknown): string | undefined {
  try {
    refuseUnstorable(value, '');
    return undefined;
  } catch (error) {
    if (error instanceof EdictError) return error.message;
    throw error;
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new EdictError('input-invalid', 'the body is not json', { expected: 'a json document (RFC 8259)', cause });
  }
}

/** Counts brackets outside of strings, so that a hostile body is refused before anything recurses into it. */
function refuseDeep(text: string): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else depth += step(character);
    if (depth > maxDepth) throw new EdictError('input-invalid', `the body is nested deeper than ${maxDepth} levels`);
  }
}

function step(character: string | undefined): number {
  if (character === '[' || character === '{') return 1;
  return character === ']' || character === '}' ? -1 : 0;
}

function refuseUnstorable(value: unknown, where: string): void {
  if (typeof value === 'string') refuseText(value, where);
  else if (typeof value === 'number' && !Number.isFinite(value))
    throw new EdictError('input-invalid', 'a number is too large', { where: where || '/' });
  else if (Array.isArray(value)) value.forEach((item, index) => refuseUnstorable(item, `${where}/${index}`));
  else if (typeof value === 'object' && value !== null) {
    for (const [key, entry] of Object.entries(value)) refuseEntry(key, entry, where);
  }
}

function refuseEntry(key: string, entry: unknown, where: string): void {
  if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
    throw new EdictError('input-invalid', `the key \`${key}\` is not allowed`, { where: where || '/' });
  }
  refuseText(key, where);
  refuseUnstorable(entry, `${where}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
}

function refuseText(text: string, where: string): void {
  if (text.includes('\0')) throw new EdictError('input-invalid', 'a text holds a nul character', { where: where || '/' });
  if (/\p{Surrogate}/u.test(text)) throw new EdictError('input-invalid', 'a text holds half a surrogate pair', { where: where || '/' });
}
