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

/** One command a line; a quoted string may go over several. */
function* commandsOf(text: string): Generator<Command> {
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = at + 1;
    let command = (lines[at] ?? '').trim();
    if (command === '' || command.startsWith('#')) continue;
    while (opensString(command)) {
      at += 1;
      const next = lines[at];
      if (next === undefined) throw malformed('a string that does not end', 'a closing quote', line);
      command += `\n${next}`;
    }
    yield { words: wordsOf(command, line), line };
  }
}

const wordForm = /"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'|([^\s"'#]\S*)|\s+|./gy;

function opensString(command: string): boolean {
  if (!/["']/.test(command)) return false;
  return /["']/.test(command.replaceAll(/"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|\\./g, ''));
}

function wordsOf(command: string, line: number): readonly string[] {
  if (!/["'\\#]/.test(command)) return command.split(/\s+/);
  const simple = /^([a-z]+) ([a-z0-9-]+) "([^"'\\#]*)"$/.exec(command);
  if (simple !== null) return simple.slice(1);
  return [...command.matchAll(wordForm)].flatMap((match) => wordOf(match, line) ?? []);
}

/** `undefined` for blanks. */
function wordOf([part, double, single, plain]: RegExpExecArray, line: number): string | undefined {
  const quoted = double ?? single;
  if (quoted !== undefined) return quoted.includes('\\') ? quoted.replaceAll(/\\([\s\S])/g, '$1') : quoted;
  if (plain === undefined && /^\s/.test(part)) return undefined;
  if (plain === undefined || /["']/.test(plain)) throw malformed(`\`${part}\``, 'quotes around a whole word', line);
  return plain.replaceAll(/\\(.)/g, '$1');
}

function malformed(what: string, expected: string, line: number): EdictError {
  return atLine(unreadable(what, expected), line);
}
