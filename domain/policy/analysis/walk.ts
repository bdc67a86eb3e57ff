/**
 * Walks over several diagrams of one store at once. Each distinct tuple of nodes is visited once, so that a walk costs no more than the
 * diagrams' product has nodes.
 */
import { element } from '../element.ts';
import type { Path } from '../compare.ts';
import { childOf, type NodeId, type Roots, type Store } from '../diagram.ts';

export type Nodes = Pick<Store, 'nodes' | 'terminals'> & { readonly space: Pick<Store['space'], 'lines' | 'parts'> };

export type Visitor = {
  /** Whether there can be anything of interest below these nodes; all of them are followed where not given. */
  readonly enter?: ((ids: readonly NodeId[]) => boolean) | undefined;
  /** What the terminals say, and a path to them; `true` ends the walk. */
  readonly atLeaf: (terminals: readonly NodeId[], path: Path) => boolean;
};

type Walk = Visitor & { readonly nodes: Nodes; readonly part: number; readonly seen: Set<string> };

/** In the order of the classes, part by part. */
export function walkTogether(nodes: Nodes, diagrams: readonly Roots[], visitor: Visitor): void {
  for (let part = 0; part < nodes.space.parts; part += 1) {
    const ids = diagrams.map((roots) => element(roots, part));
    if (visit({ ...visitor, nodes, part, seen: new Set() }, ids, [])) return;
  }
}

function visit(walk: Walk, ids: readonly NodeId[], classes: readonly (number | undefined)[]): boolean {
  if (walk.enter?.(ids) === false) return false;
  const key = ids.join(',');
  if (walk.seen.has(key)) return false;
  walk.seen.add(key);
  const { nodes } = walk.nodes;
  const level = ids.reduce((least, id) => Math.min(least, nodes[id]?.level ?? least), walk.nodes.space.lines.length);
  const path = [...classes, ...Array.from({ length: level - classes.length }, () => undefined)];
  if (level === walk.nodes.space.lines.length) return walk.atLeaf(ids, { part: walk.part, classes: path });
  return boundaries(walk.nodes, ids, level).some((start) =>
    visit(
      walk,
      ids.map((id) => below(walk.nodes, id, { level, at: start })),
      [...path, start],
    ),
  );
}

function boundaries({ nodes }: Nodes, ids: readonly NodeId[], level: number): readonly number[] {
  const inner = ids.flatMap((id) => (nodes[id]?.level === level ? [element(nodes, id)] : []));
  if (inner.length === 1) return Array.from(element(inner, 0).starts);
  return [...new Set(inner.flatMap(({ starts }) => Array.from(starts)))].toSorted((a, b) => a - b);
}

function below({ nodes }: Nodes, id: NodeId, { level, at }: { readonly level: number; readonly at: number }): NodeId {
  const node = nodes[id];
  return node?.level === level ? childOf(node, at) : id;
}
