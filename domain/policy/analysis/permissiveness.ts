/** The measured size of what policies allow, of each address family. */
import type { Inventory } from '../../context/inventory.ts';
import { element } from '../element.ts';
import type { Policy } from '../model.ts';
import { decisive, type Decisive, type RuleSet } from './decisive.ts';
import { networkRules } from './network.ts';
import { type FamilySizes, familySizes, type Measure, measureOf } from './size.ts';

/** Throws what `networkRules` throws. */
export function permissiveness(policies: readonly Policy[], inventory: Inventory): FamilySizes {
  const set = networkRules(policies, inventory);
  const found = decisive(set);
  return allowedBy(set, found, measureOf(found.store));
}

export function allowedBy(set: RuleSet, { roots, deciding }: Decisive, measure: Measure): FamilySizes {
  const isAllowed = (terminal: number) => {
    const rule = deciding.get(terminal)?.rules[0];
    return rule !== undefined && element(set.rules, rule).effect === 'allow';
  };
  return familySizes(measure.ofDiagram(roots, isAllowed));
}
