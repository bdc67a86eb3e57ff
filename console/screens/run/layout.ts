/**
 * Places for the nodes of a graph, top to bottom, by dagre (layered, after Gansner et al., A Technique for Drawing Directed Graphs). Large
 * graphs are layered by the longest way alone, so that they are there at once. The same graph, the same places.
 */
import { Graph, layout } from '@dagrejs/dagre';
import type { RunEdge, RunGraph, RunNode } from './run-graph.ts';

export type Place = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

const nodeSize = { width: 236, height: 66 } as const;
const pillSize = { width: 120, height: 28 } as const;
const gap = { x: 28, y: 44 } as const;
/** dagre takes more than a blink from here on. */
const largeFrom = 250;

/** By id; `x` and `y` are of the upper left corner. */
export function placesOf(graph: RunGraph): ReadonlyMap<string, Place> {
  const known = new Set(graph.nodes.map(({ id }) => id));
  const edges = graph.edges.filter(({ from, to }) => known.has(from) && known.has(to));
  return graph.nodes.length < largeFrom ? byDagre(graph.nodes, edges) : byRanks(graph.nodes, edges);
}

function sizeOf({ kind }: RunNode): { readonly width: number; readonly height: number } {
  return kind === 'start' || kind === 'finish' ? pillSize : nodeSize;
}

const onward: ReadonlySet<RunEdge['kind']> = new Set(['next', 'then', 'join', 'branch', 'item']);

function byDagre(nodes: readonly RunNode[], edges: readonly RunEdge[]): ReadonlyMap<string, Place> {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: gap.x, ranksep: gap.y, edgesep: 14, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, { ...sizeOf(node) });
  for (const { id, from, to, kind } of edges) graph.setEdge(from, to, { weight: onward.has(kind) ? 6 : 1 }, id);
  layout(graph);
  return new Map(
    nodes.map(({ id }) => {
      const { x, y, width, height } = graph.node(id) as Place;
      return [id, { x: x - width / 2, y: y - height / 2, width, height }];
    }),
  );
}

function byRanks(nodes: readonly RunNode[], edges: readonly RunEdge[]): ReadonlyMap<string, Place> {
  const rank = ranksOf(nodes, edges);
  const inRank = new Map<number, RunNode[]>();
  for (const node of nodes) inRank.set(rank.get(node.id) ?? 0, [...(inRank.get(rank.get(node.id) ?? 0) ?? []), node]);
  const places = new Map<string, Place>();
  for (const [at, row] of inRank) {
    const width = row.length * (nodeSize.width + gap.x) - gap.x;
    for (const [index, node] of row.entries()) {
      const size = sizeOf(node);
      const x = index * (nodeSize.width + gap.x) - width / 2 + (nodeSize.width - size.width) / 2;
      places.set(node.id, { x, y: at * (nodeSize.height + gap.y), ...size });
    }
  }
  return places;
}

/** The longest way from a beginning; a way back counts for nothing. */
function ranksOf(nodes: readonly RunNode[], edges: readonly RunEdge[]): ReadonlyMap<string, number> {
  const order = new Map(nodes.map(({ id }, at) => [id, at]));
  const rank = new Map<string, number>();
  const out = new Map<string, string[]>();
  for (const { from, to } of edges) {
    if ((order.get(to) ?? 0) > (order.get(from) ?? 0)) out.set(from, [...(out.get(from) ?? []), to]);
  }
  for (const { id } of nodes) {
    const own = rank.get(id) ?? 0;
    rank.set(id, own);
    for (const to of out.get(id) ?? []) rank.set(to, Math.max(rank.get(to) ?? 0, own + 1));
  }
  return rank;
}
