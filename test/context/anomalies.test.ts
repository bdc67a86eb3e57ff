/** Anomalies and baselines: what repeats itself is none, what was planted is found with its figures, and the order of a log means nothing. */
import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, infiniteStream, integer, nat, pre, property, record } from 'fast-check';
import { signalOf, type Anomaly } from '../../domain/context/anomaly/anomaly.ts';
import { baselineGroups, baselineOf, baselineScopes } from '../../domain/context/anomaly/baselines.ts';
import { anomalyDetectors, byGravity } from '../../domain/context/anomaly/detect.ts';
import { pastOf } from '../../domain/context/anomaly/past.ts';
import type { Connection } from '../../domain/context/event.ts';
import type { Inventory } from '../../domain/context/inventory.ts';
import { quantile, robustScore } from '../../domain/context/statistics.ts';
import { SignalRequest } from '../../api/contract/signals.ts';
import { runs } from '../law.ts';

const asset = (name: string, address: string, zone: string, criticality: 'low' | 'critical' = 'low') => ({
  name,
  addresses: [address],
  zone,
  services: [],
  groups: [],
  owner: 'o',
  criticality,
});
const inventory: Inventory = {
  assets: [asset('ws-1', '10.4.0.1', 'office'), asset('ws-2', '10.4.0.2', 'office'), asset('db', '10.2.0.5', 'data', 'critical')],
  zones: [
    { name: 'office', cidrs: ['10.4.0.0/16'] },
    { name: 'data', cidrs: ['10.2.0.0/16'] },
  ],
};
const startMs = Date.UTC(2026, 10, 1);
const hourMs = 3_600_000;
let made = 0;
const seen = (hour: number, rest: Partial<Connection> = {}): Connection => ({
  id: `c${String((made += 1)).padStart(6, '0')}`,
  at: new Date(startMs + hour * hourMs).toISOString(),
  from: '10.4.0.1',
  to: '10.4.0.2',
  protocol: 'tcp',
  port: 443,
  state: 'SF',
  sentBytes: 1000,
  receivedBytes: 1000,
  ...rest,
});

/** Six days of the same hours: two workstations that ask each other, and one of them the database. */
const usualHours = Array.from({ length: 144 }, (_, hour) => hour);
const usual = (): readonly Connection[] =>
  usualHours.flatMap((hour) => [seen(hour), seen(hour + 0.3, { from: '10.4.0.2', to: '10.2.0.5', port: 5432 })]);

const found = (connections: readonly Connection[], since?: string): readonly Anomaly[] => {
  const past = pastOf(connections, inventory, since);
  return byGravity(Object.values(anomalyDetectors).flatMap((detect) => detect(past)));
};
const kinds = (connections: readonly Connection[]): readonly string[] => found(connections).map(({ kind }) => kind);

