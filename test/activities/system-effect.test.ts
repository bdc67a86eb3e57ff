import { describe, expect, it } from '@jest/globals';
import type { ActionCall } from '../../activities/contract.ts';
import { identityDisableUser } from '../../activities/identity/disable-user.ts';
import { identityEnableUser } from '../../activities/identity/enable-user.ts';
import { identityGetUser } from '../../activities/identity/get-user.ts';
import { identityRevokeSessions } from '../../activities/identity/revoke-sessions.ts';
import { systemCheck } from '../../activities/system/check.ts';
import { disablePlan, makeSystemWorld, type SystemWorld } from './system-world.ts';

const call: ActionCall = { run: 'r1', step: 'disable', invocation: 1, params: { user: 'ann' } };
const undo: ActionCall = { ...call, params: { user: 'ann', receipt: 'r1/disable/1' }, undoes: 'r1/disable/1' };
const revoke: ActionCall = { ...call, step: 'revoke' };

const disable = (world: SystemWorld, more: Partial<ActionCall> = {}) => identityDisableUser(world.ports)({ ...call, ...more });
const enable = (world: SystemWorld, invocation = 1) => {
  const key = `r1/disable/${invocation}`;
  return identityEnableUser(world.ports)({ ...undo, invocation, params: { user: 'ann', receipt: key }, undoes: key });
};

/** Tries until it comes through, as Temporal does. */
async function untilDone(world: SystemWorld, work: () => Promise<unknown>): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return attempt;
    } catch (error) {
      world.crashAt = undefined;
      if (attempt > 4) throw error;
    }
  }
}

async function callsOf(work: (world: SystemWorld) => Promise<unknown>, prepare: (world: SystemWorld) => Promise<unknown> = async () => {}) {
  const world = makeSystemWorld();
  await prepare(world);
  world.calls = 0;
  await work(world);
  return world.calls;
}

describe('an effect on an outside system', () => {
  it('lands, is confirmed, and is taken back', async () => {
    const world = makeSystemWorld();
    expect(await disable(world)).toEqual({ receipt: 'r1/disable/1', target: 'entra/user/ann' });
    expect(world.accounts.get('ann')).toBe(false);
    expect(world.effects.get('r1/disable/1')).toMatchObject({ status: 'confirmed', targets: ['entra/user/ann'], attempts: 1 });
    expect(await enable(world)).toEqual({ target: 'entra/user/ann', restored: true });
    expect(world.accounts.get('ann')).toBe(true);
    expect(await enable(world)).toEqual({ target: 'entra/user/ann', restored: false });
    expect(world.done).toEqual(['disable ann', 'enable ann']);
  });

  it.each(['before', 'after'] as const)('lands once whatever call the process dies %s', async (when) => {
    const total = await callsOf(disable);
    expect(total).toBeGreaterThan(12);
    for (let crash = 1; crash <= total; crash += 1) {
      const world = makeSystemWorld();
      world.crashAt = { call: crash, when };
      expect(await untilDone(world, () => disable(world))).toBe(2);
      expect([crash, world.done]).toEqual([crash, ['disable ann']]);
      expect(world.effects.get('r1/disable/1')?.status).toBe('confirmed');
      await enable(world);
      expect([crash, world.accounts.get('ann')]).toEqual([crash, true]);
    }
  });

  it.each(['before', 'after'] as const)('is taken back once whatever call the process dies %s', async (when) => {
    const total = await callsOf(enable, disable);
    for (let crash = 1; crash <= total; crash += 1) {
      const world = makeSystemWorld();
      await disable(world);
      world.calls = 0;
      world.crashAt = { call: crash, when };
      await untilDone(world, () => enable(world));
      expect([crash, world.done]).toEqual([crash, ['disable ann', 'enable ann']]);
      expect(world.effects.get('r1/disable/1')?.status).toBe('undone');
    }
  });

  it('that happened before the answer was lost is observed, not repeated', async () => {
    const world = makeSystemWorld();
    world.mute = 1;
    await expect(disable(world)).rejects.toMatchObject({ code: 'timeout' });
    await disable(world);
    expect(world.done).toEqual(['disable ann']);
    world.mute = 1;
    const revokes = identityRevokeSessions(world.ports);
    await expect(revokes(revoke)).rejects.toMatchObject({ code: 'timeout' });
    await revokes(revoke);
    expect(world.sessions.get('ann')).toBe(2);
  });

  it.each([
    ['disable', identityDisableUser, call],
    ['revoke', identityRevokeSessions, revoke],
  ] as const)('of an attempt that a later one overtook is not repeated: %s', async (_name, action, of) => {
    const world = makeSystemWorld();
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { store } = world.ports;
    const locked: typeof store.systems.locked = async (...asked) => gate.then(() => store.systems.locked(...asked));
    const late = action({ ...world.ports, store: { ...store, systems: { ...store.systems, locked } } })(of);
    while (!world.effects.has(`r1/${of.step}/1`)) await new Promise((resolve) => setTimeout(resolve, 1));
    await action(world.ports)(of);
    const [done, sessions] = [[...world.done], world.sessions.get('ann')];
    open();
    await late;
    expect([world.done, world.sessions.get('ann')]).toEqual([done, sessions]);
  });

  it('is not taken back where it was so before', async () => {
    const world = makeSystemWorld();
    await disable(world, { params: { user: 'bob' } });
    expect(await enable(world)).toEqual({ target: 'entra/user/bob', restored: false });
    expect(world.done).toEqual([]);
    expect(world.accounts.get('bob')).toBe(false);
  });

  it.each([
    [1, 2],
    [2, 1],
  ])('holds as long as one of two asks for it, and then is as before both (%i goes first)', async (first, second) => {
    const world = makeSystemWorld();
    await disable(world);
    await disable(world, { invocation: 2 });
    await enable(world, first);
    expect(world.accounts.get('ann')).toBe(false);
    await enable(world, second);
    expect(world.accounts.get('ann')).toBe(true);
    expect(world.done).toEqual(['disable ann', 'enable ann']);
  });

  it('does not come back after it was undone', async () => {
    const world = makeSystemWorld();
    await disable(world);
    await enable(world);
    await expect(disable(world)).rejects.toMatchObject({ code: 'run-state-wrong' });
    expect(world.accounts.get('ann')).toBe(true);
  });

  it('that was confirmed and changed by somebody since is not done again by a retry', async () => {
    const world = makeSystemWorld();
    await disable(world);
    world.accounts.set('ann', true);
    await disable(world);
    expect(world.done).toEqual(['disable ann']);
  });

  it('holds nowhere when it fails for good', async () => {
    const world = makeSystemWorld();
    world.mute = 1;
    world.caller = { ...world.caller, lastAttempt: true };
    await expect(disable(world)).rejects.toMatchObject({ code: 'timeout' });
    expect(world.accounts.get('ann')).toBe(true);
    expect(world.effects.get('r1/disable/1')).toMatchObject({ status: 'failed', error: { code: 'timeout' } });
    expect(world.effects.get('r1/disable/1')?.error?.message).not.toContain('may still hold');
  });

  it('says so when it fails for good and cannot be taken back', async () => {
    const world = makeSystemWorld();
    world.caller = { ...world.caller, lastAttempt: true };
    world.mute = 1;
    await expect(identityRevokeSessions(world.ports)(revoke)).rejects.toMatchObject({ code: 'timeout' });
    expect(world.effects.get('r1/revoke/1')?.error?.message).toContain('it may still hold at `entra/user/ann`');
  });

  it('leaves nothing where nothing was reached', async () => {
    const world = makeSystemWorld();
    world.unreachable = 1;
    world.caller = { ...world.caller, lastAttempt: true };
    await expect(disable(world)).rejects.toMatchObject({ code: 'system-unreachable' });
    expect(world.done).toEqual([]);
    expect(world.effects.get('r1/disable/1')?.status).toBe('failed');
  });
});

