/**
 * Walks over several diagrams of one store at once. Each distinct tuple of nodes is visited once, so that a walk costs no more than the
 * diagrams' product has nodes.
 */
import { element } from '../element.ts';
import type { Path } from '../compare.ts';
import { childOf, type Node, type NodeId, type Roots, type Store } from '../diagram.ts';

export type Nodes = Pick<Store, 'nodes' | 'terminals'> & { readonly space: Pick<Store['space'], 'lines' | 'parts'> };

export type Visitor = {
  /** Whether there can be anything of interest below this node of the first diagram; all of them are followed where not given. */
  readonly within?: ((first: NodeId) => boolean) | undefined;
  /** What the terminals say, and a path to them; `true` ends the walk. */
  readonly atLeaf: (terminals: readonly NodeId[], path: Path) => boolean;
};

type Walk = Visitor & { readonly nodes: Nodes; readonly part: number; readonly seen: Set<string | number> };

/** In the order of the classes, part by part. */
export function walkTogether(nodes: Nodes, diagrams: readonly Roots[], visitor: Visitor): void {
  for (let part = 0; part < nodes.space.parts; part += 1) {
    const ids = diagrams.map((roots) => element(roots, part));
    if (visit({ ...visitor, nodes, part, seen: new Set() }, ids, [])) return;
  }
}

function visit(walk: Walk, ids: readonly NodeId[], classes: readonly (number | undefined)[]): boolean {
  if (walk.within?.(element(ids, 0)) === false) return false;
  const { nodes } = walk.nodes;
  const key = keyOf(ids, nodes.length);
  if (walk.seen.has(key)) return false;
  walk.seen.add(key);
  const level = ids.reduce((least, id) => Math.min(least, nodes[id]?.level ?? least), walk.nodes.space.lines.length);
  const path = [...classes, ...Array.from({ length: level - classes.length }, () => undefined)];
  if (level === walk.nodes.space.lines.length) return walk.atLeaf(ids, { part: walk.part, classes: path });
  return boundaries(walk, ids, level).some((start) =>
    visit(
      walk,
      ids.map((id) => below(walk.nodes, id, { level, at: start })),
      [...path, start],
    ),
  );
}

/** Of two nodes a number, which is found much sooner than text. */
function keyOf(ids: readonly NodeId[], count: number): string | number {
  const [first = -1, second = -1] = ids;
  return ids.length === 2 && count < 2 ** 26 ? first * count + second : ids.join(',');
}

type Span = { readonly start: number; readonly end: number };

/** Where a child of one of the nodes begins, within the runs of the first that are of interest. */
function boundaries({ nodes: { nodes }, within }: Walk, ids: readonly NodeId[], level: number): readonly number[] {
  const [first, ...others] = ids.map((id) => (nodes[id]?.level === level ? nodes[id] : undefined));
  const inner = others.filter((node) => node !== undefined);
  const spans = first === undefined ? [wholeOf(element(inner, 0))] : runsOf(first, within);
  return spans.flatMap((span) => {
    const starts = inner.flatMap((node) => startsWithin(node, span));
    return starts.length === 0 ? [span.start] : [...new Set([span.start, ...starts])].toSorted((a, b) => a - b);
  });
}

function wholeOf({ starts, end }: Node): Span {
  return { start: element(starts, 0), end };
}

function runsOf({ starts, children, end }: Node, within: Visitor['within']): readonly Span[] {
  const spans: Span[] = [];
  starts.forEach((start, at) => {
    if (within?.(element(children, at)) !== false) spans.push({ start, end: starts[at + 1] ?? end });
  });
  return spans;
}

function startsWithin({ starts }: Node, { start, end }: Span): readonly number[] {
  const found: number[] = [];
  for (let at = firstAfter(starts, start); at < starts.length && (starts[at] ?? end) < end; at += 1) found.push(starts[at] ?? end);
  return found;
}

/** The place of the first start that is greater. */
export function firstAfter(starts: readonly number[], start: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  return low;
}

function below({ nodes }: Nodes, id: NodeId, { level, at }: { readonly level: number; readonly at: number }): NodeId {
  const node = nodes[id];
  return node?.level === level ? childOf(node, at) : id;
}
