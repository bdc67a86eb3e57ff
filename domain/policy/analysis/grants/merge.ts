/**
 * Access and AI rules that differ in one list alone, become one with both lists: who, what, or on what. Selectors of a list hold what any
 * of them holds, and the rest is the same word for word, conditions and exceptions too, so that the one rule matches, fails and errs where
 * one of them did.
 */
import type { AccessRule, AiRule } from '../../access/model.ts';
import type { Rule } from '../../model.ts';

export type GrantMerge = { readonly into: string; readonly from: readonly string[] };

export type Merged = { readonly rules: readonly Rule[]; readonly merges: readonly GrantMerge[] };

type GrantRule = AccessRule | AiRule;

type Place = 'principals' | 'actions' | 'resources' | 'models';

const places: Readonly<Record<GrantRule['kind'], readonly Place[]>> = {
  access: ['principals', 'actions', 'resources'],
  ai: ['principals', 'models'],
};

/** Until nothing more can be merged. */
export function mergeGrants(rules: readonly Rule[]): Merged {
  let merged: Merged = { rules, merges: [] };
  for (;;) {
    const before = merged.merges.length;
    for (const kind of ['access', 'ai'] as const) for (const place of places[kind]) merged = mergeIn(merged, kind, place);
    if (merged.merges.length === before) return merged;
  }
}

function mergeIn({ rules, merges }: Merged, kind: GrantRule['kind'], place: Place): Merged {
  const groups = new Map<string, GrantRule[]>();
  for (const rule of rules) {
    if (!isGrant(rule) || rule.kind !== kind || endsByItself(rule)) continue;
    const key = keyWithout(rule, place);
    groups.set(key, [...(groups.get(key) ?? []), rule]);
  }
  const becomes = new Map<string, GrantRule | undefined>();
  const found: GrantMerge[] = [];
  for (const [first, ...others] of groups.values()) {
    if (first === undefined || others.length === 0) continue;
    for (const { id } of others) becomes.set(id, undefined);
    becomes.set(first.id, withList(first, place, [...new Set([first, ...others].flatMap((rule) => listOf(rule, place)))]));
    found.push({ into: first.id, from: others.map(({ id }) => id) });
  }
  const left = rules.flatMap((rule): readonly Rule[] => {
    if (!becomes.has(rule.id)) return [rule];
    const merged = becomes.get(rule.id);
    return merged === undefined ? [] : [merged];
  });
  return { rules: left, merges: [...merges, ...found] };
}

function isGrant(rule: Rule): rule is GrantRule {
  return rule.kind !== 'network';
}

/** It stays by itself, so that its end takes nothing else away. */
function endsByItself({ exception, except = [] }: GrantRule): boolean {
  return exception !== undefined || except.some((each) => each.exception !== undefined);
}

function listOf({ match }: GrantRule, place: Place): readonly string[] {
  const lists: { readonly [name in Place]?: readonly string[] } = match;
  return lists[place] ?? [];
}

function withList<R extends GrantRule>(rule: R, place: Place, list: readonly string[]): R {
  return { ...rule, match: { ...rule.match, [place]: list } };
}

/** Everything that a rule says, but its id, its requirement and the list. */
function keyWithout({ id: _id, requirement: _requirement, match, ...rest }: GrantRule, place: Place): string {
  return JSON.stringify([rest, { ...match, [place]: [] }]);
}
