/** Compares access rules with what a reader made of an artifact, on every request on which no rule errs. */
import type { Inventory } from '../../../domain/context/inventory.ts';
import { walkDifferences } from '../../../domain/policy/compare.ts';
import { buildDiagram, newStore, type Reading, type Roots } from '../../../domain/policy/diagram.ts';
import { accessSpace } from '../../../domain/policy/access/clauses.ts';
import { directoryOf } from '../../../domain/policy/access/directory.ts';
import { entityStore } from '../../../domain/policy/access/entity-store.ts';
import type { AccessClause } from '../../../domain/policy/access/interpret.ts';
import { accessRules } from '../../../domain/policy/access/policies.ts';
import { readRules } from '../../../domain/policy/access/read-rule.ts';
import type { Policy } from '../../../domain/policy/model.ts';
import { spaceOf } from '../../../domain/policy/space.ts';

const order = ['deny', 'allow', 'claim'];

export type Gap = { readonly expected: string; readonly actual: string; readonly rules: readonly string[] };

/** One for each pair of decisions that differ. */
export function gapsOf(policies: readonly Policy[], inventory: Inventory, read: readonly AccessClause[]): readonly Gap[] {
  const groups = [readRules(accessRules(policies, 'access'), inventory).clauses, read].map((clauses) =>
    clauses.toSorted((a, b) => order.indexOf(a.effect) - order.indexOf(b.effect)),
  );
  const { lines, clausesOf } = accessSpace(groups, entityStore(directoryOf(inventory)));
  const clauses = groups.map((_, group) => clausesOf(group));
  const space = spaceOf(
    lines.names.map((name) => ({ name })),
    clauses.flat().map(({ box }) => box),
    lines.whole,
  );
  const store = newStore(space);
  const [expected, actual] = clauses.map((each, group) => buildDiagram(store, each, readingOf(groups[group]!))) as [Roots, Roots];
  const gaps = new Map<string, Gap>();
  walkDifferences(store, [expected, actual], ([before = '', after = '']) => {
    const [one, other] = [JSON.parse(before), JSON.parse(after)] as [Answer, Answer];
    if (one.errs || one.decision === other.decision) return false;
    gaps.set(`${one.decision} ${other.decision}`, { expected: one.decision, actual: other.decision, rules: one.rules });
    return false;
  });
  return [...gaps.values()];
}

type Answer = { readonly decision: string; readonly errs: boolean; readonly rules: readonly string[] };

function readingOf(clauses: readonly AccessClause[]): Reading {
  const effects = { deny: 'deny', allow: 'allow', claim: 'deny' };
  return {
    group: (rule) => order.indexOf(clauses[rule]!.effect),
    decide: (alive) => {
      const unsure = new Set(alive.filter(({ role }) => role === 'unsure').map(({ rule }) => rule));
      const matched = alive.filter(({ role, rule }) => role === 'match' && !unsure.has(rule)).map(({ rule }) => clauses[rule]!);
      const decision = matched[0] === undefined ? 'not-applicable' : effects[matched[0].effect];
      return JSON.stringify({ decision, errs: unsure.size > 0, rules: matched.map(({ id }) => id) });
    },
  };
}
