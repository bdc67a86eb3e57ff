/** Time windows, which nftables cannot say: what is compiled in their stead, and the losses that follow. */
import type { Inventory } from '../../../context/inventory.ts';
import { allRules, clausesOf } from '../../clauses.ts';
import { networkDimensions } from '../../boxes.ts';
import { comparedBox, completeClauses, ruleReading } from '../../compare.ts';
import { buildDiagram, newStore } from '../../diagram.ts';
import { coversOf, findDifferences } from '../../losses.ts';
import { isNetworkRule, type NetworkRule, type Policy, type RuleExcept } from '../../model.ts';
import { requestMaker } from '../../request-text.ts';
import { resolver } from '../../resolve.ts';
import { spaceOf } from '../../space.ts';
import type { Loss } from '../target.ts';

/** The policies that refuse whatever these refuse at any time, and say nothing of time. */
export function withoutWindows(policies: readonly Policy[]): readonly Policy[] {
  return policies.map((policy) => ({ ...policy, rules: policy.rules.filter(isNetworkRule).map(withoutWindow) }));
}

function withoutWindow(rule: NetworkRule): NetworkRule {
  if (!isTimed(rule)) return rule;
  const { except = [] } = rule;
  return { ...rule, except: rule.effect === 'allow' ? except.map(atAnyTime) : except.filter(({ during }) => during === undefined) };
}

function atAnyTime(except: RuleExcept): RuleExcept {
  return { ...except, during: undefined };
}

function isTimed({ except = [] }: NetworkRule): boolean {
  return except.some(({ during }) => during !== undefined);
}

/** One loss for each rule whose windows make a difference, with a request that shows it. */
export function timedLosses(policies: readonly Policy[], inventory: Inventory): readonly Loss[] {
  const timed = allRules(policies).filter(({ rule }) => isTimed(rule));
  if (timed.length === 0) return [];
  const resolve = resolver(inventory);
  const candidates = timed.map(({ id, rule }) => ({ rule: id, direction: 'under-permits' as const, reason: reasonOf(rule) }));
  const [meant, said] = [clausesOf(policies, resolve), clausesOf(withoutWindows(policies), resolve)];
  const covers = coversOf(candidates, policies, resolve);
  const sides = [completeClauses(meant), completeClauses(said)] as const;
  const store = newStore(
    spaceOf(
      networkDimensions,
      [...sides.flat(), ...covers.clauses].map(({ box }) => box),
      comparedBox(meant),
    ),
  );
  const roots = [
    buildDiagram(store, sides[0], ruleReading(meant.rules)),
    buildDiagram(store, sides[1], ruleReading(said.rules)),
    buildDiagram(store, covers.clauses, covers.reading),
  ] as const;
  const make = requestMaker(store.space, inventory, meant.timezone);
  const { covered } = findDifferences(store, [...roots], candidates);
  return candidates.flatMap((loss, number) => {
    const leaf = covered.get(number);
    return leaf === undefined ? [] : [{ target: 'nftables', ...loss, witness: make(leaf.path) }];
  });
}

function reasonOf({ effect }: NetworkRule): string {
  const instead = effect === 'allow' ? 'the exception holds at every time' : 'the exception is left out';
  return `the kernel tells time by a zone that no ruleset sets, so that a time window cannot be relied on: ${instead}`;
}
