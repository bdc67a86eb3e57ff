/** YAML or JSON manifests as objects with their lines: every document of a stream, lists of kind `List` or `…List` opened. */
import { isMap, isNode, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import { EdictError } from '../../../errors.ts';
import { type Place, print, type ReadOptions, understood, unreadable } from '../cloud/reading.ts';

export type Manifest = { readonly value: unknown; readonly place: Place };

export function parseManifests(text: string, file: string, options: ReadOptions = {}): readonly Manifest[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    const fault = document.errors[0];
    const lineOf = (node: unknown): number => (isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1);
    const place = { file, line: fault === undefined ? lineOf(document.contents) : lines.linePos(fault.pos[0]).line };
    const read = (): readonly Manifest[] => {
      if (fault !== undefined) throw unreadable(`the document: ${fault.message.toLowerCase()}`, 'YAML', place);
      const value = valueOf(document, place);
      if (value === null || value === undefined) return [];
      const items = isMap(document.contents) ? document.contents.get('items', true) : undefined;
      if (!isSeq(items)) return [{ value, place }];
      return listItems(value, items.items.map(lineOf), place);
    };
    return understood(read, { value: undefined, place }, options);
  });
}

function valueOf(document: { readonly toJS: (options: { readonly maxAliasCount: number }) => unknown }, place: Place): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new EdictError('artifact-unreadable', 'aliases that cannot be resolved', { where: `${place.file}:${place.line}`, cause });
  }
}

function listItems(value: unknown, lines: readonly number[], place: Place): readonly Manifest[] {
  const { kind, items } = value as { readonly kind?: unknown; readonly items: readonly unknown[] };
  if (typeof kind !== 'string' || !kind.endsWith('List')) throw unreadable(`items of kind ${print(kind)}`, 'a list of resources', place);
  const own = kind.slice(0, -'List'.length);
  return items.map((item, index) => ({
    value: own !== '' && typeof item === 'object' && item !== null && !('kind' in item) ? { kind: own, ...item } : item,
    place: { file: place.file, line: lines[index] ?? place.line },
  }));
}
