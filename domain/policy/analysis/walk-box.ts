/**
 * A walk over the part of a diagram that lies in some boxes. What is below a node within a box is the same whichever way it was come by,
 * so that each node is visited once, and no diagram of the boxes is built.
 */
import type { Path } from '../compare.ts';
import { childOf, type Node, type NodeId, type Roots } from '../diagram.ts';
import { element } from '../element.ts';
import type { BoxRuns } from './run-sets.ts';
import { firstAfter, type Nodes } from './walk.ts';

export type BoxVisitor = {
  /** None of them empty. */
  readonly boxes: (part: number) => readonly BoxRuns[];
  /** Each terminal once a box, by its first path in the order of the classes. */
  readonly atLeaf: (terminal: NodeId, path: Path) => void;
};

type Walk = Pick<BoxVisitor, 'atLeaf'> & {
  readonly nodes: Nodes['nodes'];
  readonly part: number;
  readonly box: BoxRuns;
  readonly seen: Set<NodeId>;
  /** The way to where the walk is. */
  readonly classes: (number | undefined)[];
};

export function walkBoxes(nodes: Nodes, roots: Roots, { boxes, atLeaf }: BoxVisitor): void {
  for (let part = 0; part < nodes.space.parts; part += 1) {
    for (const box of boxes(part)) {
      const classes = box.map(({ full, runs }) => (full ? undefined : runs[0]));
      visit({ nodes: nodes.nodes, part, box, seen: new Set(), classes, atLeaf }, element(roots, part));
    }
  }
}

function visit(walk: Walk, id: NodeId): void {
  if (walk.seen.has(id)) return;
  walk.seen.add(id);
  const node = walk.nodes[id];
  if (node === undefined) {
    walk.atLeaf(id, { part: walk.part, classes: [...walk.classes] });
    return;
  }
  const { runs } = element(walk.box, node.level);
  const before = walk.classes[node.level];
  for (let at = 0; at < runs.length; at += 2) visitRun(walk, node, { start: element(runs, at), end: element(runs, at + 1) });
  walk.classes[node.level] = before;
}

function visitRun(walk: Walk, node: Node, { start, end }: { readonly start: number; readonly end: number }): void {
  const { starts, children, level } = node;
  walk.classes[level] = start;
  visit(walk, childOf(node, start));
  for (let at = firstAfter(starts, start); at < starts.length && (starts[at] ?? end) < end; at += 1) {
    walk.classes[level] = element(starts, at);
    visit(walk, element(children, at));
  }
}
