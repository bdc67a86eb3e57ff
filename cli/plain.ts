/**
 * Text of others, made safe for a terminal: control characters and invisible marks (bidirectional overrides, zero-width ones) could
 * rewrite what a manager reads.
 */

const breaks = /[\t-\r\u0085\u2028\u2029]+/gu;
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;
const hiddenButLines = /[^\P{Cc}\n\t]|[\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** One line: line breaks become spaces, so that a title cannot fake a line of ours. */
export function plain(text: string): string {
  return text.replace(breaks, ' ').replace(hidden, '\uFFFD');
}

/** Text of many lines, such as the source of a playbook. */
export function plainLines(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(hiddenButLines, '\uFFFD');
}

/** The same value with every text in it plain, keys too. */
export function cleaned<T>(value: T): T {
  return clean(value) as T;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return plain(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [plain(key), clean(inner)]));
}

/** JSON in which what a terminal could act on is escaped; it parses to the same value. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(/[\u007F-\u009F\p{Cf}\u2028\u2029]/gu, escaped);
}

function escaped(found: string): string {
  return found
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
