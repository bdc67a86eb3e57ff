/** The detectors, each of a kind, and the order in which what they found is read: the gravest first, then the furthest beyond its limit. */
import type { Severity } from '../../incident/signal.ts';
import type { Anomaly, AnomalyKind, Detector } from './anomaly.ts';
import { detectBeaconing } from './beacon.ts';
import { detectFanOut } from './fan-out.ts';
import { detectNewReach } from './new-reach.ts';
import { detectNewZones } from './new-zones.ts';
import { detectScans } from './scan.ts';
import { detectVolume } from './volume.ts';

export const anomalyDetectors: { readonly [kind in AnomalyKind]: Detector } = {
  'new-zones': detectNewZones,
  'new-reach': detectNewReach,
  'fan-out': detectFanOut,
  volume: detectVolume,
  scan: detectScans,
  beacon: detectBeaconing,
};

const weight: { readonly [severity in Severity]: number } = { critical: 3, high: 2, medium: 1, low: 0 };

export function byGravity(found: readonly Anomaly[]): readonly Anomaly[] {
  return found.toSorted((a, b) => weight[b.severity] - weight[a.severity] || b.score - a.score || (a.id < b.id ? -1 : 1));
}
