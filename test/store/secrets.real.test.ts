/** Secrets that people make, rotate and remove, and tokens by person, on a real PostgreSQL. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Store } from '../../store/port.ts';
import { describeWith } from '../stack/fixture.ts';
import { codeOf, testStore, type TestStore } from './stores.ts';

const dayMs = 86_400_000;

describeWith(['postgres'], 'secrets', () => {
  let test: TestStore;
  let store: Store;
  beforeEach(async () => {
    test = await testStore();
    store = test.store;
  });
  afterEach(() => test.end());

  const rotate = (value: string, keepMs = dayMs) => store.secrets.rotate({ name: 'webhook/edr', value, keepMs, by: 'ada' });

  it('are put once: of many at the same time one is made and the others are told', async () => {
    const other = await test.again();
    const codes = await Promise.all(
      Array.from({ length: 8 }, (_, n) => codeOf((n % 2 === 0 ? store : other).secrets.put('webhook/edr', `topsecret-${n}`, 'ada'))),
    );
    expect(codes.filter((code) => code === 'no error')).toHaveLength(1);
    expect(codes.filter((code) => code === 'conflict')).toHaveLength(7);
    expect(await store.secrets.get('webhook/edr')).toBe(`topsecret-${codes.indexOf('no error')}`);
  });

  it('leave the one before valid until its time is up, by the clock of the database', async () => {
    await store.secrets.put('webhook/edr', 'topsecret-1', 'ada');
    const { current, previous } = await rotate('topsecret-2');
    expect(Date.parse(previous.expiresAt ?? '') - Date.parse(current.madeAt)).toBeGreaterThan(dayMs - 5000);
    expect(Date.parse(previous.expiresAt ?? '') - Date.parse(current.madeAt)).toBeLessThanOrEqual(dayMs);
    expect([await store.secrets.get('webhook/edr'), await store.secrets.get('webhook/edr/previous')]).toEqual([
      'topsecret-2',
      'topsecret-1',
    ]);
    expect((await store.secrets.names('webhook/')).map(({ name }) => name)).toEqual(['webhook/edr', 'webhook/edr/previous']);
    await test.query(`update secrets set expires_at = clock_timestamp() where name = 'webhook/edr/previous'`);
    expect(await store.secrets.get('webhook/edr/previous')).toBeUndefined();
    expect((await store.secrets.names('webhook/')).map(({ name }) => name)).toEqual(['webhook/edr']);
    expect(await store.secrets.get('webhook/edr')).toBe('topsecret-2');
  });

  it('are two at most, however many rotate them at once', async () => {
    await store.secrets.put('webhook/edr', 'topsecret-0', 'ada');
    const other = await test.again();
    const values = Array.from({ length: 12 }, (_, n) => `topsecret-${n + 1}`);
    // Connections first, so that all begin at the same moment.
    await Promise.all(values.map((_, n) => (n % 2 === 0 ? store : other).secrets.get('none')));
    await Promise.all(
      values.map((value, n) => (n % 2 === 0 ? store : other).secrets.rotate({ name: 'webhook/edr', value, keepMs: dayMs, by: 'ada' })),
    );
    const held = [await store.secrets.get('webhook/edr'), await store.secrets.get('webhook/edr/previous')];
    expect(new Set(held).size).toBe(2);
    for (const value of held) expect(values).toContain(value);
  });

  it('are removed with the one before, and are not rotated after that', async () => {
    await store.secrets.put('webhook/edr', 'topsecret-1', 'ada');
    await store.secrets.put('webhook/edr-2', 'topsecret-other', 'ada');
    await rotate('topsecret-2');
    await store.secrets.remove('webhook/edr', 'ada');
    expect((await store.secrets.names('webhook/')).map(({ name }) => name)).toEqual(['webhook/edr-2']);
    expect(await store.secrets.get('webhook/edr/previous')).toBeUndefined();
    expect(await codeOf(store.secrets.remove('webhook/edr', 'ada'))).toBe('not-found');
    expect(await codeOf(rotate('topsecret-3'))).toBe('not-found');
    expect(await store.secrets.names('webhook/%')).toEqual([]);
  });

  it('are in the chain by name and person, never by value', async () => {
    await store.secrets.put('webhook/edr', 'topsecret-1', 'ada');
    await rotate('topsecret-2');
    await store.secrets.remove('webhook/edr', 'bea');
    const rows = (await store.audit.list({ subject: 'secret/webhook/edr' }, {})).items;
    expect(rows.map(({ event, actor }) => [event, actor])).toEqual([
      ['secret-made', 'ada'],
      ['secret-rotated', 'ada'],
      ['secret-removed', 'bea'],
    ]);
    expect(JSON.stringify(await store.secrets.names('')) + JSON.stringify((await store.audit.list({}, {})).items)).not.toContain(
      'topsecret',
    );
    const failed = await store.secrets.put('bad', 'topsecret\u0000', 'ada').then(
      () => undefined,
      (error: Error) => error,
    );
    expect(`${JSON.stringify(failed)}${failed?.message}${String(failed?.cause)}${failed?.stack}`).not.toContain('topsecret');
  });
});

describeWith(['postgres'], 'tokens', () => {
  it('are listed by person without their secrets, and are revoked for that person alone', async () => {
    const test = await testStore();
    const { people } = test.store;
    try {
      for (const id of ['ada', 'bea']) await people.put({ id, name: id, roles: ['analyst'], disabled: false }, 'system:test');
      const one = await people.issueToken({ person: 'ada', label: 'laptop', by: 'ada' });
      const two = await people.issueToken({ person: 'ada', label: 'robot', by: 'ada' });
      expect(await codeOf(people.revokeToken(one.id, 'admin', 'bea'))).toBe('not-found');
      expect(await people.authenticate(one.secret)).toMatchObject({ id: 'ada' });
      await people.revokeToken(one.id, 'admin', 'ada');
      const rows = await people.tokens('ada');
      expect(rows).toMatchObject([
        { id: two.id, label: 'robot', revokedAt: undefined },
        { id: one.id, label: 'laptop', revokedAt: expect.any(String) },
      ]);
      expect(JSON.stringify(rows)).not.toMatch(/edict_|hash/u);
      expect(await people.tokens('bea')).toEqual([]);
    } finally {
      await test.end();
    }
  });
});
