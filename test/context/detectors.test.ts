import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  beaconDefaults,
  deniedBurstDefaults,
  detectDeniedAccess,
  detectBeacons,
  detectDeniedBursts,
  detectNovelConnections,
} from '../../domain/context/detectors.ts';
import type { AccessDecisionEvent, Connection, DecisionEvent } from '../../domain/context/event.ts';
import { blastRadius, buildGraph, internalCidrs, peersOf, zonePairs } from '../../domain/context/graph.ts';
import { parseInventory } from '../../domain/context/parse-inventory.ts';
import { parseZeek } from '../../domain/context/parse-zeek.ts';
import { localVariation } from '../../domain/context/statistics.ts';

const data = (name: string): string => readFileSync(join(import.meta.dirname, '..', '..', 'demo', 'data', name), 'utf8');
const { inventory } = parseInventory({ assets: data('inventory.csv'), zones: data('zones.csv') });
const emulation = parseZeek(data('conn-apt29.log')).items;
const synthetic = parseZeek(data('conn-payments-synthetic.log')).items;
const settings = { ...beaconDefaults, internal: internalCidrs(inventory) };
const startMs = Date.UTC(2026, 10, 25);

const connection = (index: number, atMs: number, rest: Partial<Connection> = {}): Connection => ({
  id: `c${index}`,
  at: new Date(startMs + atMs).toISOString(),
  from: '10.4.0.17',
  to: '203.0.113.9',
  protocol: 'tcp',
  port: 443,
  sentBytes: 100,
  receivedBytes: 100,
  ...rest,
});

/** Numbers that look random and are the same every time. */
const pseudoRandom = (seed: number) => {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
};

describe('the beacon detector', () => {
  it('finds the emulation’s command-and-control channel, and nothing else in all the recorded traffic', () => {
    const found = detectBeacons([...emulation, ...synthetic], settings);
    // Ground truth of the emulation: 10.0.1.6 → 192.168.0.4:8443. Precision 1 of 1, recall 1 of 1.
    expect(found.map(({ source, destination, attributes }) => [source, destination, attributes['service']])).toEqual([
      ['10.0.1.6', '192.168.0.4', 'tcp/8443'],
    ]);
    expect(found[0]).toMatchObject({
      kind: 'beacon',
      severity: 'high',
      key: 'beacon:10.0.1.6',
      attributes: { connections: 376, sizeBytes: 997 },
    });
  });

  it('gives the same id for the same events in any order, and when the series goes on', () => {
    const [first] = detectBeacons(emulation, settings);
    const [reversed] = detectBeacons(emulation.toReversed(), settings);
    const last = emulation.filter(({ to }) => to === '192.168.0.4').at(-1);
    const later = { ...(last as Connection), id: 'later', at: new Date(Date.parse(last?.at ?? '') + 1_000).toISOString() };
    const [longer] = detectBeacons([...emulation, later], settings);
    expect(reversed).toEqual(first);
    expect(longer?.id).toBe(first?.id);
  });

  it('finds constant intervals with jitter whatever the sizes', () => {
    const random = pseudoRandom(7);
    const beats = Array.from({ length: 30 }, (_, index) =>
      connection(index, index * 60_000 + random() * 6_000, { sentBytes: Math.floor(random() * 5_000) }),
    );
    expect(detectBeacons(beats, settings)).toHaveLength(1);
  });

  it('leaves people, who come at random, alone', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = pseudoRandom(seed * 7_919);
      let at = 0;
      const visits = Array.from({ length: 60 }, (_, index) =>
        connection(index, (at += -60_000 * Math.log(random())), { sentBytes: 200 + Math.floor(random() * 3_000) }),
      );
      expect(detectBeacons(visits, settings)).toEqual([]);
    }
  });

  it.each([
    ['too few calls', { count: 11 }, {}],
    ['a destination inside', { count: 40 }, { to: '10.2.0.5' }],
    ['a source outside', { count: 40 }, { from: '198.51.100.1' }],
    ['a service that keeps time', { count: 40 }, { protocol: 'udp', port: 123 } as const],
    ['multicast', { count: 40 }, { to: '224.0.0.251' }],
  ])('does not take %s for a beacon', (_, { count }, rest) => {
    expect(
      detectBeacons(
        Array.from({ length: count }, (__, index) => connection(index, index * 60_000, rest)),
        settings,
      ),
    ).toEqual([]);
  });

  it('makes another signal of a series that begins again after a long silence', () => {
    const week = 7 * 24 * 3_600_000;
    const beats = [0, week].flatMap((offset) =>
      Array.from({ length: 20 }, (_, index) => connection(offset + index, offset + index * 60_000)),
    );
    const ids = detectBeacons(beats, settings).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
  });

  it('measures rhythm so that 0 is regular, about 1 random, and a slow back-off close to regular', () => {
    const random = pseudoRandom(11);
    expect(localVariation(Array.from({ length: 50 }, () => 5))).toBe(0);
    expect(localVariation(Array.from({ length: 5_000 }, () => -Math.log(random())))).toBeCloseTo(1, 1);
    expect(localVariation(Array.from({ length: 50 }, (_, index) => 1 + index / 10))).toBeLessThan(0.01);
  });
});

