/**
 * Decides access requests on rules, and says why. A request that cannot be read is denied, with the reason under `erring`.
 */
import type { Inventory } from '../../context/inventory.ts';
import { EdictError } from '../../errors.ts';
import type { DecisionResult } from '../model.ts';
import { type WeekClock, weekClock } from '../time-window.ts';
import { accessDiagram, type AccessDiagram, lookUp } from './space/access-diagram.ts';
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
  /** In order of weight. */
  readonly clauses: readonly AccessClause[];
  readonly interpreters: readonly Interpret[];
  readonly store: EntityStore;
  readonly clock: WeekClock | undefined;
  readonly diagram: AccessDiagram | undefined;
  readonly readable: Readable;
};

/** Throws `policy-name-unknown`, `policy-invalid` and `policy-timezones-mixed`. */
export function prepareAccess(rules: readonly NamedRule[], inventory: Inventory): AccessDecider {
  const { clauses, timezone } = readRules(rules, inventory);
  return deciderOf(clauses, timezone, inventory);
}

export function deciderOf(read: readonly AccessClause[], timezone: string | undefined, inventory: Inventory): AccessDecider {
  const clauses = inOrderOfWeight(read);
  const store = entityStore(directoryOf(inventory));
  return {
    timezone,
    clauses,
    store,
    interpreters: clauses.map(interpreterOf),
    clock: timezone === undefined ? undefined : weekClock(timezone),
    diagram: accessDiagram(clauses, store),
    readable: { actions: new Set(), entities: new Set() },
  };
}

export function decideAccess(decider: AccessDecider, request: AccessRequest): DecisionResult {
  try {
    return decideReadable(decider, request);
  } catch (error) {
    if (error instanceof EdictError && error.code === 'policy-invalid') return unreadableRequest(error.message);
    throw error;
  }
}

function decideReadable({ diagram, clauses, interpreters, store, clock, readable }: AccessDecider, request: AccessRequest): DecisionResult {
  let made: Environment | undefined;
  const environment = (): Environment => (made ??= environmentOf(request, store, clock));
  // A diagram may get to its answer without looking at what cannot be read.
  if (!wasReadable(readable, request)) {
    environment();
    remember(readable, request);
  }
  const answer = diagram === undefined ? undefined : lookUp(diagram, { request, environment });
  return answer === undefined || answer === 'errs' ? weigh(clauses, interpreters, environment()) : answer;
}

/** Texts that were read before, since they are read otherwise as actions than as entities. */
type Readable = { readonly actions: Set<string>; readonly entities: Set<string> };

const mostRemembered = 65_536;

/** INVARIANT: an answer never hangs on what was asked before: what a request brings besides its names is looked at anew, unless it is plain. */
function wasReadable({ actions, entities }: Readable, { principal, action, resource, ...rest }: AccessRequest): boolean {
  if (rest.from !== undefined || rest.entities !== undefined || !isPlain(rest.context)) return false;
  return entities.has(principal) && entities.has(resource) && actions.has(action);
}

function isPlain(context: AccessRequest['context'] = {}): boolean {
  return Object.values(context).every((value) => typeof value === 'boolean' || typeof value === 'string' || Number.isSafeInteger(value));
}

function remember({ actions, entities }: Readable, { principal, action, resource }: AccessRequest): void {
  if (actions.size + entities.size >= mostRemembered) for (const known of [actions, entities]) known.clear();
  entities.add(principal).add(resource);
  actions.add(action);
}
