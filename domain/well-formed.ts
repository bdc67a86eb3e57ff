/**
 * Text as every store and terminal can hold it: without NUL and without halves of surrogate pairs, each of which becomes U+FFFD (Unicode 3.9,
 * "replacement character"). For what was found outside and has to be recorded whatever it holds; what people write is refused instead.
 */
import type { Json } from './json.ts';

/** The same value where nothing in it has to be replaced. */
export function wellFormed<T>(value: T): T {
  return /\\u(?:0000|d[89a-f])/u.test(JSON.stringify(value) ?? '') ? (cleaned(value as Json) as T) : value;
}

function cleaned(value: Json): Json {
  if (typeof value === 'string') return textOf(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [textOf(key), cleaned(entry)]));
}

// With the `u` flag a surrogate pair is one code point, so that only lone halves match.
// oxlint-disable-next-line no-control-regex
const textOf = (text: string): string => text.replaceAll(/[\u0000\p{Surrogate}]/gu, '\uFFFD');
