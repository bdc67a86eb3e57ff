/**
 * Losses of a plan: the policies compared with what an artifact is meant to say, each difference put down to a candidate. Of the
 * candidates as few are kept as account for everything, so that none of them is there for nothing.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { type Box, networkDimensions } from '../../boxes.ts';
import { allRules, clausesOf, type NetworkClause } from '../../clauses.ts';
import { comparedBox, completeClauses, firstMatch, type Path, ruleReading, walkDifferences } from '../../compare.ts';
import { buildDiagram, newStore } from '../../diagram.ts';
import { element } from '../../element.ts';
import { coversOf, fits } from '../../losses.ts';
import type { Decision, Policy } from '../../model.ts';
import { requestMaker } from '../../request-text.ts';
import { resolver } from '../../resolve.ts';
import { spaceOf } from '../../space.ts';
import type { Loss, TargetName } from '../target.ts';

export type Said = { readonly box: Box; readonly decision: Decision };

export type Candidate = Omit<Loss, 'target' | 'witness'>;

export type Given = { readonly policies: readonly Policy[]; readonly inventory: Inventory };

/** `said` is an ordered list; what it does not match is not applicable. */
export function planLosses(
  target: TargetName,
  { policies, inventory }: Given,
  said: readonly Said[],
  candidates: readonly Candidate[],
): readonly Loss[] {
  const resolve = resolver(inventory);
  const meant = clausesOf(policies, resolve);
  const expected = completeClauses(meant);
  const actual = said.map(({ box }, rule): NetworkClause => ({ role: 'match', rule, box }));
  const covers = coversOf(candidates, policies, resolve);
  const boxes = [...expected, ...actual, ...covers.clauses].map(({ box }) => box);
  const store = newStore(spaceOf(networkDimensions, boxes, comparedBox(meant)));
  const decisionOf = firstMatch((index) => element(said, index).decision);
  const roots = [
    buildDiagram(store, expected, ruleReading(meant.rules)),
    buildDiagram(store, actual, decisionOf),
    buildDiagram(store, covers.clauses, covers.reading),
  ] as const;
  const found = new Map<string, Path>();
  walkDifferences(store, roots, ([before, after, cover = ''], path) => {
    const leaf = { path, expected: before as Decision, actual: after as Decision };
    const covering = cover === '' ? [] : cover.split(' ').map(Number);
    const fitting = covering.filter((number) => fits(element(candidates, number), leaf)).toSorted((a, b) => a - b);
    const key = fitting.join(' ');
    if (!found.has(key)) found.set(key, path);
    return false;
  });
  const make = requestMaker(store.space, inventory, meant.timezone);
  return fewest(found).map(({ candidate, path }) => ({ target, ...element(candidates, candidate), witness: make(path) }));
}

type Kept = { readonly candidate: number; readonly path: Path };

/** Irredundant: each that is kept is alone in accounting for some difference, which is its witness. */
function fewest(found: ReadonlyMap<string, Path>): readonly Kept[] {
  const differences = [...found].map(([key, path]) => ({ path, by: key === '' ? [] : key.split(' ').map(Number) }));
  const kept = new Set(differences.flatMap(({ by }) => by));
  for (const candidate of [...kept].toSorted((a, b) => b - a)) {
    const needed = differences.some(({ by }) => by.includes(candidate) && !by.some((other) => other !== candidate && kept.has(other)));
    if (!needed) kept.delete(candidate);
  }
  return [...kept]
    .toSorted((a, b) => a - b)
    .flatMap((candidate) => {
      const own = differences.find(({ by }) => by.includes(candidate) && by.every((other) => other === candidate || !kept.has(other)));
      return own === undefined ? [] : [{ candidate, path: own.path }];
    });
}

type Inexact = { readonly rule: string; readonly reason: string };

/** An allow may let through less than it should; a deny or claim may refuse more or less. */
export function inexactCandidates(given: Given, inexact: readonly Inexact[]): readonly Candidate[] {
  const known = reasonsByRule(inexact);
  return everyCandidate(given, inexact, '').filter(({ rule }) => known.has(rule));
}

/** So may every rule, where the language itself decides otherwise than it is told; those that are not said as they stand first. */
export function everyCandidate({ policies }: Given, inexact: readonly Inexact[], reason: string): readonly Candidate[] {
  const known = reasonsByRule(inexact);
  const rank = (id: string) => (known.has(id) ? 0 : 1);
  const rules = allRules(policies)
    .toSorted((a, b) => rank(a.id) - rank(b.id) || (a.id < b.id ? -1 : 1))
    .map(({ id, rule: { effect } }) => ({ id, effect, reason: [...(known.get(id) ?? []), ...(reason === '' ? [] : [reason])].join('; ') }));
  const candidate = (direction: Candidate['direction']) => (rule: (typeof rules)[number]) =>
    ({ rule: rule.id, reason: rule.reason, direction, covers: 'rule' }) as const;
  const allows = rules.filter(({ effect }) => effect === 'allow');
  const denies = rules.filter(({ effect }) => effect !== 'allow');
  return [...allows.map(candidate('under-permits')), ...denies.map(candidate('over-permits')), ...denies.map(candidate('under-permits'))];
}

function reasonsByRule(inexact: readonly Inexact[]): ReadonlyMap<string, ReadonlySet<string>> {
  const reasons = new Map<string, Set<string>>();
  for (const { rule, reason } of inexact) reasons.set(rule, (reasons.get(rule) ?? new Set()).add(reason));
  return reasons;
}
