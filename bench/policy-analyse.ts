/**
 * An analysis of whole sets of policies, from 10 to 100,000 rules: shadowed, redundant, at odds, over-broad, unused, and what is allowed.
 * Against the least that could be done: sorting the end points of all rules, which every look at unions begins with.
 */
import { analyse } from '../domain/policy/analysis/analyse.ts';
import { allRules } from '../domain/policy/clauses.ts';
import type { NetworkRule, Policy } from '../domain/policy/model.ts';
import { resolver } from '../domain/policy/resolve.ts';
import { policyCorpus } from './corpus/policies.ts';
import { type BenchFigure, figure } from './figure.ts';

export async function* bench(): AsyncGenerator<BenchFigure> {
  for (const ruleCount of [10, 100, 1_000, 10_000, 100_000]) yield figureOf(ruleCount);
}

function figureOf(ruleCount: number): BenchFigure {
  const { policies: plain, inventory } = policyCorpus(ruleCount);
  const policies = plain.map(withFaults);
  const resolve = resolver(inventory);
  const ends = allRules(policies).flatMap(({ rule }) =>
    [rule.match.from, rule.match.to].flatMap((selector) => resolve(selector).flatMap(({ low, high }) => [Number(low), Number(high)])),
  );
  const repetitions = ruleCount > 10_000 ? 1 : ruleCount > 1_000 ? 5 : 15;
  const ours: number[] = [];
  const bare: number[] = [];
  for (let turn = 0; turn <= repetitions; turn += 1) {
    // The first warms up, but for the largest, which takes long.
    const keep = turn > 0;
    if (keep || repetitions > 1) push(ours, keep, () => analyse(policies, inventory));
    push(bare, keep, () => Float64Array.from(ends).sort());
  }
  return figure(`analysis of ${ruleCount.toLocaleString('en')} rules`, 'ms', ours, bare);
}

function push(samples: number[], keep: boolean, work: () => unknown): void {
  const start = performance.now();
  work();
  if (keep) samples.push(performance.now() - start);
}

/** One rule in twenty-five is there twice, and one in fifty is denied somewhere: what an analysis is there to find. */
function withFaults(policy: Policy): Policy {
  const rules = policy.rules.flatMap((rule, at): readonly NetworkRule[] => {
    if (rule.kind !== 'network') return [];
    if (at % 25 === 3) return [rule, { ...rule, id: `${rule.id}-again` }];
    return at % 50 === 4 ? [rule, { ...rule, id: `${rule.id}-not`, effect: 'deny', match: { ...rule.match, service: 'tcp/22' } }] : [rule];
  });
  return { ...policy, rules };
}
