/**
 * How two policies relate over all requests of a space of axes, by decision diagrams: each axis is cut into finitely many classes,
 * each with a sample, so that a difference is a request that a person can read.
 */
import { element } from '../element.ts';
import { walkDifferences } from '../compare.ts';
import { buildDiagram, type Clause, newStore, type Reading, type Roots } from '../diagram.ts';
import type { IntervalSet } from '../intervals.ts';
import { spaceOf } from '../space.ts';

export type Relation = 'equivalent' | 'first-more' | 'second-more' | 'incomparable';

/** An axis's classes are the integers below `count`. */
export type Axis = { readonly name: string; readonly count: number };

export type AxisRule = { readonly effect: 'allow' | 'deny'; readonly box: { readonly [axis: string]: IntervalSet } };

/** The class on each axis. */
export type Point = readonly number[];

export type Differences = {
  /** Allowed by the first alone. */
  readonly first?: Point | undefined;
  readonly second?: Point | undefined;
};

/** Denies weigh more than allows; what nothing allows is denied. */
export function allowedDifferences(axes: readonly Axis[], first: readonly AxisRule[], second: readonly AxisRule[]): Differences {
  const whole = Object.fromEntries(axes.map(({ name, count }) => [name, [{ low: 0n, high: BigInt(count - 1) }]]));
  const store = newStore(
    spaceOf(
      axes.map(({ name }) => ({ name })),
      [...first, ...second].map(({ box }) => box),
      whole,
    ),
  );
  const diagram = (rules: readonly AxisRule[]): Roots => {
    const ordered = [...rules.filter(({ effect }) => effect === 'deny'), ...rules.filter(({ effect }) => effect === 'allow')];
    const clauses = ordered.map(({ box }, rule): Clause => ({ role: 'match', rule, box }));
    return buildDiagram(store, clauses, readingOf(ordered));
  };
  const found: { first?: Point; second?: Point } = {};
  walkDifferences(store, [diagram(first), diagram(second)], ([before], { classes }) => {
    const side = before === 'allow' ? 'first' : 'second';
    found[side] ??= classes.map((number, level) => Number(sampleOf(element(store.space.lines, level).sample, number)));
    return found.first !== undefined && found.second !== undefined;
  });
  return found;
}

function sampleOf(samples: readonly bigint[], number: number | undefined): bigint {
  return element(samples, number ?? 0);
}

function readingOf(rules: readonly AxisRule[]): Reading {
  return {
    group: (rule) => (element(rules, rule).effect === 'deny' ? 0 : 1),
    decide: (alive) => (alive[0] !== undefined && element(rules, alive[0].rule).effect === 'allow' ? 'allow' : 'deny'),
  };
}

export function relationOf({ first, second }: { readonly first?: unknown; readonly second?: unknown }): Relation {
  if (first === undefined) return second === undefined ? 'equivalent' : 'second-more';
  return second === undefined ? 'first-more' : 'incomparable';
}
