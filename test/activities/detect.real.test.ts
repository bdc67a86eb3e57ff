import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { detect } from '../../activities/control/detect.ts';
import type { Ports } from '../../activities/ports.ts';
import type { Connection, DecisionEvent } from '../../domain/context/event.ts';
import { describeWith } from '../stack/fixture.ts';
import { storeWorld } from './store-world.ts';
import type { StoreWorld } from './store-world.ts';

const start = Date.parse('2026-11-25T12:00:00Z');
const iso = (ms: number): string => new Date(ms).toISOString();

function denials(count: number, from: number, source = '10.3.0.17'): readonly DecisionEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${source}-${from}-${index}`,
    at: iso(from + index * 1000),
    point: 'opa-1',
    from: source,
    to: '10.2.0.5',
    protocol: 'tcp' as const,
    port: 5432,
    decision: 'deny' as const,
    determining: [],
  }));
}

function connection(at: number, from: string): Connection {
  return { id: `${from}-${at}`, at: iso(at), from, to: '10.2.0.5', protocol: 'tcp', port: 5432, sentBytes: 1, receivedBytes: 1 };
}

describeWith(['postgres'], 'the detectors', () => {
  let world: StoreWorld;
  const look = (at: number) => detect({ ...world.ports, now: () => new Date(at) } satisfies Ports);

  beforeEach(async () => {
    world = await storeWorld();
  });

  afterEach(async () => {
    await world.end();
  });

  it('make one signal of a burst of denials, however long it goes on, and count no duplicate', async () => {
    const { context, signals } = world.store;
    await context.addDecisions(denials(5, start));
    expect(await look(start + 10_000)).toEqual([]);
    await context.addDecisions(denials(20, start + 10_000));
    const [found] = await look(start + 30_000);
    expect(await signals.get(found ?? '')).toMatchObject({ kind: 'denied-burst', source: '10.3.0.17', status: 'open', door: 'detector' });
    for (let minute = 1; minute <= 14; minute += 1) {
      await context.addDecisions(denials(20, start + minute * 60_000));
      expect(await look(start + minute * 60_000 + 30_000)).toEqual([]);
    }
    expect(await signals.counts()).toMatchObject({ in: 1, open: 1, duplicate: 0 });
  });

  it('make a signal of a connection to a critical asset that was never seen before, once', async () => {
    const { context } = world.store;
    const day = 24 * 3_600_000;
    await context.addConnections(
      [connection(start - 3 * day, '10.1.0.10'), connection(start, '10.1.0.10'), connection(start, '10.3.0.17')],
      'ann',
    );
    const found = await look(start + 1000);
    expect(found).toHaveLength(1);
    expect(await world.store.signals.get(found[0] ?? '')).toMatchObject({ kind: 'novel-connection', source: '10.3.0.17' });
    await context.addConnections([connection(start + 5000, '10.3.0.17')], 'ann');
    expect(await look(start + 6000)).toEqual([]);
  });
});
