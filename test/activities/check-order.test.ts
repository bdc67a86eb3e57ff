import { describe, expect, it } from '@jest/globals';
import type { ActionCall } from '../../activities/contract.ts';
import { createActivities } from '../../activities/index.ts';
import { digestOf } from '../../domain/digest.ts';
import type { ApprovalRecord } from '../../domain/playbook/approval.ts';
import { checkOrder } from '../../activities/effect/check-order.ts';
import type { ActionName } from '../../domain/playbook/actions.ts';
import { actionStep, isolatePlan, makeWorld, planOf } from './fake-world.ts';
import type { World } from './fake-world.ts';

const call: ActionCall = { run: 'r1', step: 'isolate', invocation: 1, params: { asset: 'ws-17' }, approval: 'a1' };

function isolate(world: World, changed: Partial<ActionCall> = {}) {
  return createActivities(world.ports)['network.isolate']({ ...call, ...changed });
}

async function refused(world: World, code: string, changed: Partial<ActionCall> = {}): Promise<void> {
  await expect(isolate(world, changed)).rejects.toMatchObject({ code });
  expect(world.changes).toEqual([]);
  expect(world.effects.size).toBe(0);
}

function approval(changed: Partial<ApprovalRecord> = {}): ApprovalRecord {
  const plan = {
    run: 'r1',
    playbook: 'p',
    version: '1.0.0',
    step: 'ask',
    effects: [{ step: 'isolate', action: 'network.isolate', params: { asset: 'ws-17' } }],
  };
  const digest = digestOf(plan);
  const vote = { approval: 'a1', digest, decision: 'approve' as const, by: 'max', at: '2026-11-25T11:00:00Z' };
  return {
    id: 'a1',
    run: 'r1',
    step: 'ask',
    digest,
    plan,
    summary: '',
    facts: {},
    roles: ['manager'],
    people: [],
    quorum: 1,
    requester: 'ann',
    excluded: ['ann'],
    openedAt: '2026-11-25T11:00:00Z',
    expiresAt: '2026-11-25T13:00:00Z',
    status: 'approved',
    votes: [vote],
    ...changed,
  };
}

function covered(record?: ApprovalRecord): World {
  const world = makeWorld({ plan: isolatePlan('ask') });
  world.people.set('max', { id: 'max', name: 'Max', roles: ['manager'], disabled: false });
  if (record !== undefined) world.approvals.set(record.id, record);
  return world;
}

describe('an order', () => {
  it('is needed: a run that nobody ordered does nothing', async () => {
    const world = makeWorld();
    world.runs.clear();
    await refused(world, 'order-missing');
  });

  it.each([undefined, 'run/r2', 'r1', 'incident/r1'])('counts only for its own workflow, not for %s', async (workflowId) => {
    const world = makeWorld();
    world.caller = { ...world.caller, workflowId };
    await refused(world, 'order-mismatch');
  });

  it('counts only for what its plan does in that step', async () => {
    await refused(makeWorld(), 'order-mismatch', { step: 'other' });
    await expect(
      createActivities(makeWorld().ports)['network.release']({ ...call, params: { receipt: 'r1/isolate/1' } }),
    ).rejects.toMatchObject({ code: 'order-mismatch' });
  });

  it('counts only with the plan that it was given with', async () => {
    const world = makeWorld();
    world.plans.clear();
    await refused(world, 'order-mismatch');
  });

  it('ends with the run, and with its cancellation', async () => {
    const world = makeWorld();
    const row = world.runs.get('r1');
    if (row === undefined) throw new Error('no run');
    world.runs.set('r1', { ...row, cancelledBy: 'ann' });
    await refused(world, 'cancelled');
    world.runs.set('r1', { ...row, status: 'ended' });
    await refused(world, 'run-state-wrong');
  });

  it('of a cancelled run still allows to take back', async () => {
    const world = makeWorld();
    await isolate(world, { approval: undefined });
    const row = world.runs.get('r1');
    if (row === undefined) throw new Error('no run');
    world.runs.set('r1', { ...row, cancelledBy: 'ann' });
    await createActivities(world.ports)['network.release']({
      ...call,
      params: { ...call.params, receipt: 'r1/isolate/1' },
      undoes: 'r1/isolate/1',
    });
    expect(world.effects.get('r1/isolate/1')?.status).toBe('undone');
  });

  it('of another run does not allow to take back this one', async () => {
    const world = makeWorld();
    await isolate(world, { approval: undefined });
    const row = world.runs.get('r1');
    if (row === undefined) throw new Error('no run');
    world.runs.set('r2', { ...row, run: 'r2' });
    world.caller = { ...world.caller, workflowId: 'run/r2' };
    const release = createActivities(world.ports)['network.release']({
      ...call,
      run: 'r2',
      params: { receipt: 'r1/isolate/1' },
      undoes: 'r1/isolate/1',
    });
    await expect(release).rejects.toMatchObject({ code: 'order-mismatch' });
    expect(world.effects.get('r1/isolate/1')?.status).toBe('confirmed');
  });
});

