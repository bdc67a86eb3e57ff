/**
 * Baselines and anomalies of the newest connections, made once for what is recorded: whoever asks while it is made waits for the same. Between two
 * detectors others have their turn.
 */
import { setImmediate } from 'node:timers/promises';
import type { Anomaly } from '../../domain/context/anomaly/anomaly.ts';
import { anomalyDetectors, byGravity } from '../../domain/context/anomaly/detect.ts';
import { pastOf, type Past } from '../../domain/context/anomaly/past.ts';
import type { Inventory } from '../../domain/context/inventory.ts';
import type { Store } from '../../store/port.ts';

const connectionsRead = 100_000;
/** Of as many windows as a few people look at. Each holds what it was made of. */
const kept = 2;

export type Insight = { readonly past: Past; readonly anomalies: readonly Anomaly[]; readonly truncated: boolean };
type Kept = {
  readonly inventory: Inventory;
  readonly recorded: number;
  readonly since: string | undefined;
  readonly made: Promise<Insight>;
};

/** `since`: where the newest part begins (past.ts). */
export function openInsight({ context }: Pick<Store, 'context'>): (since?: string) => Promise<Insight> {
  let known: readonly Kept[] = [];
  return async (since) => {
    const [{ connections: recorded }, inventory] = await Promise.all([context.counts(), context.inventory()]);
    // Connections are only ever added, and the inventory in force is one object for as long as it is in force.
    const isSame = (one: Kept): boolean => one.inventory === inventory && one.recorded === recorded;
    const found = known.find((one) => isSame(one) && one.since === since);
    const one = found ?? { inventory, recorded, since, made: make(context, inventory, since) };
    known = [one, ...known.filter((other) => other !== one && isSame(other))].slice(0, kept);
    try {
      return await one.made;
    } catch (error) {
      known = known.filter((other) => other !== one);
      throw error;
    }
  };
}

async function make(context: Store['context'], inventory: Inventory, since: string | undefined): Promise<Insight> {
  const connections = await context.connections({ limit: connectionsRead });
  const past = pastOf(connections, inventory, since);
  const found: Anomaly[] = [];
  for (const detect of Object.values(anomalyDetectors)) {
    await setImmediate();
    found.push(...detect(past));
  }
  return { past, anomalies: byGravity(found), truncated: connections.length === connectionsRead };
}