describe('which system a step means', () => {
  it('is none where none can do it, and nothing is recorded', async () => {
    const world = makeSystemWorld();
    world.rows.clear();
    await expect(disable(world)).rejects.toMatchObject({ code: 'system-missing' });
    await expect(identityGetUser(world.ports)(call)).rejects.toMatchObject({ code: 'system-missing' });
    expect(world.effects.size).toBe(0);
  });

  it('is named where several could', async () => {
    const world = makeSystemWorld();
    world.rows.set('other', { ...world.rows.get('entra')!, name: 'other' });
    await expect(disable(world)).rejects.toMatchObject({ code: 'input-invalid', expected: '`system`: one of entra, other' });
    expect(await disable(world, { params: { user: 'ann', system: 'other' } })).toMatchObject({ target: 'other/user/ann' });
  });

  it('stays the one of the first attempt', async () => {
    const world = makeSystemWorld();
    world.mute = 1;
    await expect(disable(world)).rejects.toMatchObject({ code: 'timeout' });
    world.rows.set('other', { ...world.rows.get('entra')!, name: 'other' });
    expect(await disable(world)).toMatchObject({ target: 'entra/user/ann' });
  });

  it('is refused to a workflow that is not the run’s own, and to a run that was never ordered', async () => {
    const world = makeSystemWorld();
    await expect(disable(world, { run: 'r2' })).rejects.toMatchObject({ code: 'order-mismatch' });
    world.caller = { ...world.caller, workflowId: 'run/r2' };
    await expect(disable(world, { run: 'r2' })).rejects.toMatchObject({ code: 'order-missing' });
    await expect(systemCheck(world.ports)({ ...call, run: 'r2', params: { system: 'entra' } })).rejects.toMatchObject({
      code: 'order-missing',
    });
    expect(world.done).toEqual([]);
  });

  it('needs a step of the ordered plan that does it', async () => {
    const world = makeSystemWorld(disablePlan);
    await expect(disable(world, { step: 'revoke' })).rejects.toMatchObject({ code: 'order-mismatch' });
    expect(world.effects.size).toBe(0);
  });
});
