/**
 * Controls with their evidence as CSV (RFC 4180): one finding a line. A cell that a spreadsheet would take for a formula is made text by an
 * apostrophe, as OWASP's page on CSV injection says.
 */
import type { AssessedControl } from '../assess.ts';

const head = ['framework', 'control', 'title', 'status', 'claimed by', 'claim', 'need', 'state', 'found', 'rows', 'evidence'] as const;

export function controlsCsv(controls: readonly AssessedControl[]): string {
  return [head, ...controls.flatMap(lines)].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

function lines(control: AssessedControl): readonly (readonly string[])[] {
  const own = [control.framework, control.control, control.title, control.status];
  if (control.claims.length === 0) return [[...own, '', '', '', '', '', '0', '']];
  return control.claims.flatMap(({ kind, id, needs }) =>
    needs.map(({ text, state, found, rows, evidence }) => [
      ...own,
      kind,
      id,
      text,
      state,
      found,
      String(rows),
      evidence.map((link) => `${link.kind}/${link.id}`).join(' '),
    ]),
  );
}

/** Also after blanks, which spreadsheets skip. */
const formula = /^[\s\u00a0]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/u;

export function csvCell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
