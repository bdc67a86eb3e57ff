/** The law of effects on one object: whatever the order, whoever crashes where, it is in force exactly while somebody holds it, and afterwards as before. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { identityDisableUser } from '../../activities/identity/disable-user.ts';
import { identityEnableUser } from '../../activities/identity/enable-user.ts';
import { makeSystemWorld, type SystemWorld } from './system-world.ts';
import { runs } from '../law.ts';

type Act = {
  readonly holder: number;
  readonly does: 'hold' | 'give-back';
  readonly crash: { readonly call: number; readonly when: 'before' | 'after' } | undefined;
  readonly retried: boolean;
};

const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.record({
    holder: fc.integer({ min: 1, max: 3 }),
    does: fc.constantFrom('hold' as const, 'give-back' as const),
    crash: fc.option(fc.record({ call: fc.integer({ min: 1, max: 20 }), when: fc.constantFrom('before' as const, 'after' as const) }), {
      nil: undefined,
    }),
    retried: fc.boolean(),
  }),
  { maxLength: 12 },
);

const perform = async (world: SystemWorld, user: string, { holder, does }: Pick<Act, 'holder' | 'does'>): Promise<unknown> => {
  const call = { run: 'r1', step: 'disable', invocation: holder, params: { user } };
  if (does === 'hold') return identityDisableUser(world.ports)(call);
  const receipt = `r1/disable/${holder}`;
  return identityEnableUser(world.ports)({ ...call, params: { user, receipt }, undoes: receipt });
};

const statusOf = (world: SystemWorld, holder: number) => world.effects.get(`r1/disable/${holder}`)?.status;

/** Whether it is known that somebody holds it, known that nobody does, or open because an attempt, forth or back, has died. */
function heldIn(world: SystemWorld, givingBack: ReadonlySet<number>): boolean | undefined {
  const holders = [1, 2, 3].filter((holder) => ['intended', 'applied', 'confirmed'].includes(statusOf(world, holder) ?? ''));
  if (holders.length === 0) return false;
  return holders.some((holder) => statusOf(world, holder) === 'confirmed' && !givingBack.has(holder)) ? true : undefined;
}

describe('several who want one account disabled', () => {
  it.each(['ann', 'bob'])('have it so while one of them does, and give it back as it was (%s)', async (user) => {
    await fc.assert(
      fc.asyncProperty(acts, async (given) => {
        const world = makeSystemWorld();
        const wasEnabled = world.accounts.get(user) === true;
        const givingBack = new Set<number>();
        for (const act of given) {
          // What was given back stays given back: the engine never performs it again.
          if (act.does === 'hold' && statusOf(world, act.holder) === 'undone') continue;
          if (act.does === 'give-back') givingBack.add(act.holder);
          // Nor does it hold again what it has begun to give back.
          if (act.does === 'hold' && givingBack.has(act.holder)) continue;
          world.calls = 0;
          world.crashAt = act.crash;
          await perform(world, user, act).catch(() => undefined);
          world.crashAt = undefined;
          if (act.retried) await perform(world, user, act);
          const held = heldIn(world, givingBack);
          if (held === true) expect(world.accounts.get(user)).toBe(false);
          if (held === false) expect(world.accounts.get(user)).toBe(wasEnabled);
        }
        for (const holder of [1, 2, 3]) await perform(world, user, { holder, does: 'give-back' });
        expect(world.accounts.get(user)).toBe(wasEnabled);
        const [off, on] = ['disable', 'enable'].map((verb) => world.done.filter((one) => one === `${verb} ${user}`).length);
        expect([off, wasEnabled ? off : 0]).toEqual([on, on]);
      }),
      runs(400),
    );
  });
});
