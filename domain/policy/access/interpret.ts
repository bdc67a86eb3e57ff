/**
 * Access rules as they are asked one by one: what model.ts says, with no diagram. It decides requests that bring memberships of their
 * own, and is what the diagram is checked against.
 */
import type { RuleEffect } from '../model.ts';
import type { EntityStore } from './entity-store.ts';
import { compileExpression, type Environment, type Evaluate, truthOf } from './evaluate.ts';
import type { Expression } from './expression.ts';
import { type Selector, selects, type Selects } from './selector.ts';
import type { EntityValue } from './value.ts';

/** A rule with its words read. */
export type ReadScope = {
  readonly principals: readonly Selector[];
  readonly actions: readonly Selector[];
  readonly resources: readonly Selector[];
};

export type ReadPart = { readonly scope: ReadScope; readonly conditions: readonly Expression[] };

export type AccessClause = ReadPart & { readonly id: string; readonly effect: RuleEffect; readonly excepts: readonly ReadPart[] };

/** Why it errs, as text, or whether it matches. */
export type Standing = 'matches' | 'not' | { readonly errs: string };

export type Interpret = (environment: Environment) => Standing;

export function interpreterOf({ scope, conditions, excepts }: AccessClause): Interpret {
  const match = partOf({ scope, conditions });
  const carved = excepts.map(partOf);
  return (environment) => {
    let standing = match(environment);
    for (const except of carved) {
      if (standing === 'not') return 'not';
      const found = except(environment);
      if (found === 'matches') return 'not';
      if (found !== 'not' && standing === 'matches') standing = found;
    }
    return standing;
  };
}

function partOf({ scope, conditions }: ReadPart): Interpret {
  const [principal, action, resource] = [listSelects(scope.principals), listSelects(scope.actions), listSelects(scope.resources)];
  const compiled = conditions.map(compileExpression);
  return (environment) => {
    const { store } = environment;
    if (!action(environment.action, store) || !resource(environment.resource, store) || !principal(environment.principal, store))
      return 'not';
    return together(compiled, environment);
  };
}

function listSelects(selectors: readonly Selector[]): Selects {
  const each = selectors.map(selects);
  const [only] = each;
  if (each.length === 1 && only !== undefined) return only;
  return (entity: EntityValue, store: EntityStore) => each.some((one) => one(entity, store));
}

function together(conditions: readonly Evaluate[], environment: Environment): Standing {
  let standing: Standing = 'matches';
  for (const condition of conditions) {
    const truth = truthOf(condition(environment));
    if (truth === 'false') return 'not';
    if (truth !== 'true' && standing === 'matches') standing = { errs: truth.reason };
  }
  return standing;
}