describe('an approval', () => {
  it('lets exactly what was approved happen, and is named in the ledger', async () => {
    const world = covered(approval());
    await isolate(world);
    expect(world.effects.get('r1/isolate/1')).toMatchObject({ status: 'confirmed', approval: 'a1' });
  });

  it('is needed where the plan asks for one', async () => {
    await refused(covered(), 'approval-missing', { approval: undefined });
    await refused(covered(), 'approval-missing');
  });

  it.each([
    ['open', approval({ status: 'open' }), 'approval-missing'],
    ['denied', approval({ status: 'denied' }), 'approval-missing'],
    ['cancelled', approval({ status: 'cancelled' }), 'approval-missing'],
    ['expired', approval({ status: 'expired' }), 'approval-expired'],
    ['of another run', approval({ run: 'r2' }), 'approval-missing'],
    ['of a plan that was changed afterwards', approval({ plan: { ...approval().plan, effects: [] } }), 'approval-digest-changed'],
    ['with fewer votes than it needs', approval({ quorum: 2 }), 'approval-role-missing'],
    ['by the one who asked', approval({ votes: [{ ...approval().votes[0]!, by: 'ann' }] }), 'approval-by-requester'],
    ['by a vote on another digest', approval({ votes: [{ ...approval().votes[0]!, digest: digestOf('x') }] }), 'approval-role-missing'],
  ])('that is %s does not count', async (_what, record, code) => {
    await refused(covered(record), code);
  });

  it('does not cover other parameters than those approved', async () => {
    await refused(covered(approval()), 'approval-digest-changed', { params: { asset: 'ws-17', allow: ['any'] } });
  });

  it.each([
    ['lost the role since', { roles: ['analyst'] as const, disabled: false }],
    ['was disabled since', { roles: ['manager'] as const, disabled: true }],
  ])('of someone who %s does not count', async (_what, now) => {
    const world = covered(approval());
    world.people.set('max', { id: 'max', name: 'Max', ...now });
    await refused(world, 'approval-role-missing');
  });
});

describe('a run that went on with another version', () => {
  const first = planOf([actionStep('isolate', 'network.isolate', { undo: 'network.release' }), actionStep('note', 'incident.note')]);
  const second = planOf([actionStep('isolate', 'network.isolate'), actionStep('look', 'network.probe')]);

  function migrated(): World {
    const world = makeWorld({ plan: first });
    world.plans.set(second.digest, second);
    const row = world.runs.get('r1');
    if (row === undefined) throw new Error('no run');
    world.runs.set('r1', {
      ...row,
      version: '2.0.0',
      planDigest: second.digest,
      orderedWith: { version: row.version, planDigest: first.digest },
      migrations: [{ version: '2.0.0', planDigest: second.digest, by: 'eve', command: 'c1' }],
    });
    return world;
  }
  const check = (step: string, action: ActionName, undoes?: string) =>
    checkOrder(migrated().ports, { run: 'r1', step, invocation: 1, params: {}, ...(undoes === undefined ? {} : { undoes }) }, action);

  it('does what the new version says, and no longer what the old one said', async () => {
    expect((await check('look', 'network.probe')).plan.digest).toBe(second.digest);
    await expect(check('note', 'incident.note')).rejects.toMatchObject({ code: 'order-mismatch' });
  });

  it('takes back what was done by the old version as that version said', async () => {
    expect((await check('isolate', 'network.release', 'r1/isolate/1')).plan.digest).toBe(first.digest);
    await expect(check('isolate', 'enforcement.rollback', 'r1/isolate/1')).rejects.toMatchObject({ code: 'order-mismatch' });
    await expect(check('isolate', 'network.release')).rejects.toMatchObject({ code: 'order-mismatch' });
  });

  it('takes back what was done by a version in between', async () => {
    const world = migrated();
    const third = planOf([actionStep('look', 'network.probe')]);
    const between = planOf([actionStep('cut', 'network.isolate', { undo: 'network.release' })]);
    for (const plan of [third, between]) world.plans.set(plan.digest, plan);
    const row = world.runs.get('r1');
    if (row === undefined) throw new Error('no run');
    const step = { by: 'eve', command: 'c' };
    const migrations = [
      { version: '2.0.0', planDigest: between.digest, ...step },
      { version: '3.0.0', planDigest: third.digest, ...step },
    ];
    world.runs.set('r1', { ...row, planDigest: third.digest, migrations });
    const call = { run: 'r1', step: 'cut', invocation: 1, params: {}, undoes: 'r1/cut/1' };
    expect((await checkOrder(world.ports, call, 'network.release')).plan.digest).toBe(between.digest);
  });
});
