/**
 * Cuts all strings into the classes that a collection of patterns can tell apart: two strings are of one class when the same
 * patterns hold them. The classes are the accepting signatures of the deterministic automaton of all patterns together, built
 * state by state (the subset construction of Rabin and Scott, "Finite automata and their decision problems", 1959), so that only
 * classes that some string has are ever made, each with a shortest string of it. Strings thus become small integers of a line.
 *
 * Hundreds of patterns with common beginnings cost their length together. Patterns that float (`*a*`, `*b*`, …) have exponentially
 * many classes by themselves; a bound on the states says so rather than run on.
 */
import { element } from '../element.ts';
import { EdictError } from '../../errors.ts';
import { type IntervalSet, intervalSet } from '../intervals.ts';
import { automatonOf, type Position, settle, successors } from './automaton.ts';
import type { Pattern } from './pattern.ts';

export type StringClasses = {
  readonly count: number;
  /** A shortest string of each class. */
  readonly samples: readonly string[];
  /** The classes that a pattern of the collection holds. */
  readonly of: (pattern: Pattern) => IntervalSet;
  readonly whole: IntervalSet;
};

export type ClassesOptions = {
  /** Only strings that one of these holds are looked at; all unless told. */
  readonly universe?: readonly Pattern[] | undefined;
  /** Positions visited at most, over all states. */
  readonly budget?: number | undefined;
};

const usualBudget = 2_000_000;

/** Throws `input-too-large` where the patterns have more classes than the budget can visit. */
export function stringClasses(patterns: readonly Pattern[], { universe, budget = usualBudget }: ClassesOptions = {}): StringClasses {
  const distinct = [...new Map(patterns.map((pattern) => [pattern.key, pattern])).values()];
  const found = explore(distinct, universe ?? [], budget);
  const held = new Map<string, number[]>(distinct.map(({ key }) => [key, []]));
  found.forEach(({ accepting }, number) => {
    for (const index of accepting) held.get(element(distinct, index).key)?.push(number);
  });
  const sets = new Map([...held].map(([key, numbers]) => [key, setOf(numbers)]));
  return {
    count: found.length,
    samples: found.map(({ sample }) => sample),
    of: ({ key }) => sets.get(key) ?? [],
    whole: found.length === 0 ? [] : [{ low: 0n, high: BigInt(found.length - 1) }],
  };
}

export function setOf(numbers: readonly number[]): IntervalSet {
  return intervalSet(numbers.map((number) => ({ low: BigInt(number), high: BigInt(number) })));
}

type Found = { readonly accepting: readonly number[]; readonly sample: string };

type State = { readonly alive: readonly number[]; readonly from: State | undefined; readonly by: number };

function explore(patterns: readonly Pattern[], universe: readonly Pattern[], budget: number): readonly Found[] {
  const positions = automatonOf([...patterns, ...universe]);
  const within = universe.length === 0 ? undefined : livePositions(positions, patterns.length);
  const first = settle(positions, [0]);
  const seen = new Set([keyOf(first)]);
  const queue: State[] = [{ alive: first, from: undefined, by: 0 }];
  const classes = new Map<string, Found>();
  let spent = first.length;
  for (let at = 0; at < queue.length; at += 1) {
    const state = element(queue, at);
    keep(classes, positions, { state, own: patterns.length, all: within === undefined });
    for (const { alive, by } of stepsFrom(positions, state.alive)) {
      if (within !== undefined && !alive.some((position) => within.has(position))) continue;
      const key = keyOf(alive);
      if (seen.has(key)) continue;
      seen.add(key);
      spent += alive.length + 1;
      if (spent > budget) throw tooMany(patterns.length, classes.size);
      queue.push({ alive, from: state, by });
    }
  }
  return [...classes.values()];
}

/** Positions from which a pattern of the universe can still be met. Positions are in preorder: what lies below comes after. */
function livePositions(positions: readonly Position[], own: number): ReadonlySet<number> {
  const live = new Set<number>();
  for (let at = positions.length - 1; at >= 0; at -= 1) {
    const { accepts, steps } = element(positions, at);
    if (accepts.some((index) => index >= own) || steps.some(({ to }) => live.has(to))) live.add(at);
  }
  return live;
}

function tooMany(patterns: number, classes: number): EdictError {
  return new EdictError('input-too-large', `${patterns} patterns tell apart more than ${classes} kinds of text`, {
    expected: 'patterns whose text begins before the wildcard, such as `home/*`',
    help: 'many patterns of the form `*text*` in one place multiply: name what comes before',
  });
}

type Keeping = { readonly state: State; readonly own: number; readonly all: boolean };

function keep(classes: Map<string, Found>, positions: readonly Position[], { state, own, all }: Keeping): void {
  const accepting = state.alive.flatMap((position) => element(positions, position).accepts);
  const signature = accepting.filter((index) => index < own).sort((a, b) => a - b);
  if (!all && signature.length === accepting.length) return;
  const key = keyOf(signature);
  if (!classes.has(key)) classes.set(key, { accepting: signature, sample: textOf(state) });
}

function textOf(state: State): string {
  const codes: number[] = [];
  for (let at = state; at.from !== undefined; at = at.from) codes.push(at.by);
  return String.fromCodePoint(...codes.toReversed());
}

type Step = { readonly alive: readonly number[]; readonly by: number };

/** One step for each character that a token here names, and one for any other. */
function stepsFrom(positions: readonly Position[], alive: readonly number[]): readonly Step[] {
  const named = new Set<number>();
  for (const position of alive) {
    const { repeats, steps } = element(positions, position);
    for (const code of repeats?.codes ?? []) named.add(code);
    for (const { token } of steps) for (const code of token.set.codes) named.add(code);
  }
  return [otherThan(named), ...named].map((by) => ({
    by,
    alive: settle(
      positions,
      alive.flatMap((position) => successors(element(positions, position), position, by)),
    ),
  }));
}

const readable = Array.from('xyzabcdefghijklmnopqrstuvw0123456789-', (character) => character.codePointAt(0) ?? 0);

/** A character that nobody names, one that a person can read where there is one. */
function otherThan(named: ReadonlySet<number>): number {
  const found = readable.find((code) => !named.has(code));
  if (found !== undefined) return found;
  let code = 0x100;
  while (named.has(code)) code += 1;
  return code;
}

function keyOf(numbers: readonly number[]): string {
  return numbers.join(',');
}
