/** What two versions of a policy decide differently: one witness request for each pair of decisions and place, at most a hundred. Pure. */
import type { Inventory } from '../domain/context/inventory.ts';
import { clausesOf } from '../domain/policy/clauses.ts';
import { completeClauses, ruleReading, walkDifferences, wholeBox } from '../domain/policy/compare.ts';
import { buildDiagram, newStore } from '../domain/policy/diagram.ts';
import type { Decision, Policy } from '../domain/policy/model.ts';
import { printRequest, requestMaker } from '../domain/policy/request-text.ts';
import { resolver } from '../domain/policy/resolve.ts';
import { spaceOf } from '../domain/policy/space.ts';
import type { PolicyDiff } from './contract/policies.ts';

const changesMost = 100;

export function diffVersions(before: Policy, after: Policy, inventory: Inventory): PolicyDiff['changes'] {
  const resolve = resolver(inventory);
  const [old, young] = [clausesOf([before], resolve), clausesOf([after], resolve)];
  const sides = [completeClauses(old), completeClauses(young)] as const;
  const store = newStore(
    spaceOf(
      sides.flatMap((clauses) => clauses.map(({ box }) => box)),
      wholeBox,
    ),
  );
  const roots = [buildDiagram(store, sides[0], ruleReading(old.rules)), buildDiagram(store, sides[1], ruleReading(young.rules))] as const;
  const requestOf = requestMaker(store.space, inventory, old.timezone ?? young.timezone);
  const changes: PolicyDiff['changes'][number][] = [];
  walkDifferences(store, [...roots], ([from, to], path) => {
    const witness = requestOf(path);
    const text = `${printRequest(witness, inventory)}: ${from ?? ''} → ${to ?? ''}`;
    changes.push({ witness, from: from as Decision, to: to as Decision, text });
    return changes.length >= changesMost;
  });
  return changes;
}
