/** Signals and incidents on a real PostgreSQL: each signal once, and every one accounted for. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Signal } from '../../domain/incident/signal.ts';
import type { Store } from '../../store/port.ts';
import { describeWith } from '../stack/fixture.ts';
import { codeOf, testStore, type TestStore } from './stores.ts';

const signal = (id: string, key = 'k'): Signal => ({
  id,
  kind: 'beacon',
  severity: 'high',
  at: '2026-01-01T00:00:00Z',
  title: 't',
  key,
  attributes: { z: 1, a: [null] },
});

describeWith(['postgres'], 'signals', () => {
  let test: TestStore;
  let store: Store;
  beforeEach(async () => {
    test = await testStore();
    store = test.store;
  });
  afterEach(() => test.end());

  it('are accepted once when many deliveries of one id come at the same moment, and the rest are duplicates', async () => {
    const other = await test.again();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => (n % 2 === 0 ? store : other).signals.accept(signal('s1'), 'webhook')),
    );
    expect(answers.filter(({ accepted }) => accepted)).toHaveLength(1);
    expect(await store.signals.counts()).toEqual({ in: 30, handled: 0, duplicate: 29, suppressed: 0, parked: 0, open: 1 });
    expect((await store.audit.list({ subject: 'signal/s1' }, {})).items).toHaveLength(1);
  });

  it('add up after any history: in = handled + duplicate + suppressed + parked + open', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const step = fc.record({
      id: fc.constantFrom(...ids),
      act: fc.constantFrom('accept' as const, 'handled' as const, 'suppressed' as const, 'parked' as const, 'duplicate' as const),
    });
    let received = 0;
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        round += 1;
        for (const { id, act } of steps) {
          if (act === 'accept') await store.signals.accept(signal(`${round}-${id}`), 'api').then(() => (received += 1));
          else await codeOf(store.signals.settle(`${round}-${id}`, act, 'inc-1'));
        }
        const { in: all, handled, duplicate, suppressed, parked, open } = await store.signals.counts();
        expect(all).toBe(received);
        expect(handled + duplicate + suppressed + parked + open).toBe(all);
      }),
      { numRuns: 25 },
    );
  });

  it('end once: the same end again is nothing, another end is a conflict', async () => {
    await store.signals.accept(signal('s1'), 'webhook');
    await store.signals.settle('s1', 'handled', 'inc-1');
    await store.signals.settle('s1', 'handled', 'inc-1');
    expect(await codeOf(store.signals.settle('s1', 'parked'))).toBe('conflict');
    expect(await store.signals.get('s1')).toMatchObject({ ...signal('s1'), status: 'handled', incident: 'inc-1', door: 'webhook' });
    expect(await codeOf(store.signals.settle('none', 'parked'))).toBe('not-found');
  });

  it('stay undelivered until they are delivered', async () => {
    await store.signals.accept(signal('s1'), 'webhook');
    expect(await store.signals.undelivered(60_000)).toEqual([]);
    expect((await store.signals.undelivered(0)).map(({ id }) => id)).toEqual(['s1']);
    await store.signals.delivered('s1');
    await store.signals.delivered('s1');
    expect(await store.signals.undelivered(0)).toEqual([]);
    expect(await codeOf(store.signals.delivered('none'))).toBe('not-found');
  });

  it('open one incident a key, also at the same moment, and raise its severity only', async () => {
    const rows = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        store.incidents.upsert({ key: 'k', title: `t${n}`, severity: n === 5 ? 'critical' : 'low', signals: [`s${n}`] }),
      ),
    );
    expect(new Set(rows.map(({ id }) => id)).size).toBe(1);
    const row = await store.incidents.byKey('k');
    expect(row?.signals.toSorted()).toEqual(Array.from({ length: 12 }, (_, n) => `s${n}`).toSorted());
    expect(row?.severity).toBe('critical');
    expect(await store.incidents.upsert({ key: 'k', title: 't', severity: 'low', signals: ['s1'] })).toEqual(row);
  });

  it('open a new incident once the one before is closed', async () => {
    const first = await store.incidents.upsert({ key: 'k', title: 't', severity: 'low', signals: ['s1'] });
    await store.incidents.setStatus(first.id, 'contained', 'ada');
    await store.incidents.note(first.id, 'looked at it', 'ada');
    expect((await store.incidents.upsert({ key: 'k', title: 't', severity: 'low', signals: ['s2'] })).id).toBe(first.id);
    await store.incidents.setStatus(first.id, 'closed', 'ada');
    expect(await codeOf(store.incidents.setStatus(first.id, 'open', 'ada'))).toBe('conflict');
    const second = await store.incidents.upsert({ key: 'k', title: 't', severity: 'low', signals: ['s3'] });
    expect(second.id).not.toBe(first.id);
    expect((await store.incidents.byKey('k'))?.id).toBe(second.id);
    expect(await store.incidents.get(first.id)).toMatchObject({
      status: 'closed',
      notes: [{ by: 'ada', text: 'looked at it' }],
      signals: ['s1', 's2'],
    });
    expect((await store.incidents.list({ status: 'open' }, {})).items.map(({ id }) => id)).toEqual([second.id]);
    expect(await codeOf(store.incidents.note('none', 'x', 'ada'))).toBe('not-found');
  });
});
