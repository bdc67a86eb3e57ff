/** The door of tasks: recorded first, then told to the run; what could not be told at once is carried by the outbox. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { deliverAll } from '../../api/outbox.ts';
import { EdictError } from '../../domain/errors.ts';
import type { TaskRecord } from '../../domain/playbook/task.ts';
import { describeWith } from '../stack/fixture.ts';
import { openHarness, type Harness } from './harness.ts';

describeWith(['postgres', 'opa'], 'tasks through the API', () => {
  let harness: Harness;
  let made = 0;
  beforeAll(async () => {
    harness = await openHarness({ waitMs: 50 });
    const order = { run: 'r-1', playbook: 'p', version: '1.0.0', planDigest: 'sha256:x', inputs: {}, requester: 'analyst' };
    await harness.store.runs.order(order, 'analyst');
  });
  afterAll(() => harness.close());

  const open = (): Promise<TaskRecord> =>
    harness.store.tasks.open({
      run: 'r-1',
      step: `call-${++made}`,
      invocation: 1,
      undo: false,
      title: 'call the owner',
      instructions: 'ask',
      outputs: { verdict: { type: 'string', enum: ['benign', 'malicious'] } },
      roles: ['analyst', 'manager'],
      people: [],
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
    });
  const post = (who: string, path: string, payload: object, headers = {}) =>
    harness.ask(who, 'POST', `/v1/tasks/${path}`, { payload, headers });
  const told = (): unknown[] =>
    harness.orchestrator.asked.filter(({ what }) => what === 'taskAnswered').map(({ about, with: task }) => [about, task]);

  it('shows what waits, and to whom it may matter', async () => {
    const { id } = await open();
    const list = async (who: string, query: string) =>
      (await harness.ask(who, 'GET', `/v1/tasks?${query}`)).json<{ items: TaskRecord[] }>().items;
    expect((await list('analyst', 'status=open&role=mine')).map((task) => task.id)).toContain(id);
    expect(await list('auditor', 'role=mine')).toEqual([]);
    expect((await list('auditor', 'run=r-1')).map((task) => task.id)).toContain(id);
    expect((await harness.ask('auditor', 'GET', `/v1/tasks/${id}`)).json()).toMatchObject({ id, status: 'open', title: 'call the owner' });
    expect((await harness.ask('auditor', 'GET', '/v1/tasks/none')).statusCode).toBe(404);
    expect((await harness.ask('auditor', 'GET', '/v1/tasks?role=analyst')).statusCode).toBe(400);
  });

  it('takes an answer of somebody who is asked, records it, and tells the run; the same request again is answered the same', async () => {
    const { id } = await open();
    const refused = await post('engineer', `${id}/answers`, { outputs: { verdict: 'benign' } });
    expect([refused.statusCode, refused.json().code]).toEqual([403, 'task-role-missing']);
    const wrong = await post('analyst', `${id}/answers`, { outputs: { verdict: 'perhaps' } });
    expect([wrong.statusCode, wrong.json()]).toMatchObject([
      400,
      { code: 'input-invalid', where: '/outputs/verdict', expected: 'one of benign, malicious' },
    ]);
    expect(told()).toEqual([]);
    const key = { 'idempotency-key': 'once' };
    const answered = await post('analyst', `${id}/answers`, { outputs: { verdict: 'benign' }, note: 'by phone' }, key);
    expect([answered.statusCode, answered.json()]).toMatchObject([
      200,
      { status: 'answered', answeredBy: 'analyst', answer: { verdict: 'benign' } },
    ]);
    expect((await post('analyst', `${id}/answers`, { outputs: { verdict: 'benign' }, note: 'by phone' }, key)).json()).toEqual(
      answered.json(),
    );
    expect(told()).toEqual([['r-1', id]]);
    const second = await post('manager', `${id}/answers`, { outputs: { verdict: 'malicious' } });
    expect([second.statusCode, second.json().code]).toEqual([409, 'task-closed']);
  });

  it('lets people take a task on, over, and give it back', async () => {
    const { id } = await open();
    expect((await post('analyst', `${id}/claims`, {})).json()).toMatchObject({ claimedBy: 'analyst' });
    expect((await post('manager', `${id}/claims`, {})).json()).toMatchObject({ code: 'task-claimed' });
    expect((await post('manager', `${id}/answers`, { outputs: { verdict: 'benign' } })).json()).toMatchObject({ code: 'task-claimed' });
    expect((await post('manager', `${id}/claims`, { take: true })).json()).toMatchObject({ claimedBy: 'manager' });
    expect((await post('manager', `${id}/claims`, { release: true })).json().claimedBy).toBeUndefined();
    expect((await post('manager', `${id}/claims`, { take: true, release: true })).statusCode).toBe(400);
  });

  it('keeps an answer that Temporal could not be told of; the outbox tells it, until the run has read it', async () => {
    const { id } = await open();
    harness.orchestrator.does.taskAnswered = async () => {
      throw new EdictError('dependency-unavailable', 'temporal is away');
    };
    expect((await post('analyst', `${id}/answers`, { outputs: { verdict: 'benign' } })).statusCode).toBe(200);
    delete harness.orchestrator.does.taskAnswered;
    await sleep(2_100);
    const deps = { store: harness.store, orchestrator: harness.orchestrator, clock: () => new Date() };
    const before = told().length;
    await deliverAll(deps);
    expect(told().slice(before)).toContainEqual(['r-1', id]);
    await harness.store.tasks.delivered(id);
    const after = told().length;
    await deliverAll(deps);
    expect(told().slice(after)).not.toContainEqual(['r-1', id]);
  });
});
