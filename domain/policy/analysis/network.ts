/** Network rules as a set to analyse: over every complete request that is possible, services that no protocol has left out. */
import type { Inventory } from '../../context/inventory.ts';
import { type Field, networkDimensions } from '../boxes.ts';
import { clausesOf } from '../clauses.ts';
import { completeClauses, wholeBox } from '../compare.ts';
import { intersect, type IntervalSet } from '../intervals.ts';
import type { Policy } from '../model.ts';
import { resolver } from '../resolve.ts';
import { lastDetail } from '../service-selector.ts';
import type { BoxOf } from '../space.ts';
import type { RuleSet } from './decisive.ts';

export type NetworkRules = RuleSet<Field> & { readonly timezone: string | undefined };

const everyService: IntervalSet = Array.from({ length: 256 }, (_, protocol) => ({
  low: BigInt(protocol * 65_536),
  high: BigInt(protocol * 65_536 + lastDetail(protocol)),
}));

/** Throws `policy-name-unknown`, `policy-invalid`, `policy-timezones-mixed` and `inventory-invalid`. */
export function networkRules(policies: readonly Policy[], inventory: Inventory): NetworkRules {
  const clauses = clausesOf(policies, resolver(inventory));
  return {
    dimensions: networkDimensions,
    whole: possible(wholeBox),
    rules: clauses.rules,
    clauses: completeClauses(clauses),
    timezone: clauses.timezone,
  };
}

export function possible(whole: BoxOf<Field>): BoxOf<Field> {
  return { ...whole, service: intersect(whole.service, everyService) };
}
