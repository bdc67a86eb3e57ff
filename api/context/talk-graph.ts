/** Who talks to whom, as the API shows it: every asset, the addresses that speak with one, and the busiest edges. Pure. */
import type { Connection } from '../../domain/context/event.ts';
import { buildGraph } from '../../domain/context/graph.ts';
import type { Inventory } from '../../domain/context/inventory.ts';
import type { ContextReply } from '../contract/context.ts';

const edgesMost = 2000;

export function talkGraph(inventory: Inventory, connections: readonly Connection[]): ContextReply['graph'] {
  const { hosts, edges } = buildGraph(connections, inventory);
  const shown = edges.toSorted((a, b) => b.connections - a.connections).slice(0, edgesMost);
  const talking = new Set(shown.flatMap(({ from, to }) => [from, to]));
  const assets = inventory.assets.map(({ name, zone, criticality }) => ({ name, kind: 'asset' as const, zone, criticality }));
  const strangers = [...hosts.values()]
    .filter(({ name, known }) => !known && talking.has(name))
    .map(({ name, zone }) => ({ name, kind: 'address' as const, zone }));
  return { nodes: [...assets, ...strangers], edges: shown, truncated: shown.length < edges.length };
}
