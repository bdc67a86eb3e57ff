/** A host that calls one place outside in a machine's rhythm, as detectors.ts finds it, with the rhythm to look at. */
import { beaconDefaults, detectBeacons } from '../detectors.ts';
import { internalCidrs } from '../graph.ts';
import type { Signal } from '../../incident/signal.ts';
import { intervalsOf, median } from '../statistics.ts';
import { anomalyOf, groupsOf, round, type Anomaly } from './anomaly.ts';
import type { Past, Seen } from './past.ts';

export function detectBeaconing(past: Past): readonly Anomaly[] {
  const found = detectBeacons(
    past.all.map(({ connection }) => connection),
    { ...beaconDefaults, internal: internalCidrs(past.inventory) },
  );
  if (found.length === 0) return [];
  const groups = new Map(groupsOf(past.all, ({ connection, service }) => `${connection.from} ${connection.to} ${service}`));
  return found.flatMap((signal) => {
    const [firstAt, lastAt] = [told(signal, 'firstAt'), told(signal, 'lastAt')];
    const group = groups.get(`${signal.source} ${signal.destination} ${told(signal, 'service')}`) ?? [];
    const seen = group.filter(({ connection: { at } }) => at >= firstAt && at <= lastAt);
    return seen.length === 0 ? [] : [beacon(signal, seen)];
  });
}

function beacon(signal: Signal, seen: readonly Seen[]): Anomaly {
  const { from, to } = seen[0] as Seen;
  const intervals = intervalsOf(seen.map(({ connection }) => connection));
  const usual = median(intervals);
  const variation = Number(signal.attributes['variation']);
  return anomalyOf({
    // The same finding as the watch has, which may have sent it already.
    id: signal.id,
    kind: 'beacon',
    severity: signal.severity,
    subject: from.name,
    peer: to.name,
    title: `${from.name} calls ${to.name} (${told(signal, 'service')}) like a beacon`,
    explanation: `${seen.length} calls, half of them at most ${round(usual)} s after the one before: ${told(signal, 'explanation')}. People and programs that wait for people are less even.`,
    figures: [
      { name: 'calls', value: seen.length, unit: '', limit: beaconDefaults.minConnections },
      { name: 'median interval', value: usual, unit: 's' },
      { name: 'coefficient of variation', value: variation, unit: '', limit: beaconDefaults.maxVariation },
      { name: 'local variation', value: Number(signal.attributes['localVariation']), unit: '', limit: beaconDefaults.maxLocalVariation },
      { name: 'calls of one size', value: Number(signal.attributes['sameSize']) * 100, unit: '%', limit: beaconDefaults.minSameSize * 100 },
    ],
    score: Math.min(10, seen.length / beaconDefaults.minConnections),
    picture: {
      label: `seconds from one call of ${from.name} to the next`,
      unit: 's',
      points: intervals.map((value, index) => ({ at: seen[index + 1]?.connection.at ?? '', value })).slice(-240),
      usual,
    },
    seen,
  });
}

function told({ attributes }: Signal, name: string): string {
  const value = attributes[name];
  return typeof value === 'string' ? value : '';
}
