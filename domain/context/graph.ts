/** Who talks to whom: recorded connections folded into edges between hosts, and what follows from them. */
import { matcherOf } from './address.ts';
import type { Connection } from './event.ts';
import type { Asset, Inventory } from './inventory.ts';

export type Host = {
  /** The asset's name, or the address where the inventory does not know it. */
  readonly name: string;
  readonly known: boolean;
  readonly zone: string;
  readonly criticality: Asset['criticality'] | undefined;
};

export type Edge = {
  readonly from: string;
  readonly to: string;
  /** `tcp/5432`, `icmp` */
  readonly service: string;
  readonly connections: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly bytes: number;
};

export type Graph = { readonly hosts: ReadonlyMap<string, Host>; readonly edges: readonly Edge[] };

export type Peer = {
  readonly host: Host;
  readonly direction: 'in' | 'out' | 'both';
  readonly services: readonly string[];
  readonly connections: number;
};

export function buildGraph(connections: readonly Connection[], inventory: Inventory): Graph {
  const hostOf = hostFinder(inventory);
  const hosts = new Map<string, Host>();
  const edges = new Map<string, Edge>();
  for (const connection of connections) {
    const [from, to] = [hostOf(connection.from), hostOf(connection.to)];
    hosts.set(from.name, from);
    hosts.set(to.name, to);
    const service = serviceOf(connection);
    const key = JSON.stringify([from.name, to.name, service]);
    edges.set(key, addTo(edges.get(key) ?? emptyEdge(from.name, to.name, connection), connection));
  }
  return { hosts, edges: [...edges.values()] };
}

export function serviceOf({ protocol, port }: Pick<Connection, 'protocol' | 'port'>): string {
  return protocol === 'tcp' || protocol === 'udp' ? `${protocol}/${port}` : protocol;
}

function emptyEdge(from: string, to: string, connection: Connection): Edge {
  return { from, to, service: serviceOf(connection), connections: 0, firstAt: connection.at, lastAt: connection.at, bytes: 0 };
}

function addTo(edge: Edge, { at, sentBytes, receivedBytes }: Connection): Edge {
  return {
    ...edge,
    connections: edge.connections + 1,
    bytes: edge.bytes + sentBytes + receivedBytes,
    firstAt: at < edge.firstAt ? at : edge.firstAt,
    lastAt: at > edge.lastAt ? at : edge.lastAt,
  };
}

/** The hosts that an asset (by name) talks to or hears from, the busiest first. */
export function peersOf(graph: Graph, name: string): readonly Peer[] {
  const found = new Map<string, { in: boolean; out: boolean; services: Set<string>; connections: number }>();
  for (const edge of graph.edges) {
    if ((edge.from === name) === (edge.to === name)) continue;
    const other = edge.from === name ? edge.to : edge.from;
    const peer = found.get(other) ?? { in: false, out: false, services: new Set<string>(), connections: 0 };
    peer[edge.from === name ? 'out' : 'in'] = true;
    peer.services.add(edge.service);
    peer.connections += edge.connections;
    found.set(other, peer);
  }
  const peers = [...found].flatMap(([other, peer]): readonly Peer[] => {
    const host = graph.hosts.get(other);
    if (host === undefined) return [];
    const direction = peer.in && peer.out ? 'both' : peer.in ? 'in' : 'out';
    return [{ host, direction, services: [...peer.services].toSorted(), connections: peer.connections }];
  });
  return peers.toSorted((a, b) => b.connections - a.connections || compare(a.host.name, b.host.name));
}

export type BlastRadius = {
  readonly hosts: readonly (Host & { readonly hops: number })[];
  readonly critical: number;
  readonly peers: number;
};

/** What somebody who holds the host could go on to by connections that were seen, up to `hops` steps (default 2). */
export function blastRadius(graph: Graph, name: string, hops = 2): BlastRadius {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of graph.edges) next.set(from, (next.get(from) ?? new Set()).add(to));
  const reached = new Map<string, number>([[name, 0]]);
  let frontier = [name];
  for (let hop = 1; hop <= hops && frontier.length > 0; hop += 1) {
    const fresh = [...new Set(frontier.flatMap((host) => [...(next.get(host) ?? [])]))].filter((host) => !reached.has(host));
    for (const host of fresh) reached.set(host, hop);
    frontier = fresh;
  }
  const hosts = [...reached].flatMap(([other, distance]) => {
    const host = graph.hosts.get(other);
    return host === undefined || distance === 0 ? [] : [{ ...host, hops: distance }];
  });
  return {
    hosts: hosts.toSorted((a, b) => a.hops - b.hops || compare(a.name, b.name)),
    critical: hosts.filter(({ criticality }) => criticality === 'critical').length,
    peers: peersOf(graph, name).length,
  };
}

export type ZonePair = { readonly from: string; readonly to: string; readonly services: readonly string[]; readonly connections: number };

export function zonePairs(graph: Graph): readonly ZonePair[] {
  const pairs = new Map<string, { from: string; to: string; services: Set<string>; connections: number }>();
  for (const edge of graph.edges) {
    const [from, to] = [graph.hosts.get(edge.from)?.zone ?? 'internet', graph.hosts.get(edge.to)?.zone ?? 'internet'];
    const key = JSON.stringify([from, to]);
    const pair = pairs.get(key) ?? { from, to, services: new Set<string>(), connections: 0 };
    pair.services.add(edge.service);
    pair.connections += edge.connections;
    pairs.set(key, pair);
  }
  const list = [...pairs.values()].map((pair) => ({ ...pair, services: [...pair.services].toSorted() }));
  return list.toSorted((a, b) => compare(a.from, b.from) || compare(a.to, b.to));
}

/** The asset that holds the address, or the bare address in its zone; remembered for each address. */
export function hostFinder(inventory: Inventory): (address: string) => Host {
  const known = new Map<string, Host>();
  for (const { name, addresses, zone, criticality } of inventory.assets) {
    for (const address of addresses) known.set(address, { name, known: true, zone, criticality });
  }
  const zones = inventory.zones.map(({ name, cidrs }) => ({ name, holds: matcherOf(cidrs) }));
  const zoneOf = (address: string): string => zones.find(({ holds }) => holds(address))?.name ?? 'internet';
  return (address) => {
    const host = known.get(address) ?? { name: address, known: false, zone: zoneOf(address), criticality: undefined };
    known.set(address, host);
    return host;
  };
}

/** What is inside: every zone but `internet`, and every asset. */
export function internalCidrs(inventory: Inventory): readonly string[] {
  const zones = inventory.zones.filter(({ name }) => name !== 'internet').flatMap(({ cidrs }) => cidrs);
  return [...new Set([...zones, ...inventory.assets.flatMap(({ addresses }) => addresses)])];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