describe('an anomaly', () => {
  it('is none where the last day is as the days before', () => {
    expect(kinds(usual())).toEqual([]);
    expect(kinds([])).toEqual([]);
  });

  it('is the first connection between two zones, with how many of the baseline did not go there', () => {
    const [one, ...rest] = found([...usual(), seen(140, { from: '10.2.0.5', to: '10.4.0.1', port: 22 })]);
    expect(rest).toEqual([]);
    expect(one).toMatchObject({ kind: 'new-zones', subject: 'data', peer: 'office', severity: 'medium', connections: 1 });
    expect(one?.explanation).toContain('None of the 238 connections of the baseline went from data to office');
  });

  it('is a critical asset reached by who never did, between zones that talk', () => {
    const [one, ...rest] = found([...usual(), seen(143.1, { from: '10.4.0.1', to: '10.2.0.5', port: 5432 })]);
    expect(rest).toEqual([]);
    expect(one).toMatchObject({ kind: 'new-reach', subject: 'ws-1', peer: 'db', severity: 'medium' });
    expect(one?.explanation).toContain('1 host (ws-2)');
  });

  it('is a host that talks to far more others than it ever did: the score is that of Iglewicz and Hoaglin over the least spread', () => {
    const burst = Array.from({ length: 30 }, (_, index) => seen(140 + index / 100, { to: `10.4.1.${index}` }));
    const fanOut = found([...usual(), ...burst]).find(({ kind }) => kind === 'fan-out');
    // Usual is 1 host an hour with no deviation at all, so that the spread is the floor, 1: with the usual one it is 31.
    expect(fanOut).toMatchObject({ subject: 'ws-1', severity: 'high', connections: 31 });
    expect(fanOut?.figures.slice(0, 2)).toEqual([
      { name: 'hosts talked to', value: 31, unit: '', usual: 1, limit: 4.5 },
      { name: 'robust z-score', value: 30, unit: '', limit: 3.5 },
    ]);
    expect(fanOut?.picture.points.find(({ value }) => value === 31)?.at).toBe(new Date(startMs + 140 * hourMs).toISOString());
  });

  it('is no host that talked to as many before', () => {
    const bursts = [20, 140].flatMap((hour) =>
      Array.from({ length: 30 }, (_, index) => seen(hour + index / 100, { to: `10.4.1.${index}` })),
    );
    expect(kinds([...usual(), ...bursts])).not.toContain('fan-out');
  });

  it('is far more sent out of the network than ever, and no less than ten megabytes', () => {
    const outward = (hour: number, sentBytes: number) => seen(hour, { to: '198.51.100.7', sentBytes });
    const calm = usualHours.map((hour) => outward(hour, 50_000 + (hour % 7) * 1000));
    const volume = found([...usual(), ...calm, outward(140.5, 80_000_000)]).find(({ kind }) => kind === 'volume');
    expect(volume).toMatchObject({ subject: 'ws-1', title: 'ws-1 sent 80.05 MB out of the network within an hour' });
    expect(kinds([...usual(), ...calm, outward(140.5, 9_000_000)])).not.toContain('volume');
  });

  it('is a host whose first contacts fail: four in a row are a scan, three are not, and what is answered takes back', () => {
    const contacts = (states: readonly string[]) =>
      states.map((state, index) => seen(index, { from: '10.4.0.9', to: `10.4.2.${index}`, state }));
    const isScan = (...states: readonly string[]): boolean => found(contacts(states)).some(({ kind }) => kind === 'scan');
    expect(isScan('S0', 'REJ', 'S0')).toBe(false);
    expect(isScan('S0', 'REJ', 'S0', 'SH')).toBe(true);
    expect(isScan('S0', 'SF', 'S0', 'REJ', 'S0')).toBe(false);
    expect(isScan('S0', 'SF', 'S0', 'REJ', 'S0', 'S0')).toBe(true);
    const again = Array.from({ length: 9 }, (_, index) => seen(index, { to: '10.4.2.1', state: 'S0' }));
    expect(kinds(again)).toEqual([]);
  });

  it('is a machine’s rhythm to the outside, with its intervals, and of the id that the watch gives it', () => {
    const calls = Array.from({ length: 40 }, (_, index) => seen(100 + index / 60, { to: '203.0.113.9', sentBytes: 100 + (index % 5) }));
    const beacon = found([...usual(), ...calls]).find(({ kind }) => kind === 'beacon');
    expect(beacon).toMatchObject({
      subject: 'ws-1',
      peer: '203.0.113.9',
      severity: 'high',
      connections: 40,
      picture: { unit: 's', usual: 60 },
    });
    expect(beacon?.id).toMatch(/^beacon-[0-9a-f]{24}$/u);
  });

  it('names connections that there are, has an id of its own, and a signal that the API takes', () => {
    const odd = [
      seen(140, { from: '10.2.0.5', to: '10.4.0.1' }),
      ...Array.from({ length: 30 }, (_, n) => seen(140, { to: `10.4.1.${n}`, state: 'S0' })),
    ];
    const connections = [...usual(), ...odd];
    const ids = new Set(connections.map(({ id }) => id));
    const all = found(connections);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(['new-zones', 'fan-out', 'scan']));
    for (const one of all) {
      expect(one.connectionIds.every((id) => ids.has(id))).toBe(true);
      expect(SignalRequest.parse(signalOf(one))).toMatchObject({ id: one.id, severity: one.severity });
    }
  });

  const address = constantFrom('10.4.0.1', '10.4.0.2', '10.2.0.5', '198.51.100.7', '10.4.7.7');
  const log = array(
    record({
      from: address,
      to: address,
      hour: integer({ min: 0, max: 200 }),
      port: constantFrom(22, 443),
      state: constantFrom('SF', 'S0', 'REJ'),
      sentBytes: constantFrom(0, 100, 50_000_000),
    }),
    { maxLength: 80 },
  );
  it('does not depend on the order of a log, and neither does a baseline', () => {
    assert(
      property(log, infiniteStream(nat()), (entries, random) => {
        const connections = entries.map(({ hour, ...rest }, index) => ({ ...seen(hour, rest), id: `c${index}` }));
        const shuffled = connections
          .map((connection) => ({ connection, at: random.next().value as number }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ connection }) => connection);
        expect(found(shuffled)).toEqual(found(connections));
        const [past, other] = [pastOf(connections, inventory), pastOf(shuffled, inventory)];
        for (const scope of baselineScopes) {
          const baselines = baselineGroups(past, scope).map((group) => baselineOf(past, group));
          expect(baselineGroups(other, scope).map((group) => baselineOf(other, group))).toEqual(baselines);
          expect(baselines.reduce((sum, { connections: count }) => sum + count, 0)).toBe(past.all.length);
          expect(baselines.reduce((sum, { recent }) => sum + recent, 0)).toBe(past.recent.length);
          for (const one of baselines)
            expect([one.median <= one.p95, one.p95 <= one.most, one.firstAt <= one.lastAt]).toEqual([true, true, true]);
        }
      }),
      runs(100),
    );
  });
});

describe('a robust score', () => {
  it('is what it is by hand', () => {
    // Median 3; deviations 2, 1, 0, 1, 97; their median 1.
    expect(robustScore(100, [1, 2, 3, 4, 100], 0)).toEqual({ score: 97 / 1.4826, usual: 3 });
    // Deviations 0, 0, 0, 8: the median of them says nothing, their mean is 2.
    expect(robustScore(13, [5, 5, 5, 13], 0)).toEqual({ score: 8 / (1.2533 * 2), usual: 5 });
    expect(robustScore(9, [5, 5, 5], 2)).toEqual({ score: 2, usual: 5 });
  });

  it('does not change with the unit or the zero', () => {
    const values = array(integer({ min: 0, max: 1000 }), { minLength: 3, maxLength: 30 });
    assert(
      property(values, integer({ min: 1, max: 9 }), integer({ min: -50, max: 50 }), (past, unit, zero) => {
        pre(new Set(past).size > 1);
        const moved = past.map((value) => value * unit + zero);
        expect(robustScore(1500 * unit + zero, moved, 0).score).toBeCloseTo(robustScore(1500, past, 0).score, 6);
      }),
      runs(100),
    );
  });

  it('lies between the quantiles that are there', () => {
    expect([quantile([], 0.5), quantile([4], 0.95), quantile([1, 3], 0.5), quantile([1, 2, 3, 4], 0.25)]).toEqual([0, 4, 2, 1.75]);
  });
});
