/**
 * Places for the nodes of a graph, top to bottom, by dagre (layered, after Gansner et al., A Technique for Drawing Directed Graphs). Large
 * graphs are layered by the longest way alone, so that they are there at once. The same graph, the same places.
 */
import { Graph, layout } from '@dagrejs/dagre';
import type { RunEdge, RunGraph, RunNode } from './run-graph.ts';

export type Place = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** Without a run there is no line of its state. */
const heights = { live: 66, plan: 50 } as const;
const nodeWidth = 236;
const pillSize = { width: 120, height: 28 } as const;
const gap = { x: 28, y: 44 } as const;
/** dagre takes more than a blink from here on. */
const largeFrom = 250;

/** By id; `x` and `y` are of the upper left corner. */
export function placesOf(graph: RunGraph, live: boolean): ReadonlyMap<string, Place> {
  const size: Size = ({ kind }) =>
    kind === 'start' || kind === 'finish' ? pillSize : { width: nodeWidth, height: live ? heights.live : heights.plan };
  const known = new Set(graph.nodes.map(({ id }) => id));
  const edges = graph.edges.filter(({ from, to }) => known.has(from) && known.has(to));
  return graph.nodes.length < largeFrom ? byDagre(graph.nodes, edges, size) : byRanks(graph.nodes, edges, size);
}

type Size = (node: RunNode) => { readonly width: number; readonly height: number };

const onward: ReadonlySet<RunEdge['kind']> = new Set(['next', 'then', 'join', 'branch', 'item']);

function byDagre(nodes: readonly RunNode[], edges: readonly RunEdge[], sizeOf: Size): ReadonlyMap<string, Place> {
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

function byRanks(nodes: readonly RunNode[], edges: readonly RunEdge[], sizeOf: Size): ReadonlyMap<string, Place> {
  const rank = ranksOf(nodes, edges);
  const inRank = new Map<number, RunNode[]>();
  for (const node of nodes) inRank.set(rank.get(node.id) ?? 0, [...(inRank.get(rank.get(node.id) ?? 0) ?? []), node]);
  const places = new Map<string, Place>();
  for (const [at, row] of inRank) {
    const width = row.length * (nodeWidth + gap.x) - gap.x;
    for (const [index, node] of row.entries()) {
      const size = sizeOf(node);
      const x = index * (nodeWidth + gap.x) - width / 2 + (nodeWidth - size.width) / 2;
      places.set(node.id, { x, y: at * (heights.live + gap.y), ...size });
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

type Extent = { readonly width: number; readonly height: number };

const margin = 32;
/** Smaller than this nobody reads it: then what is under way comes into sight instead of the whole. */
const readable = 0.68;

/** Where the view stands at first: the whole in the middle, or, where that would be too small, `at` with as much around it as there is room. */
export function viewportOf(
  all: Place,
  room: Extent,
  at: { readonly x: number; readonly y: number },
): { x: number; y: number; zoom: number } {
  const fits = Math.min(1, (room.width - 2 * margin) / all.width, (room.height - 2 * margin) / all.height);
  const zoom = Math.max(fits, readable);
  return {
    x: offset({ start: all.x, length: all.width, room: room.width, zoom }, at.x, 1 / 2),
    y: offset({ start: all.y, length: all.height, room: room.height, zoom }, at.y, 1 / 3),
    zoom,
  };
}

type Line = { readonly start: number; readonly length: number; readonly room: number; readonly zoom: number };

function offset({ start, length, room, zoom }: Line, at: number, share: number): number {
  if (length * zoom <= room - 2 * margin) return (room - length * zoom) / 2 - start * zoom;
  return Math.min(margin - start * zoom, Math.max(room - margin - (start + length) * zoom, room * share - at * zoom));
}
