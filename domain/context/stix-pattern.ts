/** Reads the part of STIX patterning that Edict acts on: equality comparisons joined by OR. Anything else is answered with the reason. */
export type Comparison = { readonly path: string; readonly value: string };

type Scan = { readonly text: string; at: number };

const maxComparisons = 1_000;

/** `[a = 'x' OR b = 'y'] OR [c = 'z']` → its comparisons; else why not. */
export function readStixPattern(text: string): readonly Comparison[] | string {
  const scan: Scan = { text, at: 0 };
  const comparisons: Comparison[] = [];
  for (;;) {
    if (!take(scan, '[')) return 'the pattern does not begin with `[`';
    const fault = readObservation(scan, comparisons);
    if (fault !== undefined) return fault;
    if (comparisons.length > maxComparisons) return `it has more than ${maxComparisons} comparisons`;
    skipSpace(scan);
    if (scan.at === text.length) return comparisons;
    if (!takeWord(scan, 'OR')) return 'observations joined by anything but OR, or qualified, are not read';
  }
}

function readObservation(scan: Scan, comparisons: Comparison[]): string | undefined {
  for (;;) {
    const path = readPath(scan);
    if (path === '') return 'a comparison without an object path is not read';
    if (!take(scan, '=')) return 'comparisons other than `=` are not read';
    const value = readLiteral(scan);
    if (value === undefined) return 'the value of a comparison is not text in quotes';
    comparisons.push({ path, value });
    if (take(scan, ']')) return undefined;
    if (!takeWord(scan, 'OR')) return 'comparisons joined by anything but OR are not read';
  }
}

function readPath(scan: Scan): string {
  skipSpace(scan);
  const start = scan.at;
  while (scan.at < scan.text.length && /[\w:.'-]/.test(scan.text.charAt(scan.at))) scan.at += 1;
  return scan.text.slice(start, scan.at);
}

function readLiteral(scan: Scan): string | undefined {
  if (!take(scan, "'")) return undefined;
  let value = '';
  for (; scan.at < scan.text.length; scan.at += 1) {
    const char = scan.text.charAt(scan.at);
    if (char === "'") {
      scan.at += 1;
      return value;
    }
    if (char === '\\') scan.at += 1;
    value += scan.text.charAt(scan.at);
  }
  return undefined;
}

function take(scan: Scan, mark: string): boolean {
  skipSpace(scan);
  if (scan.text[scan.at] !== mark) return false;
  scan.at += 1;
  return true;
}

function takeWord(scan: Scan, word: string): boolean {
  skipSpace(scan);
  if (!scan.text.startsWith(word, scan.at) || /[\w-]/.test(scan.text.charAt(scan.at + word.length))) return false;
  scan.at += word.length;
  return true;
}

function skipSpace(scan: Scan): void {
  while (scan.at < scan.text.length && /\s/.test(scan.text.charAt(scan.at))) scan.at += 1;
}
