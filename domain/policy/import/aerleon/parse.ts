/**
 * Reads policies in aerleon's language (also Capirca's): headers that name targets, and terms of `keyword:: values`. Written from the
 * language's documentation; a word that is no keyword is `artifact-unreadable`. What the keywords mean is in meaning.ts.
 */
import { unreadable } from '../filter.ts';
import { isAerleonYaml, parseAerleonYaml } from './parse-yaml.ts';

export type AerleonTerm = {
  readonly name: string;
  readonly line: number;
  /** Values by keyword, in order; a keyword that is said twice has the values of both. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
};

export type AerleonTarget = { readonly platform: string; readonly options: readonly string[] };

/** A header with the terms below it. */
export type AerleonFilter = { readonly targets: readonly AerleonTarget[]; readonly terms: readonly AerleonTerm[] };

type Token = { readonly text: string; readonly line: number; readonly kind: 'word' | 'string' | 'mark' };

const tokenForm = /\s+|#[^\n]*|"((?:[^"\\]|\\.)*)"|([{}])|([^\s{}"#]+)/gy;

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  for (const found of text.matchAll(tokenForm)) {
    at = found.index + found[0].length;
    if (found[1] !== undefined) tokens.push({ text: found[1], line, kind: 'string' });
    else if (found[2] !== undefined) tokens.push({ text: found[2], line, kind: 'mark' });
    else if (found[3] !== undefined) tokens.push(...split(found[3], line));
    line += found[0].split('\n').length - 1;
  }
  if (at !== text.length) throw unreadable(`line ${line}: unexpected \`${text[at]}\``);
  return tokens;
}

/** `action::accept` is a keyword and its value. */
function split(text: string, line: number): readonly Token[] {
  const [, keyword, rest = ''] = /^([A-Za-z][A-Za-z0-9_-]*::)(.*)$/.exec(text) ?? [];
  if (keyword === undefined) return [{ text, line, kind: 'word' }];
  return [{ text: keyword, line, kind: 'word' }, ...(rest === '' ? [] : [{ text: rest, line, kind: 'word' as const }])];
}

/** In either notation. */
export function parseAerleon(text: string): readonly AerleonFilter[] {
  if (isAerleonYaml(text)) return parseAerleonYaml(text);
  const blocks = blocksOf(tokenize(text));
  const filters: { targets: readonly AerleonTarget[]; terms: AerleonTerm[] }[] = [];
  for (const { kind, name, line, fields } of blocks) {
    if (kind === 'header') filters.push({ targets: fields.filter(([keyword]) => keyword === 'target').map(targetOf), terms: [] });
    else if (filters.length === 0) throw unreadable(`line ${line}: a term without a header`);
    else filters.at(-1)?.terms.push({ name, line, fields: gather(fields) });
  }
  return filters;
}

type Field = readonly [keyword: string, values: readonly string[]];

type Block = { readonly kind: 'header' | 'term'; readonly name: string; readonly line: number; readonly fields: readonly Field[] };

function blocksOf(tokens: readonly Token[]): readonly Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < tokens.length;) {
    const { kind, name, line, start } = blockAt(tokens, at);
    let end = start;
    while (end < tokens.length && !isMark(tokens[end], '}')) end += 1;
    if (end === tokens.length) throw unreadable(`line ${line}: \`{\` without its \`}\``);
    blocks.push({ kind, name, line, fields: fieldsOf(tokens.slice(start, end)) });
    at = end + 1;
  }
  return blocks;
}

/** `header {` or `term NAME {`. */
function blockAt(tokens: readonly Token[], at: number): Pick<Block, 'kind' | 'name' | 'line'> & { readonly start: number } {
  const [first, second, third] = [tokens[at], tokens[at + 1], tokens[at + 2]];
  const line = first?.line ?? 0;
  if (first?.text === 'header' && isMark(second, '{')) return { kind: 'header', name: '', line, start: at + 2 };
  if (first?.text === 'term' && isMark(third, '{')) return { kind: 'term', name: second?.text ?? '', line, start: at + 3 };
  throw unreadable(`line ${line}: unexpected \`${first?.text}\``, '`header {` or `term NAME {`');
}

function isMark(token: Token | undefined, text: string): boolean {
  return token?.kind === 'mark' && token.text === text;
}

function fieldsOf(tokens: readonly Token[]): readonly Field[] {
  const fields: [string, string[]][] = [];
  for (const { text, line, kind } of tokens) {
    const values = fields.at(-1)?.[1];
    if (kind === 'word' && text.endsWith('::')) fields.push([text.slice(0, -2).toLowerCase(), []]);
    else if (values === undefined) throw unreadable(`line ${line}: unexpected \`${text}\``, 'a keyword followed by `::`');
    else values.push(text);
  }
  return fields;
}

function targetOf([, [platform = '', ...options]]: Field): AerleonTarget {
  return { platform, options };
}

function gather(fields: readonly Field[]): AerleonTerm['fields'] {
  const gathered = new Map<string, readonly string[]>();
  for (const [keyword, values] of fields) {
    gathered.set(keyword, [...(gathered.get(keyword) ?? []), ...values]);
  }
  return gathered;
}
