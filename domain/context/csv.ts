/**
 * Comma-separated values as in RFC 4180, read in one linear pass, each record with the line that it begins on. BOM, CRLF and
 * quoted line breaks are understood. A record with a broken quote is marked, never thrown. (The csv-parse package needs
 * Node's types, which this folder does not have.)
 */
export type CsvRecord = { readonly line: number; readonly cells: readonly string[]; readonly fault?: string | undefined };

type State = { readonly text: string; at: number; line: number; fault: string | undefined };

export function readCsv(text: string): readonly CsvRecord[] {
  const state: State = { text, at: text.startsWith('\u{feff}') ? 1 : 0, line: 1, fault: undefined };
  const records: CsvRecord[] = [];
  while (state.at < text.length) {
    const line = state.line;
    state.fault = undefined;
    const cells = readRecord(state);
    if (cells.length === 1 && cells[0]?.trim() === '') continue;
    records.push(state.fault === undefined ? { line, cells } : { line, cells, fault: state.fault });
  }
  return records;
}

function readRecord(state: State): readonly string[] {
  const cells: string[] = [];
  for (;;) {
    cells.push(state.text[state.at] === '"' ? readQuoted(state) : readPlain(state));
    const end = state.text[state.at];
    state.at += 1;
    if (end === ',') continue;
    if (end === '\r' && state.text[state.at] === '\n') state.at += 1;
    state.line += 1;
    return cells;
  }
}

function readPlain(state: State): string {
  const start = state.at;
  while (!isCellEnd(state.text[state.at])) state.at += 1;
  return state.text.slice(start, state.at);
}

function readQuoted(state: State): string {
  const parts: string[] = [];
  for (;;) {
    const close = state.text.indexOf('"', state.at + 1);
    const part = state.text.slice(state.at + 1, close === -1 ? undefined : close);
    parts.push(part);
    state.line += part.split('\n').length - 1;
    if (close === -1) {
      state.fault = 'a quoted cell is never closed';
      state.at = state.text.length;
      return parts.join('"');
    }
    state.at = close + 1;
    if (state.text[state.at] === '"') continue;
    if (!isCellEnd(state.text[state.at])) {
      state.fault = 'text follows a closing quote';
      readPlain(state);
    }
    return parts.join('"');
  }
}

function isCellEnd(char: string | undefined): boolean {
  return char === undefined || char === ',' || char === '\n' || char === '\r';
}
