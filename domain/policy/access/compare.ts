/**
 * Compares two sets of access rules over their whole request space: they decide alike, or there is a request on which they do not. The
 * directory is given: who is in which group is what it says.
 */
import { walkDifferences } from '../compare.ts';
import { buildDiagram, newStore, type Reading } from '../diagram.ts';
import { element } from '../element.ts';
import { type IntervalSet, intersect } from '../intervals.ts';
import type { Decision } from '../model.ts';
import { spaceOf } from '../space.ts';
import { accessSpace } from './space/clauses.ts';
import type { EntityStore } from './entity-store.ts';
import { environmentOf } from './environment.ts';
import type { Environment } from './evaluate.ts';
import { type AccessClause, interpreterOf } from './interpret.ts';
import type { Lines } from './space/lines.ts';
import { requestAtClasses } from './space/request-at.ts';
import type { AccessRequest } from './model.ts';
import { decisionOf, effects, inOrderOfWeight, weigh } from './weigh.ts';
import { weekClock } from '../time-window.ts';

export type AccessDifference = {
  readonly request: AccessRequest;
  readonly decisions: readonly [Decision, Decision];
  /** Both sides were asked the request, and answered so; else no such request could be made. */
  readonly shown: boolean;
};

export type Comparing = {
  readonly sides: readonly [readonly AccessClause[], readonly AccessClause[]];
  readonly store: EntityStore;
  readonly timezone: string | undefined;
  /** The part of each line that is compared; all of it unless told. */
  readonly within?: ((name: string, lines: Lines) => IntervalSet | undefined) | undefined;
};

/** How many pairs of decisions were compared. `atDifference` returns true to stop. Throws `input-too-large`. */
export function walkAccess({ sides, store, timezone, within }: Comparing, atDifference: (difference: AccessDifference) => boolean): number {
  const ordered = sides.map((side) => inOrderOfWeight(side));
  const { lines, clausesOf } = accessSpace(ordered, store);
  const groups = ordered.map((_, group) => clausesOf(group));
  const whole = Object.fromEntries(
    lines.names.map((name) => {
      const all = element([lines.whole[name]], 0);
      const part = within?.(name, lines);
      return [name, part === undefined ? all : intersect(all, part)];
    }),
  );
  const space = spaceOf(
    lines.names.map((name) => ({ name })),
    groups.flat().map(({ box }) => box),
    whole,
  );
  const diagrams = newStore(space);
  const roots = groups.map((clauses, side) => buildDiagram(diagrams, clauses, decisionReading(element(ordered, side))));
  const ask = asker(sides, store, timezone);
  walkDifferences(diagrams, [element(roots, 0), element(roots, 1)], ([first, second], { classes }) => {
    const request = requestAtClasses({ lines, space, store, timezone }, classes);
    const asked = ask(request);
    const shown = asked[0] !== asked[1];
    return atDifference({ request, decisions: shown ? asked : [first as Decision, second as Decision], shown });
  });
  return diagrams.nodes.length;
}

function asker(
  sides: Comparing['sides'],
  store: EntityStore,
  timezone: string | undefined,
): (request: AccessRequest) => readonly [Decision, Decision] {
  const clock = timezone === undefined ? undefined : weekClock(timezone);
  const [first, second] = [interpreted(sides[0]), interpreted(sides[1])];
  return (request) => {
    const environment = environmentOf(request, store, clock);
    return [first(environment), second(environment)];
  };
}

function interpreted(side: readonly AccessClause[]): (environment: Environment) => Decision {
  const ordered = inOrderOfWeight(side);
  const interpreters = ordered.map(interpreterOf);
  return (environment) => weigh(ordered, interpreters, environment).decision;
}

/** What errs denies. */
function decisionReading(clauses: readonly AccessClause[]): Reading {
  const effectOf = (rule: number) => element(clauses, rule).effect;
  return {
    group: (rule) => effects.indexOf(effectOf(rule)),
    decide: (alive) => {
      if (alive.some(({ role }) => role === 'unsure')) return 'deny';
      const [first] = alive;
      return first === undefined ? 'not-applicable' : decisionOf[effectOf(first.rule)];
    },
  };
}

export type AccessRelation = {
  readonly relation: 'equivalent' | 'first-more' | 'second-more' | 'incomparable';
  /** A request that one side allows, and the other does not. */
  readonly firstAllows?: AccessRequest | undefined;
  readonly secondAllows?: AccessRequest | undefined;
};

/** Which side allows more. */
export function relateAccess(comparing: Comparing): AccessRelation {
  const found: { first?: AccessRequest; second?: AccessRequest } = {};
  walkAccess(comparing, ({ request, decisions: [one, other] }) => {
    if (one === 'allow') found.first ??= request;
    else if (other === 'allow') found.second ??= request;
    return found.first !== undefined && found.second !== undefined;
  });
  const { first, second } = found;
  const relation =
    first === undefined ? (second === undefined ? 'equivalent' : 'second-more') : second === undefined ? 'first-more' : 'incomparable';
  return {
    relation,
    ...(first === undefined ? {} : { firstAllows: first }),
    ...(second === undefined ? {} : { secondAllows: second }),
  };
}
