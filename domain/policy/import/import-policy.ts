/**
 * The door to policies made of what is in force already: a reader's list becomes one policy, which is then compared with the list it
 * was made of over the whole request space, so that nobody has to trust the translation.
 */
import type { Inventory } from '../../context/inventory.ts';
import { networkDimensions } from '../boxes.ts';
import { clausesOf, type NetworkClause } from '../clauses.ts';
import { comparedBox, completeClauses, firstMatch, ruleReading, walkDifferences } from '../compare.ts';
import { buildDiagram, newStore } from '../diagram.ts';
import { element } from '../element.ts';
import type { Decision, Policy, Request } from '../model.ts';
import { requestMaker } from '../request-text.ts';
import { resolver } from '../resolve.ts';
import { spaceOf } from '../space.ts';
import type { Filter, FilterRule, Place, Unread } from './filter.ts';
import { importRules } from './network-rules.ts';
import { boxOfRegion } from './region.ts';

export type ImportNames = { readonly policy: string; readonly title: string; readonly owner: string };

export type ImportedPolicy = {
  readonly policy: Policy;
  /** Lines of which nothing was made, and why; by line. */
  readonly unread: readonly Unread[];
  /** Lines that say what every policy takes for granted: what belongs to an allowed connection passes. */
  readonly implied: readonly Place[];
  /** A request on which the policy does otherwise than the lines that were understood; absent where there is none. */
  readonly difference?: { readonly request: Request; readonly expected: Decision; readonly actual: Decision } | undefined;
  /** Why the policy could not be compared with what it was made of. */
  readonly uncompared?: string | undefined;
};

const requirement = 'imported';

export function importNetworkPolicy(filter: Filter, inventory: Inventory, names: ImportNames): ImportedPolicy {
  const { rules, understood, unread: beyond, implied } = importRules(filter, inventory, requirement);
  const policy: Policy = {
    ...names,
    controls: [],
    requirements: [{ id: requirement, text: `${names.title}: as it was in force.` }],
    rules,
    questions: [],
    tests: [],
  };
  const difference = differenceOf(understood, policy, inventory);
  const all = [...new Map([...filter.unread, ...beyond].map((each) => [`${each.line} ${each.reason}`, each])).values()];
  return { policy, unread: all.toSorted((a, b) => a.line - b.line), implied, ...(difference === undefined ? {} : { difference }) };
}

function differenceOf(list: readonly FilterRule[], policy: Policy, inventory: Inventory): ImportedPolicy['difference'] {
  const clauses = clausesOf([policy], resolver(inventory));
  const expected = list.map(({ region }, rule): NetworkClause => ({ role: 'match', rule, box: boxOfRegion(region) }));
  const actual = completeClauses(clauses);
  const boxes = [...expected, ...actual].map(({ box }) => box);
  const store = newStore(spaceOf(networkDimensions, boxes, comparedBox(clauses)));
  const roots = [
    buildDiagram(
      store,
      expected,
      firstMatch((index) => element(list, index).decision),
    ),
    buildDiagram(store, actual, ruleReading(clauses.rules)),
  ] as const;
  const make = requestMaker(store.space, inventory, clauses.timezone);
  let found: ImportedPolicy['difference'];
  walkDifferences(store, roots, ([one, other], path) => {
    found = { request: make(path), expected: one as Decision, actual: other as Decision };
    return true;
  });
  return found;
}
