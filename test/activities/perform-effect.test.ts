import { describe, expect, it } from '@jest/globals';
import type { ActionCall } from '../../activities/contract.ts';
import type { Ports } from '../../activities/ports.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Effects } from '../../store/port.ts';
import { networkIsolate } from '../../activities/network/isolate.ts';
import { networkRelease } from '../../activities/network/release.ts';
import { Crash, makeWorld } from './fake-world.ts';
import type { World } from './fake-world.ts';

const call: ActionCall = { run: 'r1', step: 'isolate', invocation: 1, params: { asset: 'ws-17', allow: ['zone:forensics'] } };
const undo: ActionCall = { ...call, params: { ...call.params, receipt: 'r1/isolate/1' }, undoes: 'r1/isolate/1' };

/** Tries until it comes through, as Temporal does. */
async function untilDone(world: World, work: () => Promise<unknown>): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return attempt;
    } catch (error) {
      world.crashAt = undefined;
      if (attempt > 3) throw error;
    }
  }
}

async function callsOf(
  work: (world: World) => Promise<unknown>,
  prepare: (world: World) => Promise<unknown> = async () => {},
): Promise<number> {
  const world = makeWorld();
  await prepare(world);
  world.calls = 0;
  await work(world);
  return world.calls;
}

const withIntend = ({ ports }: World, intend: Effects['intend']): Ports => ({
  ...ports,
  store: { ...ports.store, effects: { ...ports.store.effects, intend } },
});

