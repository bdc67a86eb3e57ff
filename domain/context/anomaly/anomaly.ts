/**
 * An anomaly: something recorded that its own past does not explain, with the figures that say so. It is for a person to read. It does nothing by
 * itself; `signalOf` is what a person may send.
 */
import { digestOf } from '../../digest.ts';
import type { Severity, Signal } from '../../incident/signal.ts';
import type { Past, Seen } from './past.ts';

export const anomalyKinds = ['new-zones', 'new-reach', 'fan-out', 'volume', 'scan', 'beacon'] as const;
export type AnomalyKind = (typeof anomalyKinds)[number];

/** `usual` is the baseline's figure, `limit` the one from which on it is told. */
export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly usual?: number | undefined;
  readonly limit?: number | undefined;
};

/** A small picture of the baseline: one measure over time. `usual` and `limit` are lines across it. */
export type Picture = {
  readonly label: string;
  readonly unit: string;
  readonly points: readonly { readonly at: string; readonly value: number }[];
  readonly usual?: number | undefined;
  readonly limit?: number | undefined;
};

export type Anomaly = {
  readonly id: string;
  readonly kind: AnomalyKind;
  readonly severity: Severity;
  /** Whose doing it is: an asset's name, an address, or a zone. */
  readonly subject: string;
  readonly peer?: string | undefined;
  readonly at: string;
  readonly lastAt: string;
  readonly title: string;
  readonly explanation: string;
  readonly figures: readonly Figure[];
  /** Of the measure that it is told by, its part of the limit: 1 is just told. */
  readonly score: number;
  readonly picture: Picture;
  /** How many connections it is made of, and the first of them. */
  readonly connections: number;
  readonly connectionIds: readonly string[];
};

/** Gives no two anomalies of the same past the same id. Pure. */
export type Detector = (past: Past) => readonly Anomaly[];

const idsMost = 200;
/** More points than a small picture has room for. */
const pointsMost = 240;

type Draft = Omit<Anomaly, 'id' | 'connections' | 'connectionIds' | 'at' | 'lastAt'> & {
  readonly id?: string;
  readonly identity?: readonly (string | number)[];
  readonly seen: readonly Seen[];
};

/** `seen`: at least one, in order of time. Its id is made of what `identity` says it is, unless it has one. */
export function anomalyOf({ id, identity = [], seen, ...rest }: Draft): Anomaly {
  const digest = digestOf([rest.kind, ...identity]).slice('sha256:'.length, 'sha256:'.length + 24);
  return {
    id: id ?? `${rest.kind}-${digest}`,
    ...rest,
    at: seen[0]?.connection.at ?? '',
    lastAt: seen.at(-1)?.connection.at ?? '',
    connections: seen.length,
    connectionIds: seen.slice(0, idsMost).map(({ connection }) => connection.id),
  };
}

/** What a person may send to have an incident opened. Sent twice it is one signal. */
export function signalOf({ id, kind, severity, subject, peer, title, explanation, at, figures, connections, ...rest }: Anomaly): Signal {
  return {
    id,
    kind: kind === 'beacon' ? 'beacon' : `anomaly-${kind}`,
    key: `${kind}:${subject.replaceAll(/[^A-Za-z0-9._:@/-]/gu, '-')}`.slice(0, 128),
    severity,
    at,
    title: title.slice(0, 200),
    source: subject.slice(0, 253),
    ...(peer === undefined ? {} : { destination: peer.slice(0, 253) }),
    attributes: {
      explanation,
      connections,
      firstAt: at,
      lastAt: rest.lastAt,
      figures: Object.fromEntries(figures.map(({ name, value }) => [name, round(value)])),
      connectionIds: rest.connectionIds.slice(0, 20),
    },
  };
}

/** A measure in each place in time from the first to the last; neighbours are put together (the most of them) where there are too many. */
export function pointsOf(past: Past, valueAt: (bucket: number) => number): Picture['points'] {
  const [first, last] = [Math.floor(past.fromMs / past.bucketMs), Math.floor(past.untilMs / past.bucketMs)];
  const step = Math.max(1, Math.ceil((last - first + 1) / pointsMost));
  const points: { at: string; value: number }[] = [];
  for (let bucket = first; bucket <= last; bucket += step) {
    let value = 0;
    for (let each = bucket; each < bucket + step && each <= last; each += 1) value = Math.max(value, valueAt(each));
    points.push({ at: new Date(bucket * past.bucketMs).toISOString(), value });
  }
  return points;
}

/** `an hour`, `5 minutes` */
export function bucketWords({ bucketMs }: Pick<Past, 'bucketMs'>): string {
  return bucketMs === 3_600_000 ? 'an hour' : bucketMs === 60_000 ? 'a minute' : `${bucketMs / 60_000} minutes`;
}

export function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
}

/** In the order in which each group was first met; each in the order of what was given. */
export function groupsOf(seen: readonly Seen[], keyOf: (one: Seen) => string): readonly (readonly [key: string, group: readonly Seen[]])[] {
  const groups = new Map<string, Seen[]>();
  for (const one of seen) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups];
}

export function listWords(words: readonly string[], most = 4): string {
  const unique = [...new Set(words)];
  return unique.length <= most ? unique.join(', ') : `${unique.slice(0, most).join(', ')} and ${unique.length - most} more`;
}

/** `1 host`, `1,200 hosts` */
export function counted(count: number, noun: string): string {
  const many = noun.endsWith('s') ? `${noun}es` : `${noun}s`;
  return `${count.toLocaleString('en')} ${count === 1 ? noun : many}`;
}
