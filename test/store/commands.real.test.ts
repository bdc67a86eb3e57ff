/** Commands to runs under way, on a real PostgreSQL: recorded in order, answered once, and never for a run that has ended. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { CommandRow, Store } from '../../store/port.ts';
import { describeWith } from '../stack/fixture.ts';
import { codeOf, testStore, type TestStore } from './stores.ts';

const refusal = { status: 'refused', error: { code: 'run-state-wrong', message: 'no' } } as const;
const ended = { run: 'r1', playbook: 'p', version: '1.0.0', status: 'ended', outcome: 'done', steps: [] } as const;

describeWith(['postgres'], 'commands to runs', () => {
  let test: TestStore;
  let store: Store;
  beforeEach(async () => {
    test = await testStore();
    store = test.store;
    for (const run of ['r1', 'r2'])
      await store.runs.order({ run, playbook: 'p', version: '1.0.0', planDigest: 'sha256:1', inputs: {}, requester: 'ann' }, 'ann');
  });
  afterEach(() => test.end());

  const order = (id: string, more: Partial<CommandRow> = {}): Promise<CommandRow> =>
    store.commands.order({ id, run: 'r1', kind: 'pause', by: 'max', reason: 'why', params: {}, ...more });
  const events = async (): Promise<string[]> =>
    (await store.audit.list({ subject: 'run/r1' }, { limit: 100 })).items.map(({ event }) => event);

  it('are listed in the order of recording, of their run alone', async () => {
    for (const id of ['c3', 'c1', 'c2']) await order(id);
    await order('other', { run: 'r2' });
    expect((await store.commands.list('r1')).map(({ id }) => id)).toEqual(['c3', 'c1', 'c2']);
    await store.commands.answer('c1', { status: 'taken' });
    expect((await store.commands.list('r1', { status: 'ordered' })).map(({ id }) => id)).toEqual(['c3', 'c2']);
  });

  it('are recorded once: the same again is the same, another content under the id is a conflict', async () => {
    const first = await order('c1');
    expect(await order('c1')).toEqual(first);
    expect(await codeOf(order('c1', { reason: 'other' }))).toBe('conflict');
    expect(await codeOf(order('c1', { params: { step: 'x' } }))).toBe('conflict');
    expect((await events()).filter((event) => event === 'run-command-ordered')).toHaveLength(1);
  });

  it('are answered once, whoever asks at the same time: the first answer stays', async () => {
    await order('c1');
    const other = await test.again();
    const rows = await Promise.all(
      Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? store : other).commands.answer('c1', n % 2 === 0 ? { status: 'taken' } : refusal)),
    );
    expect(new Set(rows.map(({ status }) => status)).size).toBe(1);
    expect((await events()).filter((event) => /^run-command-(?:taken|refused)$/u.test(event))).toHaveLength(1);
  });

  it('are refused for a run that there is not, or that has ended; those left open are refused by its end, on record', async () => {
    expect(await codeOf(order('c0', { run: 'none' }))).toBe('not-found');
    await order('c1');
    await order('c2');
    await store.commands.answer('c1', { status: 'taken' });
    await store.runs.finish('r1', ended);
    expect(await store.commands.list('r1')).toMatchObject([
      { id: 'c1', status: 'taken', error: undefined },
      { id: 'c2', status: 'refused', error: { code: 'run-state-wrong', message: 'run `r1` ended before' } },
    ]);
    expect(await codeOf(order('c3'))).toBe('run-state-wrong');
    expect((await events()).slice(-2)).toEqual(['run-command-refused', 'run-ended']);
  });

  it('race the end of their run: each is recorded before it, and refused by it, or not recorded at all', async () => {
    const [codes] = await Promise.all([
      Promise.all(Array.from({ length: 10 }, (_, n) => codeOf(order(`c${n}`)))),
      store.runs.finish('r1', ended),
    ]);
    const rows = await store.commands.list('r1');
    expect(rows.filter(({ status }) => status === 'ordered')).toEqual([]);
    expect(rows).toHaveLength(codes.filter((code) => code === 'no error').length);
  });

  it('a pause that comes with an order is recorded with it, once', async () => {
    const held = { run: 'r3', playbook: 'p', version: '1.0.0', planDigest: 'sha256:1', inputs: {}, requester: 'ann' };
    for (let times = 0; times < 2; times++) await store.runs.order(held, 'ann', { id: `c${times}`, reason: 'wait' });
    expect(await store.commands.list('r3')).toMatchObject([{ id: 'c0', kind: 'pause', by: 'ann', reason: 'wait', status: 'ordered' }]);
    const other = { ...held, run: 'r4' };
    expect(await codeOf(store.runs.order(other, 'ann', { id: 'c0', reason: 'wait' }))).toBe('conflict');
    expect(await store.runs.get('r4')).toBeUndefined();
  });

  it('that have no answer for a while are found, oldest first', async () => {
    await order('c1');
    await order('c2', { run: 'r2' });
    await order('c3');
    await store.commands.answer('c3', refusal);
    expect((await store.commands.unanswered(0)).map(({ id }) => id)).toEqual(['c1', 'c2']);
    expect(await store.commands.unanswered(60_000)).toEqual([]);
  });

  it('a migration that is taken gives the run another plan, and its order stays what it was', async () => {
    await order('c1', { kind: 'migrate', params: { version: '2.0.0', planDigest: 'sha256:2' } });
    expect((await store.runs.get('r1'))?.version).toBe('1.0.0');
    await store.commands.answer('c1', { status: 'taken' });
    await store.commands.answer('c1', { status: 'taken' });
    expect(await store.runs.get('r1')).toMatchObject({
      version: '2.0.0',
      planDigest: 'sha256:2',
      orderedWith: { version: '1.0.0', planDigest: 'sha256:1' },
      migrations: [{ version: '2.0.0', planDigest: 'sha256:2', by: 'max', command: 'c1' }],
    });
    const again = { run: 'r1', playbook: 'p', version: '1.0.0', planDigest: 'sha256:1', inputs: {}, requester: 'ann' };
    expect(await store.runs.order(again, 'ann')).toMatchObject({ version: '1.0.0' });
    expect((await events()).filter((event) => event === 'run-migrated')).toHaveLength(1);
  });

  it('a migration that is refused changes nothing', async () => {
    await order('c1', { kind: 'migrate', params: { version: '2.0.0', planDigest: 'sha256:2' } });
    await store.commands.answer('c1', refusal);
    expect(await store.runs.get('r1')).toMatchObject({ version: '1.0.0', migrations: undefined });
  });

  it('a fork is linked both ways, and its recorded steps are what they were', async () => {
    const fork = { of: 'r1', from: 'b', steps: [{ step: 'a', kind: 'set', status: 'done' as const, startedAtMs: 1, outputs: { n: 1 } }] };
    await store.runs.order(
      { run: 'r3', playbook: 'p', version: '1.0.0', planDigest: 'sha256:1', inputs: {}, requester: 'ann', fork },
      'ann',
    );
    expect((await store.runs.get('r3'))?.fork).toEqual(fork);
    expect(await store.runs.forks('r1')).toEqual(['r3']);
    expect(await store.runs.forks('r2')).toEqual([]);
  });
});
