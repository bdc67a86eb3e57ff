/** Tasks on a real PostgreSQL: who may take one on and answer it, which answers count, and every race between two of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { TaskRecord } from '../../domain/playbook/task.ts';
import type { Role, Store } from '../../store/port.ts';
import { describeWith } from '../stack/fixture.ts';
import { codeOf, testStore, type TestStore } from './stores.ts';

const soon = (ms: number) => new Date(Date.now() + ms).toISOString();

describeWith(['postgres'], 'tasks', () => {
  let test: TestStore;
  let store: Store;

  beforeEach(async () => {
    test = await testStore();
    store = test.store;
    for (const id of ['ann', 'bob']) await person(id, ['analyst']);
    await person('meg', ['manager']);
    await person('zoe', ['auditor']);
  });
  afterEach(() => test.end());

  const person = (id: string, roles: readonly Role[], disabled = false) =>
    store.people.put({ id, name: id, roles, disabled }, 'system:test');

  function open(
    changes: { readonly step?: string; readonly invocation?: number; readonly undo?: boolean; readonly expiresAt?: string } = {},
  ) {
    return store.tasks.open({
      run: 'r1',
      step: 'call',
      invocation: 1,
      undo: false,
      title: 'call the owner',
      instructions: 'ask whether it was them',
      outputs: {
        reachable: { type: 'bool' },
        verdict: { type: 'string', enum: ['benign', 'malicious'] },
        comment: { type: 'string', optional: true },
      },
      roles: ['analyst'],
      people: ['zoe'],
      expiresAt: soon(60_000),
      ...changes,
    });
  }
  const good = { reachable: true, verdict: 'benign' };
  const answer = (task: TaskRecord, by: string, outputs: object = good, note?: string) =>
    store.tasks.answer({ id: task.id, by, outputs: outputs as never, ...(note === undefined ? {} : { note }) });
  const events = async (task: TaskRecord): Promise<string[]> =>
    (await store.audit.list({ subject: `task/${task.id}` }, { limit: 100 })).items.map(({ event }) => event);

  it('opening twice, even at the same moment, is one task; another time of the step, and its undo, are others', async () => {
    const same = await Promise.all([open(), open(), open()]);
    expect(new Set(same.map(({ id }) => id)).size).toBe(1);
    const others = await Promise.all([open({ invocation: 2 }), open({ undo: true }), open({ step: 'each[0].call' })]);
    expect(new Set([...same, ...others].map(({ id }) => id)).size).toBe(4);
    expect(await events(same[0])).toEqual(['task-opened']);
  });

  it('an answer that is as declared, by somebody who is asked, is recorded once and stays', async () => {
    const task = await open();
    const answered = await answer(task, 'ann', { ...good, comment: 'x' }, 'by phone');
    expect(answered).toMatchObject({ status: 'answered', answeredBy: 'ann', note: 'by phone', answer: { ...good, comment: 'x' } });
    expect(await store.tasks.get(task.id)).toEqual(answered);
    expect(await events(task)).toEqual(['task-opened', 'task-answered']);
    expect(await answer(task, 'ann', { ...good, comment: 'x' })).toEqual(answered);
    expect(await codeOf(answer(task, 'ann'))).toBe('task-closed');
    expect(await codeOf(answer(task, 'bob'))).toBe('task-closed');
    expect(await store.tasks.close(task.id, 'expired', 'system:run')).toEqual(answered);
  });

  it('what is not as declared is refused with a pointer, and the task stays open', async () => {
    const task = await open();
    for (const [outputs, where] of [
      [{ reachable: true }, '/outputs/verdict'],
      [{ ...good, reachable: 'yes' }, '/outputs/reachable'],
      [{ ...good, verdict: 'perhaps' }, '/outputs/verdict'],
      [{ ...good, verdct: 'benign' }, '/outputs/verdct'],
      [{ ...good, comment: 7 }, '/outputs/comment'],
      [{ ...good, comment: null }, '/outputs/comment'],
    ] as const)
      await expect(answer(task, 'ann', outputs)).rejects.toMatchObject({ code: 'input-invalid', where });
    await expect(answer(task, 'ann', { ...good, verdct: 'benign' })).rejects.toMatchObject({ help: 'did you mean `verdict`?' });
    expect((await store.tasks.get(task.id))?.status).toBe('open');
    expect(await events(task)).toEqual(['task-opened']);
  });

  it('rights are those of the moment: roles, names, and whom it was taken to; refusals are recorded', async () => {
    const task = await open();
    expect(await codeOf(answer(task, 'meg'))).toBe('task-role-missing');
    expect(await codeOf(answer(task, 'nobody'))).toBe('task-role-missing');
    await person('ann', ['auditor']);
    await person('bob', ['analyst'], true);
    expect(await codeOf(answer(task, 'ann'))).toBe('task-role-missing');
    expect(await codeOf(answer(task, 'bob'))).toBe('task-role-missing');
    await store.tasks.escalate({ id: task.id, to: ['manager'], people: ['ann'], kind: 'escalate' });
    await store.tasks.escalate({ id: task.id, to: ['analyst'], people: [], kind: 'remind' });
    expect((await answer(task, 'meg')).answeredBy).toBe('meg');
    expect(await events(task)).toEqual([
      'task-opened',
      ...Array.from({ length: 4 }, () => 'task-refused'),
      'task-escalated',
      'task-reminded',
      'task-answered',
    ]);
    expect(await codeOf(store.tasks.escalate({ id: task.id, to: [], people: [], kind: 'remind' }))).toBe('task-closed');
  });

  it('a task that somebody has taken on is answered by nobody else, until it is given back or taken over', async () => {
    const task = await open();
    expect((await store.tasks.claim({ id: task.id, by: 'ann', take: false })).claimedBy).toBe('ann');
    expect(await codeOf(store.tasks.claim({ id: task.id, by: 'meg', take: true }))).toBe('task-role-missing');
    expect(await codeOf(store.tasks.claim({ id: task.id, by: 'bob', take: false }))).toBe('task-claimed');
    expect(await codeOf(answer(task, 'bob'))).toBe('task-claimed');
    expect(await codeOf(store.tasks.release(task.id, 'bob'))).toBe('task-claimed');
    expect((await store.tasks.release(task.id, 'ann')).claimedBy).toBeUndefined();
    await store.tasks.claim({ id: task.id, by: 'ann', take: false });
    expect((await store.tasks.claim({ id: task.id, by: 'bob', take: true })).claimedBy).toBe('bob');
    expect((await answer(task, 'bob')).answeredBy).toBe('bob');
    expect(await codeOf(store.tasks.claim({ id: task.id, by: 'ann', take: true }))).toBe('task-closed');
  });

  it('after its deadline by the database’s clock no answer counts, and the task is closed', async () => {
    const task = await open({ expiresAt: soon(150) });
    await sleep(300);
    expect(await codeOf(answer(task, 'ann'))).toBe('task-expired');
    expect((await store.tasks.get(task.id))?.status).toBe('expired');
    expect(await codeOf(store.tasks.claim({ id: task.id, by: 'ann', take: false }))).toBe('task-expired');
    expect(await events(task)).toEqual(['task-opened', 'task-expired', 'task-refused']);
  });

  it('of answers, claims and closings in the same moment one order holds', async () => {
    for (let round = 0; round < 8; round++) {
      const task = await open({ invocation: round + 1 });
      const outcomes = await Promise.all([
        codeOf(answer(task, 'ann')),
        codeOf(answer(task, 'bob')),
        codeOf(answer(task, 'zoe')),
        store.tasks.close(task.id, 'expired', 'system:run').then(({ status }) => status),
      ]);
      const { status, answeredBy } = (await store.tasks.get(task.id))!;
      const accepted = outcomes.slice(0, 3).filter((code) => code === 'no error');
      expect(outcomes[3]).toBe(status);
      expect(accepted).toHaveLength(status === 'answered' ? 1 : 0);
      expect(answeredBy === undefined).toBe(status === 'expired');
      expect((await events(task)).filter((event) => event === 'task-answered' || event === 'task-expired')).toHaveLength(1);
    }
  });

  it('lists are by status, run and who may answer, in pages', async () => {
    const tasks = [];
    for (let at = 0; at < 3; at++) tasks.push(await open({ invocation: at + 1 }));
    await answer(tasks[0]!, 'ann');
    const ids = async (filter: Parameters<Store['tasks']['list']>[0]): Promise<string[]> =>
      (await store.tasks.list(filter, {})).items.map(({ id }) => id);
    expect(await ids({ status: 'open' })).toEqual([tasks[2]!.id, tasks[1]!.id]);
    expect(await ids({ run: 'r2' })).toEqual([]);
    for (const [who, count] of [
      ['bob', 3],
      ['zoe', 3],
      ['meg', 0],
      ['nobody', 0],
    ] as const)
      expect(await ids({ for: who })).toHaveLength(count);
    const first = await store.tasks.list({}, { limit: 2 });
    const rest = await store.tasks.list({}, { limit: 2, cursor: first.next });
    expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(tasks.map(({ id }) => id).toReversed());
  });

  it('an answer is undelivered until its run has read it, or has ended', async () => {
    const order = { run: 'r1', playbook: 'p', version: '1.0.0', planDigest: 'sha256:x', inputs: {}, requester: 'ann' };
    await store.runs.order(order, 'ann');
    const [read, ended] = [await open(), await open({ invocation: 2 })];
    await answer(read, 'ann');
    await answer(ended, 'ann');
    expect(await store.tasks.undelivered(60_000)).toEqual([]);
    expect((await store.tasks.undelivered(0)).map(({ id }) => id)).toEqual([read.id, ended.id]);
    await store.tasks.delivered(read.id);
    expect((await store.tasks.undelivered(0)).map(({ id }) => id)).toEqual([ended.id]);
    await store.runs.finish('r1', { run: 'r1', playbook: 'p', version: '1.0.0', status: 'ended', outcome: 'done', steps: [] });
    expect(await store.tasks.undelivered(0)).toEqual([]);
  });
});