describe('an effect', () => {
  it('lands at every point, with the allowed addresses, and is confirmed', async () => {
    const world = makeWorld();
    const outputs = await networkIsolate(world.ports)(call);
    expect(outputs).toEqual({ receipt: 'r1/isolate/1', points: ['fw-1', 'opa-1'] });
    for (const point of ['fw-1', 'opa-1']) {
      expect(world.actual.get(point)?.isolations).toEqual([{ key: 'r1/isolate/1', addresses: ['10.3.0.17'], allow: ['10.9.0.0/24'] }]);
      expect(world.points.get(point)?.desired.isolations).toHaveLength(1);
      expect(world.points.get(point)?.health).toBe('in-force');
    }
    expect(world.effects.get('r1/isolate/1')).toMatchObject({ status: 'confirmed', attempts: 1 });
  });

  it('is not done again when it is asked for again', async () => {
    const world = makeWorld();
    await networkIsolate(world.ports)(call);
    const again = await networkIsolate(world.ports)(call);
    expect(again).toEqual({ receipt: 'r1/isolate/1', points: ['fw-1', 'opa-1'] });
    expect(world.changes).toHaveLength(2);
  });

  it.each(['before', 'after'] as const)('lands once and whole whatever call the process dies %s', async (when) => {
    const total = await callsOf((world) => networkIsolate(world.ports)(call));
    // The outlook, the guard, the intent; and at each of two points what is done and what is recorded.
    expect(total).toBe(7);
    for (let crash = 1; crash <= total; crash += 1) {
      const world = makeWorld();
      world.crashAt = { call: crash, when };
      expect(await untilDone(world, () => networkIsolate(world.ports)(call))).toBe(2);
      expect(world.changes).toEqual([
        { point: 'fw-1', key: 'r1/isolate/1', isolations: ['r1/isolate/1'] },
        { point: 'opa-1', key: 'r1/isolate/1', isolations: ['r1/isolate/1'] },
      ]);
      expect(world.effects.get('r1/isolate/1')?.status).toBe('confirmed');
      for (const point of world.points.values()) expect(point.desired.isolations).toHaveLength(1);
    }
  });

  it.each(['before', 'after'] as const)('is undone once and whole whatever call the process dies %s', async (when) => {
    const isolate = (world: World) => networkIsolate(world.ports)(call);
    const total = await callsOf((world) => networkRelease(world.ports)(undo), isolate);
    expect(total).toBeGreaterThan(7);
    for (let crash = 1; crash <= total; crash += 1) {
      const world = makeWorld();
      await isolate(world);
      world.changes.length = 0;
      world.calls = 0;
      world.crashAt = { call: crash, when };
      await untilDone(world, () => networkRelease(world.ports)(undo));
      expect(world.changes.map((change) => change.point).toSorted()).toEqual(['fw-1', 'opa-1']);
      expect(world.effects.get('r1/isolate/1')?.status).toBe('undone');
      for (const point of world.points.values()) expect(point.desired.isolations).toEqual([]);
    }
  });

  it('undoes exactly its own isolation, whatever others put in force', async () => {
    const world = makeWorld();
    await networkIsolate(world.ports)(call);
    await networkIsolate(world.ports)({ ...call, invocation: 2 });
    await networkRelease(world.ports)(undo);
    expect(world.actual.get('fw-1')?.isolations.map((one) => one.key)).toEqual(['r1/isolate/2']);
    expect(await networkRelease(world.ports)(undo)).toEqual({ points: ['fw-1', 'opa-1'] });
    expect(world.actual.get('fw-1')?.isolations.map((one) => one.key)).toEqual(['r1/isolate/2']);
  });

  it.each(['before', 'after'] as const)(
    'stands beside another one that landed while it was half done, whatever call the process died %s',
    async (when) => {
      const total = await callsOf((world) => networkIsolate(world.ports)(call));
      for (let crash = 1; crash <= total; crash += 1) {
        const world = makeWorld();
        world.crashAt = { call: crash, when };
        await expect(networkIsolate(world.ports)(call)).rejects.toBeInstanceOf(Crash);
        world.crashAt = undefined;
        await networkIsolate(world.ports)({ ...call, invocation: 2 });
        await networkIsolate(world.ports)(call);
        for (const [name, point] of world.points) {
          expect(
            world.actual
              .get(name)
              ?.isolations.map((one) => one.key)
              .toSorted(),
          ).toEqual(['r1/isolate/1', 'r1/isolate/2']);
          expect(point.desired.isolations).toHaveLength(2);
        }
      }
    },
  );

  it('does nothing at a point before its intent stands, though it has the lock by then', async () => {
    const world = makeWorld();
    const { effects } = world.ports.store;
    let stand: () => void = () => undefined;
    const stands = new Promise<void>((resolve) => (stand = resolve));
    const done = networkIsolate(withIntend(world, (...input) => stands.then(() => effects.intend(...input))))(call);
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
    expect(world.changes).toEqual([]);
    stand();
    await done;
    expect(world.changes).toHaveLength(2);
  });

  it('does nothing where the last place in a budget is gone by then, or the intent cannot be recorded', async () => {
    const world = makeWorld();
    const { effects } = world.ports.store;
    const spent = withIntend(world, async (...input) => ({ ...(await effects.intend(...input)), status: 'denied' }));
    await expect(networkIsolate(spent)(call)).rejects.toMatchObject({ code: 'guard-denied' });
    world.effects.clear();
    world.caller = { ...world.caller, lastAttempt: true };
    const refused = withIntend(world, async () => {
      throw new EdictError('audit-unavailable', 'full');
    });
    await expect(networkIsolate(refused)(call)).rejects.toMatchObject({ code: 'audit-unavailable' });
    expect(world.changes).toEqual([]);
    expect(world.effects.size).toBe(0);
  });

  it('makes no beat before its first point, nor does its undo: the answer would wait for it', async () => {
    const world = makeWorld();
    const beats: unknown[] = [];
    Object.assign(world.caller, { heartbeat: (at: unknown) => void beats.push(at) });
    await networkIsolate(world.ports)(call);
    expect(beats).toEqual([{ point: 'opa-1' }]);
    await networkRelease(world.ports)(undo);
    expect(beats).toEqual([{ point: 'opa-1' }, { point: 'fw-1' }]);
  });

  it('does not come back after it was undone', async () => {
    const world = makeWorld();
    await networkIsolate(world.ports)(call);
    await networkRelease(world.ports)(undo);
    await expect(networkIsolate(world.ports)(call)).rejects.toMatchObject({ code: 'run-state-wrong' });
    expect(world.actual.get('fw-1')?.isolations).toEqual([]);
  });

  it('holds nowhere when it fails for good at one point', async () => {
    const world = makeWorld();
    world.away.add('opa-1');
    await expect(networkIsolate(world.ports)(call)).rejects.toMatchObject({ code: 'enforcement-point-unreachable' });
    expect(world.effects.get('r1/isolate/1')?.status).toBe('intended');
    world.caller = { ...world.caller, lastAttempt: true };
    await expect(networkIsolate(world.ports)(call)).rejects.toMatchObject({ code: 'enforcement-point-unreachable' });
    expect(world.actual.get('fw-1')?.isolations).toEqual([]);
    expect(world.points.get('fw-1')?.desired.isolations).toEqual([]);
    expect(world.effects.get('r1/isolate/1')).toMatchObject({ status: 'uncertain', error: { code: 'enforcement-point-unreachable' } });
    expect(world.effects.get('r1/isolate/1')?.error?.message).toContain('may still hold at `opa-1`');
  });

  it('refuses a host and a zone that the inventory does not know, and does nothing', async () => {
    const world = makeWorld();
    await expect(networkIsolate(world.ports)({ ...call, params: { asset: 'nobody' } })).rejects.toMatchObject({
      code: 'policy-name-unknown',
    });
    await expect(networkIsolate(world.ports)({ ...call, params: { asset: 'ws-17', allow: ['zone:moon'] } })).rejects.toMatchObject({
      code: 'policy-name-unknown',
    });
    expect(world.changes).toEqual([]);
    expect(world.effects.size).toBe(0);
  });
});
