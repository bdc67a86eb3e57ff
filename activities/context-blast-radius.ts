/** `context.blast-radius`: who was seen to talk with an asset, and how many of them are critical. */
import type { Activities } from './contract.ts';
import type { Connection } from '../domain/context/event.ts';
import type { Asset } from '../domain/context/inventory.ts';
import { requireRun } from './effect/check-order.ts';
import { findAsset, findHost } from './find-asset.ts';
import type { Ports } from './ports.ts';

const mostConnections = 20_000;
const shown = 50;

export function contextBlastRadius(ports: Ports): Activities['context.blast-radius'] {
  return async (call) => {
    await requireRun(ports, call);
    const inventory = await ports.store.context.inventory();
    const host = findHost(inventory, call.params['asset'], call.step);
    const own = new Set(host.addresses);
    const seen = await Promise.all(host.addresses.map((address) => ports.store.context.connections({ address, limit: mostConnections })));
    const addresses = new Set(seen.flat().map((connection) => peerOf(connection, own)));
    const assets = new Map<string, Asset>();
    const strangers: string[] = [];
    for (const address of addresses) {
      const asset = findAsset(inventory, address);
      if (asset === undefined) strangers.push(address);
      else assets.set(asset.name, asset);
    }
    const critical = [...assets.values()].filter((asset) => asset.criticality === 'critical').length;
    const hosts = [...assets.keys()].toSorted();
    return { critical, peers: assets.size + strangers.length, hosts: [...hosts, ...strangers.toSorted()].slice(0, shown) };
  };
}

function peerOf({ from, to }: Connection, own: ReadonlySet<string>): string {
  return own.has(from) ? to : from;
}
