/**
 * What was recorded, in order of time and cut in two: what is known (the baseline), and the newest part, which is measured against it. Unless
 * told otherwise the newest part is the last day, or the last quarter of the time recorded where that is shorter. It begins where a place in
 * time begins, so that none belongs to both.
 */
import { isMulticastOrBroadcast, matcherOf } from '../address.ts';
import type { Connection } from '../event.ts';
import { hostFinder, internalCidrs, serviceOf, type Host } from '../graph.ts';
import type { Inventory } from '../inventory.ts';

export type Seen = {
  readonly connection: Connection;
  readonly atMs: number;
  readonly from: Host;
  readonly to: Host;
  readonly service: string;
  /** Places in time: `Past.bucketMs` each, since 1970. */
  readonly bucket: number;
};

export type Past = {
  readonly all: readonly Seen[];
  readonly before: readonly Seen[];
  readonly recent: readonly Seen[];
  readonly fromMs: number;
  /** Where the newest part begins. */
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly bucketMs: number;
  readonly isInside: (address: string) => boolean;
  readonly inventory: Inventory;
};

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** The longest of them of which the baseline has a day's worth of places. */
const bucketsMs = [60 * minuteMs, 15 * minuteMs, 5 * minuteMs, minuteMs] as const;
const bucketsLeast = 24;

/** Connections to everybody (multicast, broadcast) are nobody's doing, and are left out. */
export function pastOf(connections: readonly Connection[], inventory: Inventory, since?: string): Past {
  const times = connections.map(({ at }) => Date.parse(at));
  const fromMs = times.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
  const untilMs = times.reduce((most, at) => Math.max(most, at), Number.NEGATIVE_INFINITY);
  const spanMs = connections.length === 0 ? 0 : untilMs - fromMs;
  const askedMs = since === undefined ? untilMs - Math.min(dayMs, spanMs / 4) : Date.parse(since);
  const bucketMs = bucketsMs.find((length) => (askedMs - fromMs) / length >= bucketsLeast) ?? minuteMs;
  const sinceMs = Math.floor(askedMs / bucketMs) * bucketMs;
  const all = seenIn(connections, { times, inventory, bucketMs });
  const first = all.findIndex(({ atMs }) => atMs >= sinceMs);
  const cut = first < 0 ? all.length : first;
  return {
    all,
    before: all.slice(0, cut),
    recent: all.slice(cut),
    ...(connections.length === 0 ? { fromMs: 0, sinceMs: 0, untilMs: 0 } : { fromMs, sinceMs, untilMs }),
    bucketMs,
    isInside: matcherOf(internalCidrs(inventory)),
    inventory,
  };
}

type Placing = { readonly times: readonly number[]; readonly inventory: Inventory; readonly bucketMs: number };

function seenIn(connections: readonly Connection[], { times, inventory, bucketMs }: Placing): readonly Seen[] {
  const hostOf = hostFinder(inventory);
  const toAll = new Map<string, boolean>();
  const isToAll = (address: string): boolean => {
    const known = toAll.get(address) ?? isMulticastOrBroadcast(address);
    toAll.set(address, known);
    return known;
  };
  const seen: Seen[] = [];
  for (const [index, connection] of connections.entries()) {
    if (isToAll(connection.to)) continue;
    const atMs = times[index] ?? 0;
    const [from, to] = [hostOf(connection.from), hostOf(connection.to)];
    seen.push({ connection, atMs, from, to, service: serviceOf(connection), bucket: Math.floor(atMs / bucketMs) });
  }
  return seen.toSorted((a, b) => a.atMs - b.atMs || (a.connection.id < b.connection.id ? -1 : 1));
}
