/** What a workflow can have of tasks: what its ordered plan asks, the answers that a door recorded, and nothing of another run. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { OpenTask } from '../../activities/contract.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import { describeWith } from '../stack/fixture.ts';
import { storeWorld, type StoreWorld } from './store-world.ts';

const source = `playbook: asked
version: 1.0.0
title: t
triggers: [{ manual: { roles: [analyst] } }]
steps:
  - id: call
    manual:
      roles: [analyst]
      people: [zoe]
      instructions: call
      outputs: { verdict: { enum: [benign, malicious] } }
      expires: 1h
      escalate: { after: 30m, to: [manager] }
    undo: { manual: { roles: [engineer], instructions: back, expires: 1h } }
  - { id: other, action: control.noop }
`;

describeWith(['postgres'], 'tasks of a run', () => {
  let world: StoreWorld;
  beforeEach(async () => {
    world = await storeWorld();
    await world.store.playbooks.publish({ source, plan: compilePlaybook(source, 'asked.yaml').plan }, 'ann');
    await world.store.people.put({ id: 'ann', name: 'Ann', roles: ['analyst'], disabled: false }, 'system:test');
  });
  afterEach(() => world.end());

  const asked = (changed: Partial<OpenTask> = {}): OpenTask => ({
    run: 'r1',
    step: 'call',
    invocation: 1,
    undo: false,
    title: 'call',
    instructions: 'call',
    outputs: { verdict: { type: 'string', enum: ['benign', 'malicious'] } },
    roles: ['analyst'],
    people: ['zoe'],
    expiresAtMs: Date.now() + 60_000,
    ...changed,
  });

  it('are opened as the ordered plan asks for them, once, and no otherwise', async () => {
    const run = await world.ordered('r1', 'asked');
    const { task } = await run['task.open'](asked());
    expect(await run['task.open'](asked())).toEqual({ task });
    const undo = await run['task.open'](asked({ undo: true, roles: ['engineer'], people: [], outputs: {} }));
    expect(undo.task).not.toBe(task);
    for (const changed of [
      { roles: ['analyst', 'auditor'] },
      { people: ['mallory'] },
      { outputs: {} },
      { undo: true },
      { step: 'other' },
      { step: 'none' },
    ])
      await expect(run['task.open'](asked(changed))).rejects.toMatchObject({ code: 'order-mismatch' });
    await expect(world.as('run/r2')['task.open'](asked())).rejects.toMatchObject({ code: 'order-mismatch' });
    await expect(world.as('run/r9')['task.open'](asked({ run: 'r9' }))).rejects.toMatchObject({ code: 'order-missing' });
  });

  it('give the run what was recorded, and only to the run that it is of', async () => {
    const run = await world.ordered('r1', 'asked');
    const { task } = await run['task.open'](asked());
    await expect(run['task.answer']({ run: 'r1', task })).rejects.toMatchObject({ code: 'run-state-wrong' });
    await world.store.tasks.answer({ id: task, by: 'ann', outputs: { verdict: 'benign' } });
    await world.ordered('r2', 'asked');
    await expect(world.as('run/r2')['task.answer']({ run: 'r2', task })).rejects.toMatchObject({ code: 'order-mismatch' });
    await expect(world.as('run/r2')['task.close']({ task, status: 'cancelled' })).rejects.toMatchObject({ code: 'order-mismatch' });
    const own = world.as('run/r1');
    expect(await own['task.answer']({ run: 'r1', task })).toEqual({ status: 'answered', by: 'ann', outputs: { verdict: 'benign' } });
    expect(await own['task.close']({ task, status: 'expired' })).toEqual({ status: 'answered', by: 'ann', outputs: { verdict: 'benign' } });
    expect(await world.store.tasks.undelivered(0)).toEqual([]);
    await expect(own['task.answer']({ run: 'r1', task: 'none' })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('say of one that nobody answered whether somebody had taken it on', async () => {
    const run = await world.ordered('r1', 'asked');
    const [first, second] = [await run['task.open'](asked()), await run['task.open'](asked({ invocation: 2 }))];
    await world.store.tasks.claim({ id: second.task, by: 'ann', take: false });
    expect(await run['task.close']({ task: first.task, status: 'expired' })).toEqual({ status: 'expired', claimed: false });
    expect(await run['task.close']({ task: second.task, status: 'cancelled' })).toEqual({ status: 'cancelled', claimed: true });
  });

  it('go further only to those whom the plan names', async () => {
    const run = await world.ordered('r1', 'asked');
    const { task } = await run['task.open'](asked());
    await run['task.escalate']({ task, to: ['manager'], people: [], kind: 'escalate' });
    await run['task.escalate']({ task, to: ['analyst'], people: ['zoe'], kind: 'remind' });
    expect((await world.store.tasks.get(task))?.roles).toEqual(['analyst', 'manager']);
    await expect(run['task.escalate']({ task, to: ['auditor'], people: [], kind: 'escalate' })).rejects.toMatchObject({
      code: 'order-mismatch',
    });
    await expect(run['task.escalate']({ task, to: [], people: ['mallory'], kind: 'escalate' })).rejects.toMatchObject({
      code: 'order-mismatch',
    });
  });
});
