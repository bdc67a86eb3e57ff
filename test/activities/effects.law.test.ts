import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isolationsOf } from '../../activities/effect/desired-state.ts';
import { networkIsolate } from '../../activities/network/isolate.ts';
import { networkRelease } from '../../activities/network/release.ts';
import { Crash, makeWorld } from './fake-world.ts';
import type { World } from './fake-world.ts';
import { runs } from '../law.ts';

type Act = {
  readonly does: 'isolate' | 'release';
  readonly invocation: number;
  /** The process dies at this call of the attempt, or, where it has fewer, lives. */
  readonly crashes: readonly { readonly call: number; readonly when: 'before' | 'after' }[];
};

const act: fc.Arbitrary<Act> = fc.record({
  does: fc.constantFrom('isolate', 'release'),
  invocation: fc.integer({ min: 1, max: 3 }),
  crashes: fc.array(fc.record({ call: fc.integer({ min: 1, max: 40 }), when: fc.constantFrom('before', 'after') }), { maxLength: 3 }),
});

async function attempt(world: World, { does, invocation }: Act): Promise<void> {
  const key = `r1/isolate/${invocation}`;
  const call = { run: 'r1', step: 'isolate', invocation, params: { asset: 'ws-17' } };
  if (does === 'isolate') await networkIsolate(world.ports)(call);
  else await networkRelease(world.ports)({ ...call, params: { ...call.params, receipt: key }, undoes: key });
}

/** Each attempt may die; the last one does not. */
async function perform(world: World, one: Act): Promise<void> {
  for (const crash of one.crashes) {
    world.calls = 0;
    world.crashAt = crash;
    try {
      await attempt(world, one);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    } finally {
      world.crashAt = undefined;
    }
  }
  await attempt(world, one);
}

type Model = Map<number, 'done' | 'undone'>;

async function step(world: World, model: Model, one: Act): Promise<void> {
  const before = model.get(one.invocation);
  const performed = perform(world, one);
  if (one.does === 'isolate' && before === 'undone') {
    await expect(performed).rejects.toMatchObject({ code: 'run-state-wrong' });
    return;
  }
  await performed;
  if (one.does === 'isolate') model.set(one.invocation, 'done');
  else if (before !== undefined) model.set(one.invocation, 'undone');
}

function check(world: World, model: Model): void {
  const wanted = [...model].filter(([, state]) => state === 'done').map(([invocation]) => `r1/isolate/${invocation}`);
  for (const [name, point] of world.points) {
    const actual = world.actual.get(name)?.isolations ?? [];
    expect(actual.map(({ key }) => key).toSorted()).toEqual(wanted.toSorted());
    expect(
      isolationsOf(point.desired)
        .map(({ key }) => key)
        .toSorted(),
    ).toEqual(wanted.toSorted());
  }
  for (const [invocation, state] of model)
    expect(world.effects.get(`r1/isolate/${invocation}`)?.status).toBe(state === 'done' ? 'confirmed' : 'undone');
}

describe('effects, undone and half done in any order', () => {
  it('leave in force exactly what was done and not undone, and nothing comes back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 8 }), async (acts) => {
        const world = makeWorld();
        const model: Model = new Map();
        for (const one of acts) await step(world, model, one);
        check(world, model);
      }),
      runs(300),
    );
  });
});
