/**
 * What is usual: of each host, of each pair of hosts and of each pair of zones, when it was first and last seen, how often, by what, and how much
 * in each place in time that it was active in. Of everything recorded; `recent` is the newest part's (past.ts).
 */
import { quantile } from '../statistics.ts';
import { groupsOf } from './anomaly.ts';
import { pairOf, zonesOf } from './new-zones.ts';
import type { Past, Seen } from './past.ts';

export const baselineScopes = ['zones', 'pairs', 'hosts'] as const;
export type BaselineScope = (typeof baselineScopes)[number];

export type Baseline = {
  readonly from: string;
  readonly to?: string | undefined;
  /** The busiest first. */
  readonly services: readonly string[];
  readonly hosts: number;
  readonly peers: number;
  readonly connections: number;
  readonly recent: number;
  /** Nothing of it is older than the newest part. */
  readonly fresh: boolean;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Places in time with at least one connection, and what those had. */
  readonly activeBuckets: number;
  readonly median: number;
  readonly p95: number;
  readonly most: number;
  /** Connections in each hour of the day, UTC. */
  readonly hours: readonly number[];
};

type Ends = { readonly key: (one: Seen) => string; readonly from: (one: Seen) => string; readonly to?: (one: Seen) => string };

const ends: { readonly [scope in BaselineScope]: Ends } = {
  zones: { key: zonesOf, from: ({ from }) => from.zone, to: ({ to }) => to.zone },
  pairs: { key: pairOf, from: ({ from }) => from.name, to: ({ to }) => to.name },
  hosts: { key: ({ from }) => from.name, from: ({ from }) => from.name },
};

/** What belongs together, the busiest first. Its baseline is made when it is looked at: of many pairs few are. */
export function baselineGroups(past: Past, scope: BaselineScope): readonly BaselineGroup[] {
  const { key, from, to } = ends[scope];
  const found = groupsOf(past.all, key).map(([, seen]) => {
    const first = seen[0] as Seen;
    return { from: from(first), ...(to === undefined ? {} : { to: to(first) }), seen };
  });
  return found.toSorted((a, b) => b.seen.length - a.seen.length);
}

export type BaselineGroup = { readonly from: string; readonly to?: string; readonly seen: readonly Seen[] };

export function baselineOf(past: Past, { from, to, seen }: BaselineGroup): Baseline {
  const [first, last] = [seen[0] as Seen, seen.at(-1) as Seen];
  const tallies = { services: new Map<string, number>(), buckets: new Map<number, number>() };
  const hours = Array.from({ length: 24 }, () => 0);
  let [sentBytes, receivedBytes, recent] = [0, 0, 0];
  for (const { service, bucket, atMs, connection } of seen) {
    tallies.services.set(service, (tallies.services.get(service) ?? 0) + 1);
    tallies.buckets.set(bucket, (tallies.buckets.get(bucket) ?? 0) + 1);
    const hour = Math.floor(atMs / 3_600_000) % 24;
    hours[hour] = (hours[hour] ?? 0) + 1;
    sentBytes += connection.sentBytes;
    receivedBytes += connection.receivedBytes;
    if (atMs >= past.sinceMs) recent += 1;
  }
  const counts = [...tallies.buckets.values()];
  return {
    from,
    ...(to === undefined ? {} : { to }),
    services: [...tallies.services].toSorted((a, b) => b[1] - a[1]).map(([service]) => service),
    hosts: new Set(seen.map((one) => one.from.name)).size,
    peers: new Set(seen.map((one) => one.to.name)).size,
    connections: seen.length,
    recent,
    fresh: recent === seen.length,
    firstAt: first.connection.at,
    lastAt: last.connection.at,
    sentBytes,
    receivedBytes,
    activeBuckets: counts.length,
    median: quantile(counts, 0.5),
    p95: quantile(counts, 0.95),
    most: Math.max(...counts),
    hours,
  };
}