describe('the detector of denied access', () => {
  const asked = (index: number, more: Partial<AccessDecisionEvent> = {}): AccessDecisionEvent => ({
    id: `a-${index}`,
    at: new Date(Date.UTC(2026, 10, 25, 12) + index * 1000).toISOString(),
    point: 'opa',
    kind: 'access',
    principal: 'user:eve',
    action: 'read',
    resource: `doc:${index}`,
    decision: 'deny',
    determining: [],
    ...more,
  });

  it('tells of one who tries what is not allowed, once', () => {
    const nine = Array.from({ length: 9 }, (_, index) => asked(index));
    expect(detectDeniedAccess(nine, deniedBurstDefaults)).toEqual([]);
    expect(detectDeniedAccess([...nine, asked(9, { principal: 'user:ann' })], deniedBurstDefaults)).toEqual([]);
    expect(detectDeniedAccess([...nine, asked(9, { decision: 'allow' })], deniedBurstDefaults)).toEqual([]);
    const found = detectDeniedAccess([...nine, asked(9)], deniedBurstDefaults);
    expect(found).toMatchObject([
      { kind: 'denied-access', severity: 'high', source: 'user:eve', attributes: { denied: 10, actions: ['read'], points: ['opa'] } },
    ]);
    expect(detectDeniedAccess([...nine, asked(9), asked(10)], deniedBurstDefaults)[0]?.id).toBe(found[0]?.id);
  });
});

