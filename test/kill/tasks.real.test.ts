/** Tasks while processes are killed with -9 between the record of an answer and its delivery: nothing is lost, nothing counts twice. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunDetail } from '../../api/contract/runs.ts';
import type { Task } from '../../api/contract/tasks.ts';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/port.ts';
import { prepareGround } from './ground.ts';
import { insist, untilDefined } from './insist.ts';

const source = `playbook: ask-people
version: 1.0.0
title: A person answers, and another takes back
triggers: [{ manual: { roles: [analyst] } }]
inputs: { fails: { type: bool } }
steps:
  - id: call
    manual: { roles: [analyst], instructions: call, outputs: { verdict: { enum: [benign, malicious] } }, expires: 10m }
    undo: { manual: { roles: [analyst], instructions: 'take back \${call.verdict}', expires: 10m } }
  - { id: again, retry: { attempts: 2, backoff: 500ms }, foreach: { in: [1], steps: [{ id: look, action: control.noop }, { id: broken, if: inputs.fails, fail: as asked }] } }
outputs: { verdict: call.verdict }
`;

describe('killed with -9 between an answer and its run', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'edict-kill-tasks-'));
  let ground: Awaited<ReturnType<typeof prepareGround>>;
  let store: Store;

  beforeAll(async () => {
    ground = await prepareGround(dataDir, 'edict-kill-tasks');
    store = await openStore({ databaseUrl: ground.stack.addresses.database, auditFile: join(dataDir, 'audit-of-test.jsonl') });
    await insist((idempotencyKey) => ground.engineer.call('playbooks.publish', { body: { source } }, { idempotencyKey }));
  }, 120_000);

  afterAll(async () => {
    await store?.close();
    await ground?.close();
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  const order = async (fails: boolean): Promise<string> => {
    const call = (idempotencyKey: string) =>
      ground.analyst.call('playbooks.run', { params: { name: 'ask-people' }, body: { inputs: { fails } } }, { idempotencyKey });
    return (await insist(call)).run;
  };
  const openTask = (run: string, undo = false): Promise<Task> =>
    untilDefined('an open task', async () => {
      const { items } = await insist(() => ground.analyst.call('tasks.list', { query: { run, status: 'open' } }));
      return items.find((task) => task.undo === undo);
    });
  const ended = (run: string): Promise<RunDetail> =>
    untilDefined('the end of the run', async () => {
      const detail = await insist(() => ground.analyst.call('runs.get', { params: { run } }));
      return detail.status === 'ended' ? detail : undefined;
    });
  const answers = async (task: string): Promise<number> =>
    (await store.audit.list({ subject: `task/${task}` }, { limit: 100 })).items.filter(({ event }) => event === 'task-answered').length;

  it('the door dies after it has recorded the answer, and the worker with it: the answer gets there all the same', async () => {
    const run = await order(false);
    const task = await openTask(run);
    // All that a door does before it dies.
    await store.tasks.answer({ id: task.id, by: 'analyst', outputs: { verdict: 'benign' } });
    ground.stack.kill('api');
    ground.stack.kill('worker');
    await Promise.all([ground.stack.up('api'), ground.stack.up('worker')]);
    const detail = await ended(run);
    expect(detail.view).toMatchObject({ outcome: 'done', outputs: { verdict: 'benign' } });
    expect(await answers(task.id)).toBe(1);
  }, 120_000);

  it('an answer that is given while everything dies counts once, and what was done is taken back by one task', async () => {
    const run = await order(true);
    const task = await openTask(run);
    const given = insist((idempotencyKey) =>
      ground.analyst.call('tasks.answer', { params: { id: task.id }, body: { outputs: { verdict: 'malicious' } } }, { idempotencyKey }),
    );
    await sleep(5);
    for (const part of ['worker', 'api', 'temporal'] as const) ground.stack.kill(part);
    expect(await given).toMatchObject({ status: 'answered', answer: { verdict: 'malicious' } });
    const undo = await openTask(run, true);
    expect(undo.instructions).toBe('take back malicious');
    ground.stack.kill('worker');
    await insist((idempotencyKey) => ground.analyst.call('tasks.answer', { params: { id: undo.id }, body: {} }, { idempotencyKey }));
    const detail = await ended(run);
    expect(detail.view).toMatchObject({ outcome: 'failed', error: { code: 'playbook-failed' } });
    expect(detail.view?.steps.find(({ step }) => step === 'call')).toMatchObject({ status: 'undone', task: task.id });
    expect(detail.view?.steps.find(({ step }) => step === 'again')).toMatchObject({ status: 'failed', attempt: 2 });
    expect([await answers(task.id), await answers(undo.id)]).toEqual([1, 1]);
    const tasks = await insist(() => ground.analyst.call('tasks.list', { query: { run } }));
    expect(tasks.items.map(({ status }) => status)).toEqual(['answered', 'answered']);
  }, 180_000);
});
