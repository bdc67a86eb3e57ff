/**
 * What readers of cloud configuration share: strict access to unknown data, and what becomes of what they cannot read. Each part of a
 * document is read in its own try: without a place to collect problems the first one is thrown, otherwise it is kept with its line and
 * the rest is read.
 */
import { EdictError } from '../../../errors.ts';
import { parseAddresses } from '../../addresses.ts';
import type { IntervalSet } from '../../intervals.ts';
import { maxPort } from '../../service-selector.ts';
import type { JsonDocument } from './json-document.ts';

/** What was not understood: where, its text, and why. */
export type NotUnderstood = { readonly line: number; readonly text: string; readonly reason: string };

/** `notUnderstood` makes a reader lenient: problems go there instead of being thrown. */
export type ReadOptions = { readonly notUnderstood?: ((problem: NotUnderstood) => void) | undefined };

export type Place = { readonly file: string; readonly line: number };

export function unreadable(what: string, expected: string, { file, line }: Place): EdictError {
  return new EdictError('artifact-unreadable', `cannot read ${what}`, { where: `${file}:${line}`, expected });
}

/** What `read` gives, or nothing where it is not understood and problems are collected. */
export function understood<T>(
  read: () => readonly T[],
  part: { readonly value: unknown; readonly place: Place },
  options: ReadOptions,
): readonly T[] {
  try {
    return read();
  } catch (error) {
    if (options.notUnderstood === undefined || !(error instanceof EdictError) || error.code !== 'artifact-unreadable') throw error;
    const expected = error.expected === undefined ? '' : `; expected ${error.expected}`;
    options.notUnderstood({
      line: part.place.line,
      text: (JSON.stringify(part.value) ?? '').slice(0, 200),
      reason: `${error.message}${expected}`,
    });
    return [];
  }
}

/** A list of a document: where it stands, and what becomes of entries that are not understood. */
export type ListAt = { readonly document: JsonDocument; readonly pointer: string; readonly options: ReadOptions };

/** Each entry of a list in its own try, with its line and its pointer. */
export function eachOf<T>(
  list: unknown,
  { document, pointer, options }: ListAt,
  read: (value: unknown, place: Place, pointer: string) => readonly T[],
): readonly T[] {
  return listOf(list, placeAt(document, pointer)).flatMap((value, index) => {
    const at = `${pointer}/${index}`;
    const place = placeAt(document, at);
    return understood(() => read(value, place, at), { value, place }, options);
  });
}

function placeAt({ file, lineOf }: JsonDocument, pointer: string): Place {
  return { file, line: lineOf(pointer) };
}

export type Fields = { readonly [key: string]: unknown };

/** An object of no other keys than the given ones. */
export function fieldsOf(value: unknown, known: readonly string[], place: Place): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(`\`${print(value)}\``, 'an object', place);
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) throw unreadable(`the key \`${unknown}\``, known.map((key) => `\`${key}\``).join(', '), place);
  return value as Fields;
}

export function listOf(value: unknown, place: Place): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw unreadable(`\`${print(value)}\``, 'a list', place);
  return value;
}

export function textOf(value: unknown, place: Place): string {
  if (typeof value !== 'string') throw unreadable(`\`${print(value)}\``, 'text', place);
  return value;
}

export function textsOf(value: unknown, place: Place): readonly string[] {
  return listOf(value, place).map((each) => textOf(each, place));
}

export function integerIn(value: unknown, [low, high]: readonly [number, number], place: Place): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return value;
  throw unreadable(`\`${print(value)}\``, `a whole number from ${low} to ${high}`, place);
}

export function print(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 80);
}

/** An address, a CIDR, or a range `a-b`. */
export function addressRange(text: string, place: Place): IntervalSet {
  try {
    return parseAddresses(text);
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
    throw unreadable(`\`${text.slice(0, 80)}\``, 'an address, CIDR or range', place);
  }
}

/** One address or CIDR without host bits. */
export function cidrSet(value: unknown, place: Place): IntervalSet {
  const text = textOf(value, place);
  try {
    if (!text.includes('-')) return parseAddresses(text);
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
  }
  throw unreadable(`\`${text.slice(0, 80)}\``, 'a CIDR without host bits', place);
}

/** `80` or `8000-8099`, as text. */
export function portRange(value: unknown, place: Place): { readonly low: number; readonly high: number } {
  const [, from, to = from] = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(textOf(value, place)) ?? [];
  const [low, high] = [Number(from), Number(to)];
  if (low <= high && high <= maxPort) return { low, high };
  throw unreadable(`\`${print(value)}\``, 'a port or a range of ports that ascends', place);
}
