/** aerleon's policies in YAML: `filters`, each with a `header` that names targets and with `terms`, under the same keywords as the text. */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { unreadable } from '../filter.ts';
import type { AerleonFilter, AerleonTarget, AerleonTerm } from './parse.ts';

export function isAerleonYaml(text: string): boolean {
  return /^(?:#.*\n|\s*\n)*filters\s*:/.test(text);
}

export function parseAerleonYaml(text: string): readonly AerleonFilter[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [fault] = document.errors;
  if (fault !== undefined) throw unreadable(`no YAML: ${fault.message}`);
  const lineOf = (node: Node) => lines.linePos(node.range?.[0] ?? 0).line;
  const root = document.contents;
  if (!isMap(root)) throw unreadable('a policy without filters');
  return items(root.get('filters', true)).map((filter) => {
    const header = mapAt(mapOf(filter), 'header');
    return {
      targets: targetsOf(mapAt(header, 'targets')),
      terms: items(mapOf(filter).get('terms', true)).map((term) => termOf(mapOf(term), lineOf)),
    };
  });
}

function items(node: unknown): readonly unknown[] {
  if (!isSeq(node)) throw unreadable('a policy', 'a list of filters, and of terms in each');
  return node.items;
}

function mapOf(node: unknown): YAMLMap {
  if (!isMap(node)) throw unreadable('an entry of a policy that holds no keywords');
  return node;
}

function mapAt(map: YAMLMap, key: string): YAMLMap {
  return mapOf(map.get(key, true));
}

function entriesOf(map: YAMLMap): readonly (readonly [string, unknown])[] {
  return map.items.map(({ key, value }) => [isScalar(key) ? String(key.value) : '', value]);
}

function targetsOf(targets: YAMLMap): readonly AerleonTarget[] {
  return entriesOf(targets).map(([platform, value]) => ({ platform, options: words(value) }));
}

function termOf(term: YAMLMap, lineOf: (node: Node) => number): AerleonTerm {
  const fields = new Map(
    entriesOf(term).map(([keyword, value]) => [keyword.toLowerCase(), keyword === 'comment' ? [] : words(value)] as const),
  );
  const [name = ''] = fields.get('name') ?? [];
  if (fields.has('include') || name === '') throw unreadable(fields.has('include') ? 'terms of another file' : 'a term without a name');
  return { name, line: lineOf(term), fields };
}

/** `A B`, `[A, B]`, a number, or a map of platforms to text (`verbatim`). */
function words(node: unknown): readonly string[] {
  if (isSeq(node)) return node.items.flatMap(words);
  if (isMap(node)) return entriesOf(node).flatMap(([key, value]) => [key, ...words(value)]);
  if (!isScalar(node) || node.value === null) return [];
  return textOf(node.source ?? node.value)
    .split(/\s+/)
    .filter((word) => word !== '');
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
