/** What is drawn of who talks to whom: hosts at their places, and lines between them put together by how they look, so that thousands are a few strokes. Pure. */
import type { ContextReply } from '../../../api/contract/context.ts';
import { place } from './layout.ts';

type Graph = ContextReply['graph'];

export type Spot = {
  readonly name: string;
  readonly zone: string;
  readonly x: number;
  readonly y: number;
  readonly look: 'here' | 'critical' | 'asset' | 'stranger';
  /** Not what is spoken of where one host is chosen. */
  readonly faint: boolean;
};
export type Line = { readonly from: Spot; readonly to: Spot; readonly words: string };
/** Lines of one width, in pixels. */
export type Bundle = { readonly width: number; readonly faint: boolean; readonly lines: readonly Line[] };
export type Scene = {
  readonly spots: readonly Spot[];
  readonly bundles: readonly Bundle[];
  readonly zones: readonly { readonly name: string; readonly x: number; readonly y: number }[];
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
};

export function sceneOf(graph: Graph, host: string | undefined): Scene {
  const near = new Set(graph.edges.filter(({ from, to }) => from === host || to === host).flatMap(({ from, to }) => [from, to]));
  const spots = place(graph.nodes).map(({ node, zone, x, y }): Spot => {
    const { name, kind, criticality } = node;
    const isCritical = criticality === 'critical' || criticality === 'high';
    const look = name === host ? 'here' : isCritical ? 'critical' : kind === 'address' ? 'stranger' : 'asset';
    return { name, zone, x, y, look, faint: host !== undefined && name !== host && !near.has(name) };
  });
  return {
    spots,
    bundles: bundlesOf(graph, host, new Map(spots.map((spot) => [spot.name, spot]))),
    zones: zonesOf(spots),
    box: boxOf(spots),
  };
}

function bundlesOf({ edges }: Graph, host: string | undefined, spots: ReadonlyMap<string, Spot>): readonly Bundle[] {
  const most = edges.reduce((sum, { connections }) => Math.max(sum, connections), 1);
  const bundles = new Map<string, { width: number; faint: boolean; lines: Line[] }>();
  for (const { from, to, service, connections } of edges) {
    const [start, end] = [spots.get(from), spots.get(to)];
    if (start === undefined || end === undefined) continue;
    const width = 0.5 + Math.round(5 * (Math.log1p(connections) / Math.log1p(most))) / 2;
    const faint = host !== undefined && from !== host && to !== host;
    const key = `${width} ${faint}`;
    const bundle = bundles.get(key) ?? { width, faint, lines: [] };
    bundles.set(key, bundle);
    bundle.lines.push({ from: start, to: end, words: `${from} → ${to}\n${service}, ${connections.toLocaleString()} times` });
  }
  return [...bundles.values()].toSorted((a, b) => Number(b.faint) - Number(a.faint) || a.width - b.width);
}

function zonesOf(spots: readonly Spot[]): Scene['zones'] {
  const zones = new Map<string, { x: number; y: number; count: number }>();
  for (const { zone, x, y } of spots) {
    const known = zones.get(zone) ?? { x: 0, y: Number.POSITIVE_INFINITY, count: 0 };
    zones.set(zone, { x: known.x + x, y: Math.min(known.y, y), count: known.count + 1 });
  }
  return [...zones].map(([name, { x, y, count }]) => ({ name, x: x / count, y }));
}

function boxOf(spots: readonly Spot[]): Scene['box'] {
  const far = { left: 0, top: 0, right: 1, bottom: 1 };
  for (const [index, { x, y }] of spots.entries()) {
    far.left = index === 0 ? x : Math.min(far.left, x);
    far.top = index === 0 ? y : Math.min(far.top, y);
    far.right = index === 0 ? x : Math.max(far.right, x);
    far.bottom = index === 0 ? y : Math.max(far.bottom, y);
  }
  return { x: far.left, y: far.top, width: Math.max(1, far.right - far.left), height: Math.max(1, far.bottom - far.top) };
}

/** World to screen: multiplied by `scale`, then moved. */
export type View = { readonly x: number; readonly y: number; readonly scale: number };

const margin = 36;
const scales = { least: 0.05, most: 6, first: 2 } as const;

/** All of it in the middle. */
export function fitted({ box }: Scene, room: { readonly width: number; readonly height: number }): View {
  const scale = Math.min(scales.first, (room.width - 2 * margin) / box.width, (room.height - 2 * margin) / box.height);
  const safe = Math.max(scales.least, scale);
  return { scale: safe, x: room.width / 2 - (box.x + box.width / 2) * safe, y: room.height / 2 - (box.y + box.height / 2) * safe };
}

/** What lies under the point stays there. */
export function zoomed({ x, y, scale }: View, by: number, at: { readonly x: number; readonly y: number }): View {
  const next = Math.min(scales.most, Math.max(scales.least, scale * by));
  return { scale: next, x: at.x - ((at.x - x) / scale) * next, y: at.y - ((at.y - y) / scale) * next };
}

/** What is at a point of the screen: a host, or else a line that passes there. */
export function found({ spots, bundles }: Scene, view: View, at: { readonly x: number; readonly y: number }): Spot | Line | undefined {
  const [x, y] = [(at.x - view.x) / view.scale, (at.y - view.y) / view.scale];
  const reach = 9 / view.scale;
  let [best, least] = [undefined as Spot | Line | undefined, reach];
  for (const spot of spots) {
    const distance = Math.hypot(spot.x - x, spot.y - y);
    if (distance < least) [best, least] = [spot, distance];
  }
  if (best !== undefined) return best;
  least = 4 / view.scale;
  for (const line of bundles.flatMap(({ faint, lines }) => (faint ? [] : lines))) {
    const distance = distanceTo(line, x, y);
    if (distance < least) [best, least] = [line, distance];
  }
  return best;
}

function distanceTo({ from, to }: Line, x: number, y: number): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const along = Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / Math.max(1e-9, dx * dx + dy * dy)));
  return Math.hypot(from.x + along * dx - x, from.y + along * dy - y);
}
