/**
 * The first connection between two zones (or within one): none of the baseline went from the one to the other. Told only where the baseline has
 * `baselineLeast` connections, since against nothing everything is new.
 */
import { anomalyOf, bucketWords, counted, groupsOf, listWords, pointsOf, type Anomaly } from './anomaly.ts';
import type { Past, Seen } from './past.ts';

export const baselineLeast = 20;

/** Names hold no line break. */
export const zonesOf = ({ from, to }: Seen): string => `${from.zone}\n${to.zone}`;
export const pairOf = ({ from, to }: Seen): string => `${from.name}\n${to.name}`;

export function detectNewZones(past: Past): readonly Anomaly[] {
  if (past.before.length < baselineLeast) return [];
  const known = new Set(past.before.map(zonesOf));
  const fresh = past.recent.filter((one) => !known.has(zonesOf(one)));
  return groupsOf(fresh, zonesOf).map(([, seen]) => newZones(past, seen));
}

function newZones(past: Past, seen: readonly Seen[]): Anomaly {
  const { from, to } = seen[0] as Seen;
  const counts = new Map<number, number>();
  for (const { bucket } of seen) counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  const hosts = new Set(seen.map((one) => one.from.name));
  const critical = seen.some((one) => one.to.criticality === 'critical');
  const outOfZone = past.before.filter((one) => one.from.zone === from.zone).length;
  return anomalyOf({
    kind: 'new-zones',
    identity: [from.zone, to.zone],
    severity: critical ? 'high' : to.zone === 'internet' ? 'low' : 'medium',
    subject: from.zone,
    peer: to.zone,
    title: `First connections from ${from.zone} to ${to.zone}`,
    explanation: `None of the ${counted(past.before.length, 'connection')} of the baseline went from ${from.zone} to ${to.zone}; ${outOfZone.toLocaleString('en')} of them left ${from.zone}. New: ${seen.length.toLocaleString('en')}, by ${listWords(seen.map(({ service }) => service))}, from ${listWords([...hosts])} to ${listWords(seen.map((one) => one.to.name))}.`,
    figures: [
      { name: 'connections', value: seen.length, unit: '', usual: 0, limit: 1 },
      { name: 'hosts that connect', value: hosts.size, unit: '' },
      { name: 'connections of the baseline', value: past.before.length, unit: '', limit: baselineLeast },
    ],
    score: seen.length,
    picture: {
      label: `connections from ${from.zone} to ${to.zone} in ${bucketWords(past)}`,
      unit: '',
      points: pointsOf(past, (bucket) => counts.get(bucket) ?? 0),
      usual: 0,
    },
    seen,
  });
}