describe('the detector of denied bursts', () => {
  const decision = (index: number, atMs: number, rest: Partial<DecisionEvent> = {}): DecisionEvent => ({
    id: `d${index}`,
    at: new Date(startMs + atMs).toISOString(),
    point: 'fw-1',
    from: '10.4.0.17',
    to: '10.2.0.5',
    protocol: 'tcp',
    port: 5432,
    decision: 'deny',
    determining: [],
    ...rest,
  });

  it('needs as many denials within the window as the threshold says, by one source', () => {
    const nine = Array.from({ length: 9 }, (_, index) => decision(index, index * 1_000));
    expect(detectDeniedBursts(nine, deniedBurstDefaults)).toEqual([]);
    expect(detectDeniedBursts([...nine, decision(9, 9_000, { decision: 'allow' })], deniedBurstDefaults)).toEqual([]);
    expect(detectDeniedBursts([...nine, decision(9, 9_000, { from: '10.4.0.18' })], deniedBurstDefaults)).toEqual([]);
    expect(detectDeniedBursts([...nine, decision(9, 9_000)], deniedBurstDefaults)).toMatchObject([
      {
        kind: 'denied-burst',
        severity: 'medium',
        source: '10.4.0.17',
        destination: '10.2.0.5',
        attributes: { denied: 10, services: ['tcp/5432'] },
      },
    ]);
  });

  it('does not add slow denials up', () => {
    const slow = Array.from({ length: 50 }, (_, index) => decision(index, index * 10_000));
    expect(detectDeniedBursts(slow, deniedBurstDefaults)).toEqual([]);
  });

  it('says once what goes on, and again what begins again', () => {
    const burst = (offset: number, count: number) =>
      Array.from({ length: count }, (_, index) => decision(offset + index, offset + index * 1_000));
    const [first] = detectDeniedBursts(burst(0, 10), deniedBurstDefaults);
    const longer = detectDeniedBursts(burst(0, 25), deniedBurstDefaults);
    expect(longer.map(({ id }) => id)).toEqual([first?.id]);
    expect(detectDeniedBursts([...burst(0, 10), ...burst(3_600_000, 10)], deniedBurstDefaults)).toHaveLength(2);
  });

  it('is high when it spreads over many services or hosts', () => {
    const scan = Array.from({ length: 12 }, (_, index) => decision(index, index * 100, { port: 1_000 + index }));
    expect(detectDeniedBursts(scan, deniedBurstDefaults)).toMatchObject([{ severity: 'high' }]);
  });
});

describe('the detector of novel connections', () => {
  it('tells a pair that was never seen from a service that is new between known hosts', () => {
    const known = connection(1, 0, { to: '10.2.0.5', port: 5432 });
    const fresh = [
      connection(2, 1_000, { to: '10.2.0.5', port: 22 }),
      connection(3, 2_000, { to: '10.2.0.6' }),
      connection(4, 3_000, { to: '10.2.0.6' }),
      { ...known, id: 'c5' },
    ];
    const found = detectNovelConnections(fresh, { baseline: [known], watched: ['10.2.0.0/24'] });
    expect(found.map(({ destination, severity, attributes }) => [destination, severity, attributes['connections']])).toEqual([
      ['10.2.0.5', 'low', 1],
      ['10.2.0.6', 'medium', 2],
    ]);
  });

  it('looks at watched destinations alone', () => {
    expect(detectNovelConnections([connection(1, 0)], { baseline: [], watched: ['10.0.0.0/8'] })).toEqual([]);
  });
});

describe('the graph', () => {
  const graph = buildGraph([...emulation, ...synthetic], inventory);

  it('knows assets by name, and strangers by address and zone', () => {
    expect(graph.hosts.get('nashua')).toEqual({ name: 'nashua', known: true, zone: 'office', criticality: 'medium' });
    expect(graph.hosts.get('192.168.0.4')).toEqual({ name: '192.168.0.4', known: false, zone: 'internet', criticality: undefined });
  });

  it('tells who talks to a host, the busiest first', () => {
    expect(peersOf(graph, 'nashua').map(({ host, direction }) => [host.name, direction])).toEqual([
      ['192.168.0.4', 'out'],
      ['scranton', 'in'],
      ['dc-1', 'out'],
      ['10.0.1.255', 'out'],
    ]);
  });

  it('tells what somebody who holds a host could go on to', () => {
    const radius = blastRadius(graph, 'scranton');
    expect(radius.hosts.map(({ name, hops }) => [name, hops])).toContainEqual(['nashua', 1]);
    expect(radius).toMatchObject({ critical: 1, peers: 5 });
    expect(blastRadius(graph, 'nobody')).toEqual({ hosts: [], critical: 0, peers: 0 });
  });

  it('sums up zones', () => {
    expect(zonePairs(graph)).toContainEqual({ from: 'payments', to: 'data', services: ['tcp/5432'], connections: 72 });
    const total = zonePairs(graph).reduce((sum, { connections }) => sum + connections, 0);
    expect(total).toBe(emulation.length + synthetic.length);
  });
});
