/** A host that reaches an asset of high criticality which it never reached before, between zones that do talk (else it is new-zones.ts). */
import { anomalyOf, bucketWords, counted, groupsOf, listWords, pointsOf, type Anomaly } from './anomaly.ts';
import { baselineLeast, pairOf, zonesOf } from './new-zones.ts';
import type { Past, Seen } from './past.ts';

export function detectNewReach(past: Past): readonly Anomaly[] {
  if (past.before.length < baselineLeast) return [];
  const guarded = past.all.filter(({ to }) => to.criticality === 'critical' || to.criticality === 'high');
  const before = guarded.filter(({ atMs }) => atMs < past.sinceMs);
  const [zones, pairs] = [new Set(past.before.map(zonesOf)), new Set(before.map(pairOf))];
  const fresh = guarded.filter((one) => one.atMs >= past.sinceMs && zones.has(zonesOf(one)) && !pairs.has(pairOf(one)));
  const callers = callersOf(before);
  return groupsOf(fresh, pairOf).map(([, seen]) =>
    newReach(past, seen, { guarded, callers: callers.get((seen[0] as Seen).to.name) ?? new Set() }),
  );
}

function callersOf(seen: readonly Seen[]): ReadonlyMap<string, ReadonlySet<string>> {
  const callers = new Map<string, Set<string>>();
  for (const { from, to } of seen) {
    const known = callers.get(to.name);
    if (known === undefined) callers.set(to.name, new Set([from.name]));
    else known.add(from.name);
  }
  return callers;
}

type Around = { readonly guarded: readonly Seen[]; readonly callers: ReadonlySet<string> };

function newReach(past: Past, seen: readonly Seen[], { guarded, callers }: Around): Anomaly {
  const { from, to } = seen[0] as Seen;
  const counts = new Map<number, number>();
  for (const one of guarded) if (one.to.name === to.name) counts.set(one.bucket, (counts.get(one.bucket) ?? 0) + 1);
  return anomalyOf({
    kind: 'new-reach',
    identity: [from.name, to.name],
    severity: to.criticality === 'critical' ? 'medium' : 'low',
    subject: from.name,
    peer: to.name,
    title: `${from.name} reaches ${to.name} for the first time`,
    explanation: `${to.name} is of ${to.criticality ?? 'no'} criticality. In the baseline ${callers.size === 0 ? 'nobody' : `${counted(callers.size, 'host')} (${listWords([...callers])})`} connected to it, and ${from.name} was not among them. Now it did, ${counted(seen.length, 'time')}, by ${listWords(seen.map(({ service }) => service))}.`,
    figures: [
      { name: 'connections', value: seen.length, unit: '', usual: 0, limit: 1 },
      { name: 'hosts that reached it before', value: callers.size, unit: '' },
    ],
    score: seen.length,
    picture: {
      label: `connections to ${to.name} in ${bucketWords(past)}, of everybody`,
      unit: '',
      points: pointsOf(past, (bucket) => counts.get(bucket) ?? 0),
    },
    seen,
  });
}
