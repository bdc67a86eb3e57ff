/**
 * Detectors over what was recorded: bursts of denied requests, connections to critical assets that were never seen before, beacons. A
 * finding becomes a recorded signal, once; the outbox of the doors delivers it.
 */
import type { Connection } from '../../domain/context/event.ts';
import {
  beaconDefaults,
  deniedBurstDefaults,
  detectBeacons,
  detectDeniedBursts,
  detectNovelConnections,
} from '../../domain/context/detectors.ts';
import { internalCidrs } from '../../domain/context/graph.ts';
import type { Inventory } from '../../domain/context/inventory.ts';
import type { Signal } from '../../domain/incident/signal.ts';
import type { Store } from '../../store/port.ts';
import type { Ports } from '../ports.ts';

const hourMs = 3_600_000;
/** Older connections are what is known; newer ones may be novel. */
const novelMs = 24 * hourMs;
const mostEvents = 50_000;

// What was looked at last in this process: nothing new, nothing to find. Only spares work; the store keeps what was found.
const looked = new WeakMap<Store, { connections: number; decisions: number }>();

/** Ids of the signals that are new. */
export async function detect({ store, now, caller }: Ports): Promise<readonly string[]> {
  const { connections, decisions } = await store.context.counts();
  const last = looked.get(store);
  const signals: Signal[] = [];
  if (decisions !== last?.decisions && decisions > 0) signals.push(...(await deniedBursts(store, now().getTime())));
  caller().heartbeat();
  if (connections !== last?.connections && connections > 0) signals.push(...(await connectionSignals(store, now().getTime())));
  caller().heartbeat();
  const found: string[] = [];
  for (const signal of signals) if (await record(store, signal)) found.push(signal.id);
  looked.set(store, { connections, decisions });
  return found;
}

/** A signal that is there already is not counted as a duplicate: nobody sent it twice. */
async function record(store: Store, signal: Signal): Promise<boolean> {
  if ((await store.signals.get(signal.id)) !== undefined) return false;
  return (await store.signals.accept(signal, 'detector')).accepted;
}

async function deniedBursts(store: Store, at: number): Promise<readonly Signal[]> {
  const decisions = await store.context.decisions({ since: new Date(at - hourMs).toISOString(), limit: mostEvents });
  return detectDeniedBursts(decisions, deniedBurstDefaults);
}

async function connectionSignals(store: Store, at: number): Promise<readonly Signal[]> {
  const inventory = await store.context.inventory();
  const internal = internalCidrs(inventory);
  if (internal.length === 0) return [];
  const connections = await store.context.connections({ limit: mostEvents });
  return [...detectBeacons(connections, { ...beaconDefaults, internal }), ...novel(connections, inventory, at)];
}

/** Only what reaches a critical asset is worth a signal, and only where there is a past to compare with. */
function novel(connections: readonly Connection[], { assets }: Inventory, at: number): readonly Signal[] {
  const watched = assets.filter(({ criticality }) => criticality === 'critical').flatMap(({ addresses }) => addresses);
  const isOld = (connection: Connection): boolean => Date.parse(connection.at) < at - novelMs;
  const baseline = connections.filter(isOld);
  if (watched.length === 0 || baseline.length === 0) return [];
  return detectNovelConnections(
    connections.filter((connection) => !isOld(connection)),
    { baseline, watched },
  );
}
