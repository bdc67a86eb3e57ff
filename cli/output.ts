/** How the CLI speaks: results on standard output (text, or JSON with --json), progress and faults on standard error. */
import { EdictError, errorTable } from '../domain/errors.ts';
import type { GlobalOptions } from './session.ts';

const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;

function paint(code: string): (text: string) => string {
  return (text) => (colour ? `\u001B[${code}m${text}\u001B[0m` : text);
}
export const style = { bold: paint('1'), dim: paint('2'), red: paint('31'), green: paint('32'), yellow: paint('33') } as const;

/** Control characters of what others wrote never reach the terminal: they could rewrite what a manager reads. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (found) => (found === '\n' || found === '\t' ? found : '\uFFFD'));
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function progress(text: string): void {
  process.stderr.write(`${style.dim(text)}\n`);
}

/** One value, as JSON or in words. */
export function answer(options: GlobalOptions, value: unknown, words: () => string): void {
  print(options.json === true ? JSON.stringify(value, null, 2) : words());
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

function widthOf(text: string): number {
  return [...graphemes.segment(text)].length;
}

/** Columns as wide as their content; the last one is never padded. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], empty: string): string {
  if (rows.length === 0) return style.dim(empty);
  const clean = rows.map((row) => row.map((cell) => plain(cell).replaceAll(/\s+/gu, ' ')));
  const widths = head.map((title, column) => Math.max(title.length, ...clean.map((row) => widthOf(row[column] ?? ''))));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))).join('  ');
  return [style.dim(line(head)), ...clean.map(line)].join('\n');
}

export function shortDigest(digest: string): string {
  return digest.length > 19 ? `${digest.slice(0, 19)}…` : digest;
}

/** Prints the fault and returns the exit code of its kind. */
export function reportFault(options: GlobalOptions, error: unknown): number {
  const fault = error instanceof EdictError ? error : new EdictError('defect', error instanceof Error ? error.message : String(error));
  if (options.json === true) {
    const { code, message, where, expected, help } = fault;
    process.stderr.write(`${JSON.stringify({ error: { code, message, where, expected, help } })}\n`);
  } else {
    process.stderr.write(`${style.red('error')} ${plain(fault.message)} ${style.dim(`[${fault.code}]`)}\n`);
    if (fault.where !== undefined) process.stderr.write(`  where     ${plain(fault.where)}\n`);
    if (fault.expected !== undefined) process.stderr.write(`  expected  ${plain(fault.expected)}\n`);
    if (fault.help !== undefined) process.stderr.write(`  help      ${plain(fault.help)}\n`);
  }
  return errorTable[fault.code].exit;
}
