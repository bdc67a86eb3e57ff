/** The effect ledger on a real PostgreSQL: legal moves only, whatever the order and however often they come. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { EffectStatus, Store } from '../../store/port.ts';
import { describeWith } from '../stack/fixture.ts';
import { codeOf, testStore, type TestStore } from './stores.ts';
import { guarded } from '../activities/guard-fixture.ts';

type Call = 'intend' | 'applied' | 'confirmed' | 'undone' | 'failed' | 'uncertain' | 'diverged';

const refused = {
  applied: 'refused',
  confirmed: 'refused',
  undone: 'refused',
  failed: 'refused',
  uncertain: 'refused',
  diverged: 'refused',
} as const;
const gone = { uncertain: 'uncertain', diverged: 'diverged' } as const;

/** The law, written down a second time: where each call leads from each state. */
const law: { readonly [from in EffectStatus]: { readonly [call in Call]: EffectStatus | 'refused' } } = {
  intended: { intend: 'intended', applied: 'applied', confirmed: 'refused', undone: 'undone', failed: 'failed', ...gone },
  applied: { intend: 'applied', applied: 'applied', confirmed: 'confirmed', undone: 'undone', failed: 'failed', ...gone },
  confirmed: { intend: 'confirmed', ...refused, confirmed: 'confirmed', undone: 'undone', diverged: 'diverged' },
  undone: { intend: 'undone', ...refused, undone: 'undone' },
  failed: { intend: 'intended', ...refused, undone: 'undone', failed: 'failed', diverged: 'diverged' },
  uncertain: { intend: 'intended', ...refused, undone: 'undone', failed: 'failed', ...gone },
  diverged: { intend: 'diverged', ...refused, undone: 'undone', diverged: 'diverged' },
  denied: { intend: 'denied', ...refused },
};

describeWith(['postgres'], 'the effect ledger', () => {
  let test: TestStore;
  let store: Store;
  let keys = 0;

  beforeAll(async () => {
    test = await testStore();
    store = test.store;
  });
  afterAll(() => test.end());

  const freshKey = () => `r1/s/${++keys}`;
  const intentOf = (key: string) => ({
    key,
    run: 'r1',
    step: 's',
    action: 'network.isolate',
    targets: ['fw'],
    params: { asset: 'h1' },
    ...guarded,
  });

  function perform(key: string, call: Call) {
    if (call === 'intend') return store.effects.intend(intentOf(key), 'ada');
    if (call === 'applied') return store.effects.applied(key, { before: 1 });
    if (call === 'undone') return store.effects.undone(key, 'bea');
    if (call === 'failed' || call === 'uncertain' || call === 'diverged')
      return store.effects[call](key, { code: 'effect-failed', message: 'no' });
    return store.effects.confirmed(key);
  }

  it('takes legal moves only, in any sequence, and has one audit row for each change', async () => {
    const calls = fc.array(fc.constantFrom<Call>('intend', 'applied', 'confirmed', 'undone', 'failed', 'uncertain', 'diverged'), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(calls, async (sequence) => {
        const key = freshKey();
        let row = await perform(key, 'intend');
        let attempts = 1;
        for (const call of sequence) {
          const expected = law[row.status][call];
          if (expected === 'refused') {
            expect(await codeOf(perform(key, call))).toBe('effect-state-wrong');
            expect(await store.effects.get(key)).toEqual(row);
            continue;
          }
          const before = row;
          row = await perform(key, call);
          if (call === 'intend') attempts += 1;
          expect([row.status, row.attempts]).toEqual([expected, attempts]);
          const changed = call === 'intend' || expected !== before.status;
          expect(row.entries).toHaveLength(before.entries.length + (changed ? 1 : 0));
          if (!changed) expect(row).toEqual(before);
        }
        expect(await store.effects.get(key)).toEqual(row);
        expect((await store.audit.list({ subject: `effect/${key}` }, {})).items.map(({ id }) => id)).toEqual(row.entries);
      }),
      { numRuns: 80 },
    );
    expect(await store.audit.verify()).toMatchObject({ ok: true });
  });

  it('keeps the first receipt, the error of a failure, and the time of each state', async () => {
    const key = freshKey();
    await perform(key, 'intend');
    await store.effects.applied(key, { first: true });
    expect(await store.effects.applied(key, { first: false })).toMatchObject({ receipt: { first: true } });
    expect(await store.effects.failed(key, { code: 'effect-unverified', message: 'not seen' })).toMatchObject({
      status: 'failed',
      error: { code: 'effect-unverified', message: 'not seen' },
    });
    expect(await perform(key, 'intend')).toMatchObject({ status: 'intended', attempts: 2, error: undefined });
  });

  it('refuses the same key for another effect', async () => {
    const key = freshKey();
    await perform(key, 'intend');
    for (const other of [{ params: { asset: 'h2' } }, { action: 'x.y' }, { targets: [] }, { step: 't' }, { approval: 'apr-1' }])
      expect(await codeOf(store.effects.intend({ ...intentOf(key), ...other }, 'ada'))).toBe('conflict');
    expect(await store.effects.get(key)).toMatchObject({ attempts: 1 });
  });

  it('counts every attempt of many that come at once, on one row', async () => {
    const key = freshKey();
    const rows = await Promise.all(Array.from({ length: 10 }, () => perform(key, 'intend')));
    expect(rows.map((row) => row.attempts).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('lets one of an undo and a confirmation that race end, never both orders', async () => {
    for (let round = 0; round < 8; round++) {
      const key = freshKey();
      await perform(key, 'intend');
      await perform(key, 'applied');
      const [confirmed] = await Promise.all([codeOf(perform(key, 'confirmed')), perform(key, 'undone')]);
      const row = await store.effects.get(key);
      expect(row?.status).toBe('undone');
      expect(row?.confirmedAt === undefined).toBe(confirmed === 'effect-state-wrong');
    }
  });

  it('holds a receipt of any JSON, null too, exactly as it was', async () => {
    for (const receipt of [null, false, 0, '', [], { z: 1, a: [{ b: null }] }, 'ü😀"\\']) {
      const key = freshKey();
      await perform(key, 'intend');
      expect((await store.effects.applied(key, receipt)).receipt).toEqual(receipt);
      expect((await store.effects.get(key))?.receipt).toEqual(receipt);
    }
  });
});
