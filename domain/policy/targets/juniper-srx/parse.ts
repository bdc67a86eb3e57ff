/**
 * Reads a Junos OS configuration, as a hierarchy in braces or as `set` commands, into statements: the words from the top of the
 * hierarchy down, with their line. Written from Juniper's "CLI User Guide" (configuration statement syntax, `load set`, `inactive:` and
 * `replace:` tags, comments).
 */
import { atLine, unreadable } from '../rulebase-reading/reading.ts';

export type Statement = { readonly words: readonly string[]; readonly line: number };

type Token = { readonly text: string; readonly line: number; readonly isQuoted: boolean };

const tokenForm = /\/\*[\s\S]*?\*\/|#[^\n]*|"(?:[^"\\\n]|\\.)*"|[{};[\]]|[^\s{};[\]"]+|\n|[^\S\n]+|./gy;

/** Throws `artifact-unreadable` with the line. */
export function parseJunos(text: string): readonly Statement[] {
  return firstCommand.test(text) ? parseCommands(text) : parseHierarchy(tokensOf(text));
}

/** Behind comments and blanks. */
const firstCommand = /^(?:\s|#[^\n]*|\/\*[\s\S]*?\*\/)*(?:set|delete|deactivate|activate|edit|top|up|insert)\s/;

function tokensOf(text: string, first = 1): readonly Token[] {
  const tokens: Token[] = [];
  let line = first;
  for (const [part] of text.matchAll(tokenForm)) {
    if (part === '"' || part === '/*') throw atLine(unreadable('a quotation that does not end'), line);
    const isQuoted = part.startsWith('"');
    if (isQuoted) tokens.push({ text: part.slice(1, -1).replaceAll(/\\(.)/g, '$1'), line, isQuoted });
    else if (part === '\n' || !/^(?:\s|#|\/\*)/.test(part)) tokens.push({ text: part, line, isQuoted });
    if (part.includes('\n')) line += part.split('\n').length - 1;
  }
  return tokens;
}

/** One command a line. `delete` takes back what was set below its words, `deactivate` too: what is inactive is not in force. */
function parseCommands(text: string): readonly Statement[] {
  let statements: Statement[] = [];
  for (const [index, written] of uncommented(text).split('\n').entries()) {
    const line = index + 1;
    const [command, ...found] = commandOf(written, line);
    if (command === undefined) continue;
    if (command === 'set') {
      for (const words of found) statements.push({ words, line });
      continue;
    }
    const [prefix = []] = found;
    if ((command !== 'delete' && command !== 'deactivate') || prefix.length === 0)
      throw atLine(unreadable(`\`${written.trim()}\``, '`set`, `delete` or `deactivate`'), line);
    statements = statements.filter(({ words }) => !prefix.every((word, at) => words[at] === word));
  }
  return statements;
}

/** Comments over lines, which are rare among commands, leave their line ends behind. */
function uncommented(text: string): string {
  return text.includes('/*')
    ? text.replaceAll(/"(?:[^"\\\n]|\\.)*"|\/\*[\s\S]*?\*\//g, (part) => (part.startsWith('"') ? part : part.replaceAll(/[^\n]/g, '')))
    : text;
}

/** The command, then its words, once for each member of its lists. */
function commandOf(written: string, line: number): readonly [] | readonly [string, ...(readonly string[])[]] {
  const text = written.trim();
  if (text === '' || text.startsWith('#')) return [];
  if (/["[\]{};#]/.test(text)) {
    const [command, ...rest] = tokensOf(text, line);
    return command === undefined ? [] : [command.text, ...expand(rest, line).map(({ words }) => words)];
  }
  const [command = '', ...words] = text.split(/\s+/);
  return [command, words];
}

/** `a [ b c ] d` is `a b d` and `a c d`. */
function expand(tokens: readonly Token[], line: number): readonly Statement[] {
  let found: readonly (readonly string[])[] = [[]];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined) break;
    if (token.isQuoted || token.text !== '[') {
      if (!token.isQuoted && /^[{}[\];]$/.test(token.text)) throw atLine(unreadable(`\`${token.text}\` here`), token.line);
      found = found.map((words) => [...words, token.text]);
      continue;
    }
    const end = tokens.findIndex(({ text, isQuoted }, index) => index > at && text === ']' && !isQuoted);
    if (end < 0) throw atLine(unreadable('a list that does not end'), token.line);
    const members = tokens.slice(at + 1, end).map(({ text }) => text);
    found = found.flatMap((words) => members.map((member) => [...words, member]));
    at = end;
  }
  return found.map((words) => ({ words, line }));
}

const tags: ReadonlySet<string> = new Set(['replace:', 'protect:', 'inactive:', 'active:', 'delete:']);

type Level = { readonly words: readonly string[]; readonly isInactive: boolean; readonly line: number };

const top: Level = { words: [], isInactive: false, line: 1 };

function parseHierarchy(tokens: readonly Token[]): readonly Statement[] {
  const statements: Statement[] = [];
  const levels: Level[] = [top];
  let pending: Token[] = [];
  for (const token of tokens) {
    if (token.isQuoted || !/^[{};\n]$/.test(token.text)) pending.push(token);
    else if (token.text !== '\n') {
      statements.push(...turn(levels, pending, token));
      pending = [];
    }
  }
  const left = pending[0]?.line ?? levels[1]?.line;
  if (left !== undefined) throw atLine(unreadable('text that ends early', '`;` or `}`'), left);
  return statements;
}

/** What a brace or a semicolon does with the words before it. */
function turn(levels: Level[], pending: readonly Token[], token: Token): readonly Statement[] {
  const level = levels.at(-1) ?? top;
  if (token.text === ';') return closed(level, pending);
  if (token.text === '{') levels.push(opened(level, pending, token));
  else if (pending.length > 0 || level === top) throw atLine(unreadable('`}` here', '`;` before it'), token.line);
  else levels.pop();
  return [];
}

function opened(level: Level, pending: readonly Token[], { line }: Token): Level {
  const { words, isInactive } = untagged(pending);
  if (words.some(({ text, isQuoted }) => !isQuoted && /^[[\]]$/.test(text)) || words.length === 0)
    throw atLine(unreadable('`{` here', 'a name before it'), line);
  return { words: [...level.words, ...words.map(({ text }) => text)], isInactive: level.isInactive || isInactive, line };
}

function closed(level: Level, pending: readonly Token[]): readonly Statement[] {
  const { words, isInactive } = untagged(pending);
  const line = pending[0]?.line ?? level.line;
  if (level.isInactive || isInactive || words.length === 0) return [];
  return expand(words, line).map((statement) => ({ words: [...level.words, ...statement.words], line }));
}

function untagged(pending: readonly Token[]): { readonly words: readonly Token[]; readonly isInactive: boolean } {
  const tag = pending[0];
  if (tag === undefined || tag.isQuoted || !tags.has(tag.text)) return { words: pending, isInactive: false };
  if (tag.text === 'delete:') throw atLine(unreadable('`delete:` here'), tag.line);
  return { words: pending.slice(1), isInactive: tag.text === 'inactive:' };
}
