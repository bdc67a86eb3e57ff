/**
 * A host far above its own past in one measure: the measure in each place in time that the host was active in, the newest ones against those of
 * the baseline by their robust score (statistics.ts). At least `activeLeast` active places in the baseline; one anomaly a host, for the highest.
 */
import { robustScore } from '../statistics.ts';
import { groupsOf } from './anomaly.ts';
import type { Past, Seen } from './past.ts';

/** Iglewicz and Hoaglin's own. */
export const scoreLimit = 3.5;
const activeLeast = 8;

export type Measure = {
  /** Connections that it is a measure of. */
  readonly holds: (one: Seen) => boolean;
  readonly of: (seen: readonly Seen[]) => number;
  /** Less than this is not worth a word, whatever the past. */
  readonly least: number;
  /** The least spread, given what is usual. */
  readonly floor: (usual: number) => number;
};

export type Departure = {
  readonly host: string;
  readonly bucket: number;
  readonly value: number;
  readonly usual: number;
  readonly score: number;
  /** From which value on it would be told. */
  readonly limit: number;
  readonly most: number;
  readonly active: number;
  readonly seen: readonly Seen[];
  readonly values: ReadonlyMap<number, number>;
};

export function departuresOf(past: Past, measure: Measure): readonly Departure[] {
  const firstNew = Math.floor(past.sinceMs / past.bucketMs);
  return groupsOf(past.all.filter(measure.holds), ({ from }) => from.name).flatMap(([host, seen]) => {
    const departure = departureOf(seen, firstNew, measure);
    return departure === undefined ? [] : [{ host, ...departure }];
  });
}

function departureOf(seen: readonly Seen[], firstNew: number, measure: Measure): Omit<Departure, 'host'> | undefined {
  const places = new Map<number, Seen[]>();
  for (const one of seen) {
    const place = places.get(one.bucket);
    if (place === undefined) places.set(one.bucket, [one]);
    else place.push(one);
  }
  const values = new Map([...places].map(([bucket, held]) => [bucket, measure.of(held)]));
  const past = [...values].filter(([bucket]) => bucket < firstNew).map(([, value]) => value);
  const fresh = [...values].filter(([bucket]) => bucket >= firstNew);
  if (past.length < activeLeast || fresh.length === 0) return undefined;
  const [bucket, value] = fresh.reduce((best, each) => (each[1] > best[1] ? each : best));
  const most = Math.max(...past);
  const floor = measure.floor(robustScore(0, past, 1).usual);
  const { score, usual } = robustScore(value, past, floor);
  if (score < scoreLimit || value < measure.least || value <= most) return undefined;
  const limit = usual + ((value - usual) * scoreLimit) / score;
  return { bucket, value, usual, score, limit, most, active: past.length, seen: places.get(bucket) ?? [], values };
}
