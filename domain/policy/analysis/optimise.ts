/**
 * A smaller set of policies that means the same: rules that others cover are dropped, rules that differ in one place are merged, and
 * the rest is put in the order of how often each decides, for engines that go through a list. Every step keeps the meaning by
 * construction, and the whole is proved at the end; what cannot be proved is not handed out.
 */
import type { Inventory } from '../../context/inventory.ts';
import { EdictError } from '../../errors.ts';
import { element } from '../element.ts';
import type { Policy, Rule } from '../model.ts';
import { diffAccess } from './access-diff.ts';
import { accessSubject } from './access.ts';
import { needlessRules } from './coverage.ts';
import { decisive } from './decisive.ts';
import { mergeGrants } from './grants/merge.ts';
import { mergeRules } from './merge.ts';
import { networkRules } from './network.ts';
import { relate } from './relate.ts';
import { policySide } from './side.ts';

export type OptimiseStep = {
  readonly change: 'dropped' | 'merged' | 'moved';
  /** `policy/rule`; of a merge, the rule that stays. */
  readonly rule: string;
  /** What covers it, what was merged into it, or the rule that it now stands before. */
  readonly rules: readonly string[];
};

export type Optimised = {
  readonly policies: readonly Policy[];
  readonly steps: readonly OptimiseStep[];
  readonly before: number;
  readonly after: number;
  /** The two decide every complete request alike; see relate.ts. */
  readonly proof: 'equivalent';
};

export type OptimiseOptions = {
  /** By `policy/rule`, how many requests it decided. */
  readonly hits?: ReadonlyMap<string, number> | undefined;
};

/** Throws what reading the policies throws, and `proof-failed` where the result would mean something else. */
export function optimise(policies: readonly Policy[], inventory: Inventory, { hits }: OptimiseOptions = {}): Optimised {
  const steps: OptimiseStep[] = [];
  const dropped = dropGrants(drop(policies, inventory, steps), inventory, steps);
  const merged = dropped.map((policy) => mergePolicy(policy, inventory, steps));
  const ordered = (hits === undefined ? merged : merged.map((policy) => reorder(policy, hits, steps))).map((policy) =>
    withTests(policy, steps),
  );
  const { relation, first, second } = relate(policySide('before', policies, inventory), policySide('after', ordered, inventory), inventory);
  if (relation !== 'equivalent')
    throw new EdictError('proof-failed', `the optimised policies mean something else: ${(first ?? second)?.text ?? relation}`);
  for (const kind of kinds) {
    const { equal } = diffAccess(policies, ordered, inventory, kind);
    if (!equal) throw new EdictError('proof-failed', `the optimised policies mean something else in their rules of \`${kind}\``);
  }
  return { policies: ordered, steps, before: count(policies), after: count(ordered), proof: relation };
}

function count(policies: readonly Policy[]): number {
  return policies.reduce((sum, { rules }) => sum + rules.length, 0);
}

/** Until nothing more can go: what stays after one round may cover more in the next. */
function drop(policies: readonly Policy[], inventory: Inventory, steps: OptimiseStep[]): readonly Policy[] {
  const set = networkRules(policies, inventory);
  const gone = needlessRules(set, decisive(set)).filter(({ droppable }) => droppable);
  if (gone.length === 0) return policies;
  const id = (rule: number) => element(set.rules, rule).id;
  const ids = new Set(gone.map(({ rule }) => id(rule)));
  steps.push(...gone.map(({ rule, by }) => ({ change: 'dropped' as const, rule: id(rule), rules: by.map(id) })));
  const left = policies.map((policy) => ({ ...policy, rules: policy.rules.filter((rule) => !ids.has(`${policy.policy}/${rule.id}`)) }));
  return drop(left, inventory, steps);
}

const kinds = ['access', 'ai'] as const;

/** What can err is never needless: it denies where it does. */
function dropGrants(policies: readonly Policy[], inventory: Inventory, steps: OptimiseStep[]): readonly Policy[] {
  const gone = kinds.flatMap((kind) => {
    const subject = accessSubject(policies, inventory, kind);
    if (subject === undefined) return [];
    const { set, found, erring } = subject;
    const id = (rule: number) => element(set.rules, rule).id;
    return needlessRules(set, found).flatMap(({ rule, by, droppable }) =>
      droppable && !erring.has(rule) ? [{ rule: id(rule), rules: by.map(id) }] : [],
    );
  });
  if (gone.length === 0) return policies;
  steps.push(...gone.map((one) => ({ change: 'dropped' as const, ...one })));
  const ids = new Set(gone.map(({ rule }) => rule));
  const left = policies.map((policy) => ({ ...policy, rules: policy.rules.filter((rule) => !ids.has(`${policy.policy}/${rule.id}`)) }));
  return dropGrants(left, inventory, steps);
}

function mergePolicy(policy: Policy, inventory: Inventory, steps: OptimiseStep[]): Policy {
  const network = mergeRules(policy.rules, inventory);
  const grants = mergeGrants(network.rules);
  const [rules, merges] = [grants.rules, [...network.merges, ...grants.merges]];
  const full = (id: string) => `${policy.policy}/${id}`;
  steps.push(...merges.map(({ into, from }) => ({ change: 'merged' as const, rule: full(into), rules: from.map(full) })));
  return merges.length === 0 ? policy : { ...policy, rules };
}

/** Rules of one effect may stand in any order; the busiest first. */
function reorder(policy: Policy, hits: ReadonlyMap<string, number>, steps: OptimiseStep[]): Policy {
  const busy = (rule: Rule) => hits.get(`${policy.policy}/${rule.id}`) ?? 0;
  const rules = policy.rules.toSorted((a, b) => busy(b) - busy(a));
  rules.forEach((rule, at) => {
    const next = rules[at + 1];
    if (next === undefined || policy.rules.indexOf(rule) <= policy.rules.indexOf(next)) return;
    steps.push({ change: 'moved', rule: `${policy.policy}/${rule.id}`, rules: [`${policy.policy}/${next.id}`] });
  });
  return { ...policy, rules };
}

/** Tests that name a rule which is gone name the one that it went into, or none. */
function withTests(policy: Policy, steps: readonly OptimiseStep[]): Policy {
  const kept = new Set(policy.rules.map(({ id }) => `${policy.policy}/${id}`));
  const into = (id: string) => steps.findLast(({ change, rules }) => change === 'merged' && rules.includes(id))?.rule ?? id;
  const tests = policy.tests.map(({ by, ...test }) => {
    const named = [...new Set((by ?? []).map(into))].filter((id) => kept.has(id) || !id.startsWith(`${policy.policy}/`));
    return named.length === 0 ? test : { ...test, by: named };
  });
  return { ...policy, tests };
}
