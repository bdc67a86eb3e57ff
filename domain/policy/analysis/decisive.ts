/**
 * Which rules decide what: a diagram whose terminals name the rules of the weightiest effect that match, at most two of them. One
 * rule alone cannot be done without there; of two, either can.
 */
import type { ClauseRule } from '../clauses.ts';
import { buildDiagram, type Clause, newStore, type NodeId, type Reading, type Roots, type Store, type Survivor } from '../diagram.ts';
import { element } from '../element.ts';
import type { RuleEffect } from '../model.ts';
import { type BoxRuns, withoutHoles } from './run-sets.ts';
import { type BoxOf, type Dimension, type Runs, spaceOf } from '../space.ts';

/** Rules over a space of requests, whatever their kind; in order of weight, their clauses in the order of the rules. */
export type RuleSet<Name extends string = string> = {
  readonly dimensions: readonly Dimension<Name>[];
  /** All complete requests. */
  readonly whole: BoxOf<Name>;
  readonly rules: readonly ClauseRule[];
  readonly clauses: readonly Clause<Name>[];
};

export type Decisive<Name extends string = string> = {
  readonly store: Store<Name>;
  readonly roots: Roots;
  readonly deciding: ReadonlyMap<NodeId, Deciding>;
  /** By rule: its match, then its exceptions. */
  readonly clausesOf: readonly (readonly Clause<Name>[])[];
};

/** What a terminal says. */
export type Deciding = {
  /** The rules that decide, at most two, of one effect. */
  readonly rules: readonly number[];
  /** Where denies decide, and without any denies claims would: the claims, at most two. */
  readonly claims: readonly number[];
};

const weight: Readonly<Record<RuleEffect, number>> = { deny: 0, allow: 1, claim: 2 };

/** More of one effect than these cannot matter to whether one of them can be done without. */
const most = 2;

export function decisive<Name extends string>({ dimensions, whole, rules, clauses }: RuleSet<Name>): Decisive<Name> {
  const boxes = clauses.map(({ box }) => box);
  const store = newStore(spaceOf(dimensions, boxes, whole));
  const said = new Map<string, Deciding>();
  const roots = buildDiagram(store, clauses, effectReading(rules, said));
  const deciding = new Map<NodeId, Deciding>();
  store.terminals.forEach((text, id) => {
    const found = text === undefined ? undefined : said.get(text);
    if (found !== undefined) deciding.set(id, found);
  });
  const clausesOf = rules.map((): Clause<Name>[] => []);
  for (const clause of clauses) element(clausesOf, clause.rule).push(clause);
  return { store, roots, deciding, clausesOf };
}

/** Notes what each terminal says. */
function effectReading(rules: readonly ClauseRule[], said: Map<string, Deciding>): Reading {
  const groups = rules.map(({ effect }) => weight[effect]);
  const group = (rule: number) => element(groups, rule);
  return {
    group,
    most,
    // What would decide without a deny is told too.
    leaves: (rule) => (group(rule) === weight.deny ? weight.claim : group(rule)),
    decide: (alive) => {
      const first = groupAt(alive, 0, group);
      const next = first[0] !== undefined && group(first[0]) === weight.deny ? groupAt(alive, first.length, group) : [];
      const claims = next[0] !== undefined && group(next[0]) === weight.claim ? next.slice(0, most) : [];
      const deciding = { rules: first.slice(0, most), claims };
      const text = `${deciding.rules.join(' ')}/${claims.join(' ')}`;
      said.set(text, deciding);
      return text;
    },
  };
}

/** The rules from one on that are of its group. */
function groupAt(alive: readonly Survivor[], start: number, group: (rule: number) => number): readonly number[] {
  const found: number[] = [];
  for (let at = start; at < alive.length; at += 1) {
    const { rule } = element(alive, at);
    if (found[0] !== undefined && group(found[0]) !== group(rule)) break;
    found.push(rule);
  }
  return found;
}

/** Where a rule applies: the diagram says `in` there. */
export function regionOf<Name extends string>({ store, clausesOf }: Decisive<Name>, rule: number): Roots {
  return buildDiagram(store, element(clausesOf, rule), { group: () => 0, decide: (alive) => (alive.length > 0 ? 'in' : '') });
}

type Place = { readonly rule: number; readonly level: number; readonly part: number };

/** Of the rule's match, without its exceptions. Equal sets are one object. */
export function matchRuns(found: Decisive, { rule, level, part }: Place): Runs {
  return runsOf(found, element(element(found.clausesOf, rule), 0), { level, part });
}

function runsOf({ store }: Decisive, { box }: Clause, { level, part }: Omit<Place, 'rule'>): Runs {
  return element(store.space.lines, level).runs(box[element(store.space.names, level)] ?? [], part);
}

/** Where a rule applies, as boxes that do not meet: its match without its exceptions. */
export function boxesOf(found: Decisive, rule: number, part: number): readonly BoxRuns[] {
  const boxes = element(found.clausesOf, rule).map((clause) =>
    found.store.space.lines.map((_line, level) => runsOf(found, clause, { level, part })),
  );
  return withoutHoles(element(boxes, 0), boxes.slice(1));
}
