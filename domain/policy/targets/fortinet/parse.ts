/**
 * Reads FortiOS CLI configuration into tables of entries. Written from the "FortiOS CLI Reference" and the Administration Guide's
 * "Command syntax": `config`, `edit`, `set`, `unset`, `next`, `end`, `purge`, `delete`; strings in single or double quotes, which may
 * go over lines, with `\` before a quote; `#` begins a line that is not read.
 */
import type { EdictError } from '../../../errors.ts';
import { atLine, unreadable } from '../rulebase-reading/reading.ts';

export type FortiEntry = {
  readonly name: string;
  readonly line: number;
  /** By key: the values in order. A later `set` takes the place of an earlier one. */
  readonly settings: Map<string, readonly string[]>;
  readonly tables: Map<string, FortiTable>;
};

/** `entries` in order; `own` are the settings of a table without entries, such as `system global`. */
export type FortiTable = { readonly entries: Map<string, FortiEntry>; readonly own: FortiEntry };

/** Throws `artifact-unreadable` with the line. */
export function parseFortiOs(text: string): FortiEntry {
  const root = entryOf('', 1);
  const open: Open[] = [{ table: undefined, entry: root }];
  for (const command of commandsOf(text)) run(open, command);
  if (open.length > 1) throw malformed('text that ends early', '`next` or `end`', text.split('\n').length);
  return root;
}

/** Where commands go: a table, and in it an entry once one is opened. */
type Open = { readonly table: FortiTable | undefined; readonly entry: FortiEntry | undefined };

function entryOf(name: string, line: number): FortiEntry {
  return { name, line, settings: new Map(), tables: new Map() };
}

type Command = { readonly words: readonly string[]; readonly line: number };

type Run = (open: Open[], top: Open, command: Command) => boolean;

/** Each says whether it can be run where it stands. */
const commands: Readonly<Record<string, Run>> = {
  config: (open, top, { words, line }) => {
    const entry = top.entry ?? top.table?.own;
    const path = words.slice(1).join(' ');
    if (entry === undefined || path === '') return false;
    const table = entry.tables.get(path) ?? { entries: new Map(), own: entryOf('', line) };
    entry.tables.set(path, table);
    open.push({ table, entry: undefined });
    return true;
  },
  set: (_, { table, entry }, { words: [, key, ...values] }) => {
    if (table === undefined || key === undefined || values.length === 0) return false;
    (entry ?? table.own).settings.set(key, values);
    return true;
  },
  unset: (_, { table, entry }, { words: [, key, ...more] }) => {
    if (table === undefined || key === undefined || more.length > 0) return false;
    (entry ?? table.own).settings.delete(key);
    return true;
  },
  edit: (open, { table, entry }, { words: [, name, ...more], line }) => {
    if (table === undefined || entry !== undefined || name === undefined || more.length > 0) return false;
    const edited = table.entries.get(name) ?? entryOf(name, line);
    table.entries.set(name, edited);
    open[open.length - 1] = { table, entry: edited };
    return true;
  },
  next: (open, { table, entry }, { words }) => {
    if (entry === undefined || words.length > 1) return false;
    open[open.length - 1] = { table, entry: undefined };
    return true;
  },
  end: (open, { table }, { words }) => table !== undefined && words.length === 1 && open.pop() !== undefined,
  purge: (_, { table, entry }, { words }) => {
    if (table === undefined || entry !== undefined || words.length > 1) return false;
    table.entries.clear();
    return true;
  },
  delete: (_, { table, entry }, { words: [, name, ...more] }) => {
    if (table === undefined || entry !== undefined || name === undefined || more.length > 0) return false;
    table.entries.delete(name);
    return true;
  },
};

function run(open: Open[], command: Command): void {
  const [word = ''] = command.words;
  const top = open.at(-1);
  if (top === undefined || !Object.hasOwn(commands, word) || commands[word]?.(open, top, command) !== true)
    throw malformed(`\`${command.words.join(' ').slice(0, 200)}\``, Object.keys(commands).join(', '), command.line);
}

const wordForm = /"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'|([^\s"'#]\S*)|(#[^\n]*)|(\n)|[^\S\n]+|./gy;

/** One command a line; a quoted string may go over several. */
function* commandsOf(text: string): Generator<Command> {
  let words: string[] = [];
  let line = 1;
  let start = 1;
  for (const match of text.matchAll(wordForm)) {
    const [part] = match;
    if (words.length === 0) start = line;
    if (part === '\n' && words.length > 0) {
      yield { words, line: start };
      words = [];
    }
    const word = wordOf(match, { line, isFirst: words.length === 0 });
    if (word !== undefined) words.push(word);
    for (let at = part.indexOf('\n'); at >= 0; at = part.indexOf('\n', at + 1)) line += 1;
  }
  if (words.length > 0) yield { words, line: start };
}

/** `undefined` for blanks and for a line that is not read. */
function wordOf(
  [part, double, single, plain, comment]: RegExpExecArray,
  { line, isFirst }: { readonly line: number; readonly isFirst: boolean },
): string | undefined {
  const quoted = double ?? single;
  if (quoted !== undefined) return quoted.replaceAll(/\\([\s\S])/g, '$1');
  if (plain !== undefined) {
    if (/["']/.test(plain)) throw malformed(`\`${plain}\``, 'quotes around a whole word', line);
    return plain.replaceAll(/\\(.)/g, '$1');
  }
  if (comment !== undefined && !isFirst) throw malformed('`#` within a command', 'a quoted string', line);
  if (comment === undefined && !/^\s/.test(part)) throw malformed('a string that does not end', 'a closing quote', line);
  return undefined;
}

function malformed(what: string, expected: string, line: number): EdictError {
  return atLine(unreadable(what, expected), line);
}
