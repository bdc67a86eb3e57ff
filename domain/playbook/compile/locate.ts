/** Places in the YAML text: of a part of the document by its path, of a key, and of a piece of a text, through quotes, escapes and folding. */
import { isCollection, isMap, isNode, isPair, isScalar, type Document, type LineCounter, type Node, type Scalar } from 'yaml';

export type SourcePath = readonly (string | number)[];

/** What is pointed at: the value at the path (or what encloses it, where it is not there), its key, or a piece of a text in it. */
export type Spot = {
  readonly at: SourcePath;
  readonly onKey?: true | undefined;
  /** `piece` as it stands in the text, and how far into it. */
  readonly within?: { readonly piece: string; readonly offset: number } | undefined;
  /** A place in the whole text, whatever stands there. */
  readonly index?: number | undefined;
};
export type Locate = (spot: Spot) => { readonly line: number; readonly column: number };

export function locatorOf(document: Document, lines: LineCounter, text: string): Locate {
  return (spot) => {
    const { line, col } = lines.linePos(offsetOf(document, text, spot));
    return { line, column: col };
  };
}

function offsetOf(document: Document, text: string, { at, onKey, within, index }: Spot): number {
  if (index !== undefined) return index;
  const key = onKey ? keyAt(document, at) : undefined;
  if (key?.range) return key.range[0];
  const { node, whole } = nodeAt(document, at);
  const piece = node && whole && within ? pieceAt(node, text, within) : undefined;
  return piece ?? node?.range?.[0] ?? 0;
}

function pieceAt(node: Node, text: string, { piece, offset }: NonNullable<Spot['within']>): number | undefined {
  const scalar = scalarWith(node, piece);
  if (!scalar?.range) return undefined;
  const [start, end] = scalar.range;
  return start + sourceIndex(text.slice(start, end), scalar.value, scalar.value.indexOf(piece) + offset);
}

function nodeAt(document: Document, at: SourcePath): { readonly node: Node | undefined; readonly whole: boolean } {
  for (let length = at.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(at.slice(0, length), true);
    if (isNode(node) && node.range) return { node, whole: length === at.length };
  }
  return { node: undefined, whole: false };
}

function keyAt(document: Document, at: SourcePath): Node | undefined {
  const map = at.length === 1 ? document.contents : document.getIn(at.slice(0, -1), true);
  if (!isMap(map)) return undefined;
  const pair = map.items.find(({ key }) => isScalar(key) && String(key.value) === String(at.at(-1)));
  return isNode(pair?.key) ? pair.key : undefined;
}

type Text = Scalar<string>;

/** The first text in the node that holds the piece. */
function scalarWith(node: unknown, piece: string): Text | undefined {
  if (isScalar(node)) return typeof node.value === 'string' && node.value.includes(piece) ? (node as Text) : undefined;
  if (!isCollection(node)) return undefined;
  for (const item of node.items) {
    const found = scalarWith(isPair(item) ? item.value : item, piece);
    if (found) return found;
  }
  return undefined;
}

const space = /\s/;
const escapes: { readonly [letter: string]: string } = { n: '\n', t: '\t', r: '\r', '0': '\0', b: '\b', f: '\f' };

/** Where in a scalar's source the letter of its value stands. What the source has besides (quotes, escapes, indentation) is passed over. */
function sourceIndex(source: string, value: string, index: number): number {
  const quoted = source.startsWith('"');
  let at = /^[|>]/.test(source) ? source.indexOf('\n') + 1 : /^["']/.test(source) ? 1 : 0;
  const seek = (wanted: string): void => {
    while (at < source.length && !stands(source, at, wanted, quoted)) at++;
  };
  for (let letter = 0; letter < index; letter++) {
    seek(value[letter] ?? '');
    at++;
  }
  seek(value[index] ?? '');
  return at < source.length ? at : 0;
}

function stands(source: string, at: number, wanted: string, quoted: boolean): boolean {
  const letter = source[at] ?? '';
  if (quoted && source[at - 1] === '\\') return (escapes[letter] ?? letter) === wanted;
  return letter === wanted || (space.test(wanted) && space.test(letter));
}
