/** How the CLI speaks: results on standard output (text, or JSON with --json), progress and faults on standard error. */
import stringWidth from 'string-width';
import { errorTable } from '../domain/errors.ts';
import { faultOf } from './fault.ts';
import { cleaned, plain, toJson } from './plain.ts';
import type { GlobalOptions } from './session.ts';

type Painter = (text: string) => string;

/** https://no-color.org: set and not empty means no colour. */
function painter(stream: NodeJS.WriteStream): (code: string) => Painter {
  const colour = stream.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
  return (code) => (text) => (colour ? `\u001B[${code}m${text}\u001B[0m` : text);
}
const out = painter(process.stdout);
const err = painter(process.stderr);

export const style = { bold: out('1'), dim: out('2'), red: out('31'), green: out('32'), yellow: out('33') } as const;
const aside = { dim: err('2'), red: err('31') } as const;

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function progress(text: string): void {
  process.stderr.write(`${aside.dim(plain(text))}\n`);
}

/**
 * One value, as JSON or in words.
 * INVARIANT: `words` sees cleaned text alone, so that nothing that others wrote reaches the terminal as a control character.
 */
export function answer<T>(options: GlobalOptions, value: T, words: (clean: T) => string): void {
  print(options.json === true ? toJson(value, 2) : words(cleaned(value)));
}

const minLastColumn = 16;

/**
 * Columns as wide as their content; the last one is never padded. On a terminal the last column is cut to fit; where not even that
 * fits, each row becomes a block of lines. What is piped is never cut.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  empty: string,
  columns: number | undefined = process.stdout.isTTY ? process.stdout.columns : undefined,
): string {
  if (rows.length === 0) return style.dim(empty);
  const clean = rows.map((row) => row.map(plain));
  const widths = head.map((title, column) => Math.max(title.length, ...clean.map((row) => stringWidth(row[column] ?? ''))));
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  const room = columns === undefined ? Infinity : columns - before;
  if (room < Math.min(minLastColumn, widths.at(-1) ?? 0)) return blocks(head, clean);
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === row.length - 1 ? cut(cell, room) : padded(cell, widths[column] ?? 0))).join('  ');
  return [style.dim(line(head)), ...clean.map(line)].map((text) => text.trimEnd()).join('\n');
}

function blocks(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = Math.max(...head.map((title) => title.length));
  return rows
    .map((row) => head.map((title, at) => `${style.dim(title.padEnd(width))}  ${row[at] ?? ''}`.trimEnd()).join('\n'))
    .join('\n\n');
}

/** Wide characters take two columns, combining ones none. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

function cut(text: string, room: number): string {
  if (stringWidth(text) <= room) return text;
  let kept = '';
  for (const { segment } of graphemes.segment(text)) {
    if (stringWidth(kept + segment) > room - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

export function shortDigest(digest: string): string {
  return digest.length > 19 ? `${digest.slice(0, 19)}…` : digest;
}

/** A time of the API, to the second, in UTC. */
export function when(time: string | undefined): string {
  return time === undefined ? '' : time.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/u, '$1 $2Z');
}

/** Prints the fault and returns the exit code of its kind. */
export function reportFault(options: GlobalOptions, error: unknown): number {
  const fault = faultOf(error);
  const { code, message, where, expected, help } = fault;
  if (options.json === true) {
    process.stderr.write(`${toJson({ error: { code, message, where, expected, help } })}\n`);
    return errorTable[code].exit;
  }
  const further = Object.entries({ where, expected, help }).filter(([, text]) => text !== undefined);
  process.stderr.write(`${aside.red('error')} ${plain(message)} ${aside.dim(`[${code}]`)}\n`);
  for (const [name, text] of further) process.stderr.write(`  ${name.padEnd(8)}  ${plain(text ?? '')}\n`);
  return errorTable[code].exit;
}
