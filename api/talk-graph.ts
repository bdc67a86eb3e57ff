/** Who talks to whom: connections counted between assets, and addresses where no asset is known. Pure. */
import type { Connection } from '../domain/context/event.ts';
import type { Inventory } from '../domain/context/inventory.ts';
import type { ContextReply } from './contract/context.ts';

type Graph = ContextReply['graph'];
type Edge = Graph['edges'][number];

const edgesMost = 2000;

export function talkGraph({ assets }: Inventory, connections: readonly Connection[]): Graph {
  const assetOf = new Map(assets.flatMap((asset) => asset.addresses.map((address) => [address, asset] as const)));
  const nameOf = (address: string) => assetOf.get(address)?.name ?? address;
  const counted = new Map<string, Edge>();
  for (const { from, to, protocol, port } of connections) {
    const edge = { from: nameOf(from), to: nameOf(to), protocol, port };
    const key = JSON.stringify(edge);
    counted.set(key, { ...edge, connections: (counted.get(key)?.connections ?? 0) + 1 });
  }
  const edges = [...counted.values()].toSorted((a, b) => b.connections - a.connections);
  const shown = edges.slice(0, edgesMost);
  const talking = new Set(shown.flatMap(({ from, to }) => [from, to]));
  const nodes = assets.map(({ name, zone, criticality }) => ({ name, kind: 'asset' as const, zone, criticality }));
  const known = new Set(nodes.map(({ name }) => name));
  const strangers = [...talking].filter((name) => !known.has(name)).map((name) => ({ name, kind: 'address' as const }));
  return { nodes: [...nodes, ...strangers], edges: shown, truncated: shown.length < edges.length };
}
