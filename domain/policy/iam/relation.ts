/**
 * How two policies relate over all requests of a space of axes, by decision diagrams: each axis is cut into finitely many classes,
 * each with a sample, so that a difference is a request that a person can read.
 */
import { element } from '../element.ts';
import { walkDifferences } from '../compare.ts';
import { buildDiagram, type Clause, newStore, type Reading, type Roots } from '../diagram.ts';
import type { IntervalSet } from '../intervals.ts';
import { spaceOf } from '../space.ts';
import { isEnough, type Layered } from './layers.ts';

export type Relation = 'equivalent' | 'first-more' | 'second-more' | 'incomparable';

/** An axis's classes are the integers below `count`. */
export type Axis = { readonly name: string; readonly count: number };

export type AxisRule = {
  readonly effect: 'allow' | 'deny';
  readonly layer: string;
  readonly box: { readonly [axis: string]: IntervalSet };
};

/** In one of the alternatives each layer has to allow. */
export type AxisSide = Pick<Layered, 'alternatives'> & { readonly rules: readonly AxisRule[] };

/** The class on each axis. */
export type Point = readonly number[];

export type Differences = {
  /** Allowed by the first alone. */
  readonly first?: Point | undefined;
  readonly second?: Point | undefined;
};

/** Denies weigh more than allows; what is not allowed in enough layers is denied. */
export function allowedDifferences(axes: readonly Axis[], first: AxisSide, second: AxisSide): Differences {
  const whole = Object.fromEntries(axes.map(({ name, count }) => [name, [{ low: 0n, high: BigInt(count - 1) }]]));
  const store = newStore(
    spaceOf(
      axes.map(({ name }) => ({ name })),
      [...first.rules, ...second.rules].map(({ box }) => box),
      whole,
    ),
  );
  const diagram = ({ rules, alternatives }: AxisSide): Roots => {
    const layers = [...new Set(alternatives.flat())];
    const grouped = rules
      .map((rule) => ({ ...rule, group: rule.effect === 'deny' ? 0 : layers.indexOf(rule.layer) + 1 }))
      .filter(({ effect, group }) => effect === 'deny' || group > 0)
      .toSorted((one, other) => one.group - other.group);
    const clauses = grouped.map(({ box }, rule): Clause => ({ role: 'match', rule, box }));
    return buildDiagram(store, clauses, readingOf(grouped, { layers, alternatives }));
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

type Grouped = AxisRule & { readonly group: number };

type Layers = Pick<AxisSide, 'alternatives'> & { readonly layers: readonly string[] };

/** A deny silences all that allows; what allows in one layer says nothing of the others. */
function readingOf(rules: readonly Grouped[], { layers, alternatives }: Layers): Reading {
  const groupOf = (rule: number): number => element(rules, rule).group;
  return {
    group: groupOf,
    leaves: (rule) => (groupOf(rule) === 0 ? 0 : layers.length),
    most: 1,
    decide: (alive) => {
      if (alive[0] !== undefined && groupOf(alive[0].rule) === 0) return 'deny';
      return isEnough({ alternatives }, new Set(alive.map(({ rule }) => element(rules, rule).layer))) ? 'allow' : 'deny';
    },
  };
}

export function relationOf({ first, second }: { readonly first?: unknown; readonly second?: unknown }): Relation {
  if (first === undefined) return second === undefined ? 'equivalent' : 'second-more';
  return second === undefined ? 'first-more' : 'incomparable';
}
