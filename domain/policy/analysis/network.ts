/** Network rules as a set to analyse, over every complete request. */
import type { Inventory } from '../../context/inventory.ts';
import { type Field, networkDimensions } from '../boxes.ts';
import { clausesOf } from '../clauses.ts';
import { comparedBox, completeClauses } from '../compare.ts';
import type { Policy } from '../model.ts';
import { resolver } from '../resolve.ts';
import type { RuleSet } from './decisive.ts';

export type NetworkRules = RuleSet<Field> & { readonly timezone: string | undefined };

/** Throws `policy-name-unknown`, `policy-invalid`, `policy-timezones-mixed` and `inventory-invalid`. */
export function networkRules(policies: readonly Policy[], inventory: Inventory): NetworkRules {
  const clauses = clausesOf(policies, resolver(inventory));
  return {
    dimensions: networkDimensions,
    whole: comparedBox(clauses),
    rules: clauses.rules,
    clauses: completeClauses(clauses),
    timezone: clauses.timezone,
  };
}
