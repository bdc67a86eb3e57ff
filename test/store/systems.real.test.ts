/** Outside systems as they are stored, on a real PostgreSQL. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Store } from '../../store/port.ts';
import { guarded } from '../activities/guard-fixture.ts';
import { describeWith } from '../stack/fixture.ts';
import { codeOf, testStore, type TestStore } from './stores.ts';

describeWith(['postgres'], 'outside systems', () => {
  let test: TestStore;
  let store: Store;
  beforeEach(async () => {
    test = await testStore();
    store = test.store;
  });
  afterEach(() => test.end());

  const entra = {
    name: 'entra',
    kind: 'microsoft-graph',
    settings: { tenant: 't' },
    secrets: { clientSecret: 'system/entra/clientSecret' },
  } as const;
  const effect = async (key: string, target: string, prepared: object) => {
    await store.effects.intend(
      { key, run: key, step: 's', action: 'identity.disable-user', targets: [target], params: {}, ...guarded },
      'ann',
    );
    return await store.systems.prepare(key, target, prepared as {});
  };

  it('are put, changed, listed and removed, each with a row of the chain that names no secret', async () => {
    expect(await store.systems.put(entra, 'ada')).toMatchObject(entra);
    await store.systems.put(entra, 'ada');
    await store.systems.put({ ...entra, settings: { tenant: 'u' } }, 'ada');
    await store.systems.put({ name: 'aws', kind: 'aws', settings: {}, secrets: {} }, 'ada');
    expect((await store.systems.list()).map(({ name }) => name)).toEqual(['aws', 'entra']);
    await store.systems.remove('entra', 'ada');
    expect(await store.systems.get('entra')).toBeUndefined();
    expect(await codeOf(store.systems.remove('entra', 'ada'))).toBe('not-found');
    const { items } = await store.audit.list({ subject: 'system/entra' }, {});
    expect(items.map(({ event }) => event)).toEqual(['system-put', 'system-put', 'system-removed']);
    expect(items[0]?.detail).toMatchObject({ kind: 'microsoft-graph', secrets: ['clientSecret'] });
  });

  it('keep what an effect found first, whatever a later attempt finds', async () => {
    const other = await test.again();
    const first = { before: { enabled: true } };
    expect(await effect('r1', 'entra/user/ann', first)).toEqual(first);
    expect(await other.systems.prepare('r1', 'entra/user/ann', { before: { enabled: false } })).toEqual(first);
    expect(await store.systems.prepared('r1')).toEqual(first);
    expect(await store.systems.prepared('r2')).toBeUndefined();
  });

  it('know what may be in force on a target, oldest first, and nothing that was undone', async () => {
    for (const key of ['r1', 'r2', 'r3']) await effect(key, 'entra/user/ann', { of: key });
    await effect('r4', 'entra/user/bob', { of: 'r4' });
    await store.effects.applied('r2', {});
    await store.effects.confirmed('r2');
    await store.effects.undone('r1', 'ann');
    expect(await store.systems.holding('entra/user/ann', 'r3')).toEqual([{ of: 'r2' }]);
    expect(await store.systems.holding('entra/user/ann', 'r2')).toEqual([{ of: 'r3' }]);
  });

  it('take no effect that was never intended', async () => {
    await expect(store.systems.prepare('nothing', 'entra/user/ann', {})).rejects.toBeDefined();
  });

  it('change one object at a time over all processes, and others meanwhile', async () => {
    const other = await test.again();
    const order: string[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const first = store.systems.locked('entra/user/ann', async () => {
      order.push('first');
      await held;
      order.push('first ends');
    });
    while (order.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = other.systems.locked('entra/user/ann', async () => void order.push('second'));
    await other.systems.locked('entra/user/bob', async () => void order.push('bob'));
    await other.points.locked('entra/user/ann', async () => void order.push('a point of that name'));
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'bob', 'a point of that name', 'first ends', 'second']);
  });
});
