/**
 * Decides access requests on rules, and says why. A request that cannot be read is denied, with the reason under `erring`.
 */
import type { Inventory } from '../../context/inventory.ts';
import { EdictError } from '../../errors.ts';
import type { DecisionResult } from '../model.ts';
import { type WeekClock, weekClock } from '../time-window.ts';
import { directoryOf } from './directory.ts';
import { entityStore, type EntityStore } from './entity-store.ts';
import { environmentOf } from './environment.ts';
import type { Environment } from './evaluate.ts';
import { type AccessClause, type Interpret, interpreterOf } from './interpret.ts';
import type { AccessRequest } from './model.ts';
import { type NamedRule, readRules } from './read-rule.ts';
import { inOrderOfWeight, unreadableRequest, weigh } from './weigh.ts';

export type AccessDecider = {
  readonly timezone: string | undefined;
  readonly clauses: readonly AccessClause[];
  readonly interpreters: readonly Interpret[];
  readonly store: EntityStore;
  readonly clock: WeekClock | undefined;
};

/** Throws `policy-name-unknown`, `policy-invalid` and `policy-timezones-mixed`. */
export function prepareAccess(rules: readonly NamedRule[], inventory: Inventory): AccessDecider {
  const { clauses: read, timezone } = readRules(rules, inventory);
  const clauses = inOrderOfWeight(read);
  return {
    timezone,
    clauses,
    interpreters: clauses.map(interpreterOf),
    store: entityStore(directoryOf(inventory)),
    clock: timezone === undefined ? undefined : weekClock(timezone),
  };
}

export function decideAccess(decider: AccessDecider, request: AccessRequest): DecisionResult {
  const environment = readEnvironment(decider, request);
  if (typeof environment === 'string') return unreadableRequest(environment);
  return weigh(decider.clauses, decider.interpreters, environment);
}

function readEnvironment({ store, clock }: AccessDecider, request: AccessRequest): Environment | string {
  try {
    return environmentOf(request, store, clock);
  } catch (error) {
    if (error instanceof EdictError) return error.message;
    throw error;
  }
}
