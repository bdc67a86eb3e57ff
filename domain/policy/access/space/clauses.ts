/**
 * Access rules as clauses of a decision diagram: what is false of a rule's conditions is an exception to it, what errs makes it unsure.
 */
import { EdictError } from '../../../errors.ts';
import type { Clause } from '../../diagram.ts';
import type { BoxOf } from '../../space.ts';
import type { EntityStore } from '../entity-store.ts';
import type { Expression } from '../expression.ts';
import type { AccessClause, ReadPart, ReadScope } from '../interpret.ts';
import { type Asked, boxOfSteps, type Lines, linesOf } from './lines.ts';
import { type Named, noteMembers, type Step, type Way, waysOf } from './paths.ts';

type WayPart = { readonly scope: ReadScope; readonly conditions: readonly (readonly Way[])[] };

type WayRule = WayPart & { readonly excepts: readonly WayPart[] };

export type AccessSpace = { readonly lines: Lines; readonly clausesOf: (group: number) => readonly Clause[] };

/** The lines that all groups of rules together ask for, and each group's clauses. Throws `input-too-large`. */
export function accessSpace(groups: readonly (readonly AccessClause[])[], store: EntityStore): AccessSpace {
  const named: Named = new Map();
  for (const rule of groups.flat())
    for (const part of [rule, ...rule.excepts]) for (const each of part.conditions) noteMembers(each, named);
  const read = groups.map((rules) => rules.map((rule) => wayRule(rule, named)));
  const lines = linesOf(askedBy(read.flat()), store);
  return { lines, clausesOf: (group) => (read[group] ?? []).flatMap((rule, at) => clausesOfRule(lines, rule, at)) };
}

function wayRule({ scope, conditions, excepts }: AccessClause, named: Named): WayRule {
  const part = (each: ReadPart): WayPart => ({
    scope: each.scope,
    conditions: each.conditions.map((one: Expression) => waysOf(one, named)),
  });
  return { ...part({ scope, conditions }), excepts: excepts.map(part) };
}

function askedBy(rules: readonly WayRule[]): Asked {
  const parts = rules.flatMap((rule) => [rule, ...rule.excepts]);
  const atoms = parts.flatMap(({ conditions }) => conditions.flat().flatMap(({ steps }) => steps));
  return {
    slots: {
      principal: parts.flatMap(({ scope }) => scope.principals),
      action: parts.flatMap(({ scope }) => scope.actions),
      resource: parts.flatMap(({ scope }) => scope.resources),
    },
    atoms: [...new Map(atoms.map(({ key, atom }) => [key, atom])).values()],
  };
}

function scopeBox({ slots, whole }: Lines, { principals, actions, resources }: ReadScope): BoxOf<string> {
  return {
    ...whole,
    principal: slots.principal.holds(principals),
    action: slots.action.holds(actions),
    resource: slots.resource.holds(resources),
  };
}

function clausesOfRule(lines: Lines, { scope, conditions, excepts }: WayRule, rule: number): readonly Clause[] {
  const match: Clause = { role: 'match', rule, box: scopeBox(lines, scope) };
  const carve = (steps: readonly Step[], role: 'except' | 'unsure', start: BoxOf<string>): readonly Clause[] => {
    const box = boxOfSteps(lines, steps, start);
    return box === undefined ? [] : [role === 'except' ? { role, rule, box } : { role, rule, box, reason: errs }];
  };
  const own = conditions.flatMap((ways) =>
    ways.flatMap(({ steps, outcome }) => (outcome === 'true' ? [] : carve(steps, outcome === 'false' ? 'except' : 'unsure', lines.whole))),
  );
  const carved = excepts.flatMap((except) => {
    const start = scopeBox(lines, except.scope);
    return together(except.conditions).flatMap(({ steps, outcome }) => carve(steps, outcome === 'true' ? 'except' : 'unsure', start));
  });
  return [match, ...own, ...carved];
}

/** The rule itself says what is missing when it is asked. */
const errs = 'errs';

const mostBoxes = 1_000;

/** The ways on which no condition is false: true where all are, else erring. */
function together(conditions: readonly (readonly Way[])[]): readonly Way[] {
  return conditions.reduce<readonly Way[]>(
    (sofar, ways) => {
      const found = sofar.flatMap((before) =>
        ways.flatMap(({ steps, outcome }): readonly Way[] => {
          if (outcome === 'false') return [];
          return [{ steps: [...before.steps, ...steps], outcome: before.outcome === 'true' ? outcome : 'error' }];
        }),
      );
      if (found.length > mostBoxes) throw new EdictError('input-too-large', `an exception of ${found.length} boxes`);
      return found;
    },
    [{ steps: [], outcome: 'true' }],
  );
}
