/** The analysis against an SMT solver that knows nothing of diagrams: rules as formulas over three integers. https://github.com/Z3Prover/z3 */
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type Arith, type Bool, type Context, init } from 'z3-solver';
import { needlessRules } from '../../../domain/policy/analysis/coverage.ts';
import { decisive } from '../../../domain/policy/analysis/decisive.ts';
import { type NetworkRules, networkRules } from '../../../domain/policy/analysis/network.ts';
import { overlapsOf } from '../../../domain/policy/analysis/overlaps.ts';
import type { IntervalSet } from '../../../domain/policy/intervals.ts';
import { policies, smallInventory } from '../arbitrary.ts';

type Z3 = Context;
type Fields = { readonly destination: Arith; readonly source: Arith; readonly service: Arith };

/** A query takes up to a third of a second. */
const sets = 8;

function formulas(z3: Z3, { rules, clauses, whole, dimensions }: NetworkRules) {
  const at: Fields = { destination: z3.Int.const('d'), source: z3.Int.const('s'), service: z3.Int.const('p') };
  const within = (value: Arith, set: IntervalSet): Bool =>
    z3.Or(...set.map(({ low, high }) => z3.And(value.ge(z3.Int.val(low)), value.le(z3.Int.val(high)))));
  const names = ['destination', 'source', 'service'] as const;
  const inBox = (box: NetworkRules['whole']): Bool => z3.And(...names.map((name) => within(at[name], box[name])));
  const families = dimensions[0]!.parts!.map((part) => z3.And(within(at.destination, part), within(at.source, part)));
  const matches = rules.map((_, rule): Bool => {
    const own = clauses.filter((clause) => clause.rule === rule);
    const of = (role: string) => own.filter((clause) => clause.role === role).map(({ box }) => inBox(box));
    return z3.And(z3.Or(...of('match')), z3.Not(z3.Or(z3.Bool.val(false), ...of('except'))));
  });
  const some = (chosen: (rule: number) => boolean): Bool => z3.Or(z3.Bool.val(false), ...matches.filter((_, rule) => chosen(rule)));
  const decisions = (kept: (rule: number) => boolean) => {
    const by = (effect: string) => some((rule) => kept(rule) && rules[rule]!.effect === effect);
    const allowed = z3.And(z3.Not(by('deny')), by('allow'));
    return { allowed, denied: z3.Or(by('deny'), z3.And(z3.Not(allowed), by('claim'))) };
  };
  return { possible: z3.And(inBox(whole), z3.Or(...families)), matches, some, decisions };
}

const weight = { deny: 0, allow: 1, claim: 2 } as const;

async function standings(z3: Z3, set: NetworkRules): Promise<readonly (string | undefined)[]> {
  const { possible, matches, some, decisions } = formulas(z3, set);
  const isPossible = async (...what: readonly Bool[]) => {
    const solver = new z3.Solver();
    solver.add(possible, ...what);
    return (await solver.check()) === 'sat';
  };
  const all = decisions(() => true);
  const found: (string | undefined)[] = [];
  for (const [rule, { effect }] of set.rules.entries()) {
    const own = matches[rule]!;
    const without = decisions((kept) => kept !== rule);
    const changes = z3.Or(z3.Xor(all.allowed, without.allowed), z3.Xor(all.denied, without.denied));
    if (!(await isPossible(own))) found.push('empty');
    else if (!(await isPossible(own, z3.Not(some((other) => weight[set.rules[other]!.effect] < weight[effect]))))) found.push('shadowed');
    else found.push((await isPossible(changes)) ? undefined : 'redundant');
  }
  return found;
}

/** Its threads keep the process alive. */
async function withZ3(work: (z3: Z3) => Promise<void>): Promise<void> {
  const { Context, em } = await init();
  try {
    await work(Context('main'));
  } finally {
    em.PThread.terminateAllThreads();
  }
}

const of = ({ rules }: NetworkRules, effect: string) => rules.flatMap((rule, index) => (rule.effect === effect ? [index] : []));

test('every rule is to the others what z3 says it is', async () => {
  const samples = fc.sample(policies(false), { numRuns: sets, seed: 5 });
  let needless = 0;
  await withZ3(async (z3) => {
    for (const list of samples) {
      const set = networkRules(list, smallInventory);
      const found = new Map(needlessRules(set, decisive(set)).map(({ rule, standing }) => [rule, standing]));
      needless += found.size;
      expect(set.rules.map((_, rule) => found.get(rule))).toEqual(await standings(z3, set));
    }
  });
  expect(needless).toBeGreaterThan(3);
}, 300_000);

test('an allow and a deny are at odds exactly where z3 finds a request of both, and one of the allow alone', async () => {
  let met = 0;
  await withZ3(async (z3) => {
    for (const list of fc.sample(policies(false), { numRuns: 8, seed: 3 })) {
      const set = networkRules(list, smallInventory);
      const { possible, matches } = formulas(z3, set);
      const found = new Set(overlapsOf(set, decisive(set)).found.map(({ allow, deny }) => `${allow} ${deny}`));
      const isPossible = async (...what: readonly Bool[]) => {
        const solver = new z3.Solver();
        solver.add(possible, ...what);
        return (await solver.check()) === 'sat';
      };
      for (const allow of of(set, 'allow'))
        for (const deny of of(set, 'deny')) {
          const [own, other] = [matches[allow]!, matches[deny]!];
          const meets = (await isPossible(own, other)) && (await isPossible(own, z3.Not(other)));
          expect({ allow, deny, meets: found.has(`${allow} ${deny}`) }).toEqual({ allow, deny, meets });
          met += meets ? 1 : 0;
        }
    }
  });
  expect(met).toBeGreaterThan(0);
}, 300_000);
