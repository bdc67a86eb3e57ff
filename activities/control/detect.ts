/**
 * Detectors over what was recorded: bursts of denied requests, connections to critical assets that were never seen before, beacons. A
 * finding becomes a recorded signal, once; the outbox of the doors delivers it.
 */
import type { Connection } from '../../domain/context/event.ts';
import {
  beaconDefaults,
  deniedBurstDefaults,
  detectBeacons,
  detectDeniedAccess,
  detectDeniedBursts,
  detectNovelConnections,
} from '../../domain/context/detectors.ts';
import { internalCidrs } from '../../domain/context/graph.ts';
import type { Inventory } from '../../domain/context/inventory.ts';
import type { Signal } from '../../domain/incident/signal.ts';
import type { Store } from '../../store/port.ts';
import type { Ports } from '../ports.ts';

const burstWindowMs = 10 * 60_000;
/** A burst that goes on is one signal; after this it is told again. */
const quietMs = 15 * 60_000;
/** Decisions flow all the time: they are not read at each look. */
const restMs = 5000;
/** Older connections are what is known; newer ones may be novel. */
const novelMs = 24 * 3_600_000;
const mostEvents = 50_000;

// What this process looked at last: only spares work and repetition; the store keeps what was found.
type Looked = { network: string; decisions: number; decisionsAtMs: number; readonly told: Map<string, number> };
const looked = new WeakMap<Store, Looked>();

/** Ids of the signals that are new. */
export async function detect({ store, now, caller }: Ports): Promise<readonly string[]> {
  const last = looked.get(store) ?? { network: '', decisions: 0, decisionsAtMs: 0, told: new Map<string, number>() };
  looked.set(store, last);
  const { connections, assets, zones, decisions } = await store.context.counts();
  const at = now().getTime();
  const found: string[] = [];
  if (decisions !== last.decisions && at - last.decisionsAtMs >= restMs) {
    const bursts = (await deniedBursts(store, at)).filter(({ key }) => at - (last.told.get(key) ?? 0) >= quietMs);
    for (const burst of bursts) last.told.set(burst.key, at);
    found.push(...(await record(store, bursts)));
    Object.assign(last, { decisions, decisionsAtMs: at });
  }
  caller().heartbeat();
  // What is inside, and what is critical, is the inventory's word.
  const network = `${connections} ${assets} ${zones}`;
  if (network !== last.network) {
    found.push(...(await record(store, await connectionSignals(store, at))));
    last.network = network;
  }
  return found;
}

/** A signal that is there already is not counted as a duplicate: nobody sent it twice. */
async function record(store: Store, signals: readonly Signal[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const signal of signals) {
    if ((await store.signals.get(signal.id)) !== undefined) continue;
    if ((await store.signals.accept(signal, 'detector')).accepted) found.push(signal.id);
  }
  return found;
}

async function deniedBursts(store: Store, at: number): Promise<readonly Signal[]> {
  const recent = { since: new Date(at - burstWindowMs).toISOString(), limit: mostEvents };
  return [
    ...detectDeniedBursts(await store.context.decisions(recent), deniedBurstDefaults),
    ...detectDeniedAccess(await store.context.accessDecisions(recent), deniedBurstDefaults),
  ];
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
