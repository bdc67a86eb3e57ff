/** `context.blast-radius`: who was seen to talk with an asset, and how many critical assets are among them. */
import type { Activities } from '../contract.ts';
import { buildGraph, hostFinder, peersOf } from '../../domain/context/graph.ts';
import { requireRun } from '../effect/check-order.ts';
import { findHost } from '../find-asset.ts';
import type { Ports } from '../ports.ts';

const mostConnections = 20_000;
const shown = 50;

export function contextBlastRadius(ports: Ports): Activities['context.blast-radius'] {
  return async (call) => {
    await requireRun(ports, call);
    const inventory = await ports.store.context.inventory();
    const { addresses } = findHost(inventory, call.params['asset'], call.step);
    const seen = await Promise.all(addresses.map((address) => ports.store.context.connections({ address, limit: mostConnections })));
    const graph = buildGraph(seen.flat(), inventory);
    const name = hostFinder(inventory)(addresses[0] ?? '').name;
    const peers = peersOf(graph, name).map(({ host }) => host);
    return {
      critical: peers.filter((host) => host.criticality === 'critical').length,
      peers: peers.length,
      hosts: peers.slice(0, shown).map((host) => host.name),
    };
  };
}
