/** JSON of a form that is known to the last key; anything else is `artifact-unreadable`. */
import { EdictError } from '../../../errors.ts';

export type Fields = { readonly [key: string]: unknown };

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EdictError('artifact-unreadable', 'data.json is not JSON', { cause });
  }
}

/** With exactly these keys. */
export function object(value: unknown, keys: readonly string[], where: string): Fields {
  const held = openObject(value, where);
  const own = Object.keys(held);
  if (own.length !== keys.length || !keys.every((key) => Object.hasOwn(held, key)))
    throw unreadable(`${where} with keys \`${own.slice(0, 10).join(', ')}\``, keys.join(', '));
  return held;
}

export function openObject(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(where, 'an object');
  return value as Fields;
}

export function list(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw unreadable(where, 'a list');
  return value;
}

export function textOf(value: unknown, where: string): string {
  if (typeof value !== 'string') throw unreadable(where, 'text');
  return value;
}

export function wholeNumber(value: unknown, most: number, where: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most)
    throw unreadable(`number in ${where}`, `0–${most}`);
  return value;
}

/** A key that is a number up to `most`, in the one form that is asked for. */
export function numberKey(key: string, most: number, where: string): number {
  const number = Number(key);
  if (String(number) !== key) throw unreadable(`\`${key}\` in ${where}`, `0–${most}`);
  return wholeNumber(number, most, where);
}

export function unreadable(what: string, expected: string): EdictError {
  return new EdictError('artifact-unreadable', `cannot read ${what}`, { expected });
}
