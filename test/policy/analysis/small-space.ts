/** Random rule sets over spaces that are small enough to try every request, and the plain reading of them. */
import * as fc from 'fast-check';
import type { ClauseRule } from '../../../domain/policy/clauses.ts';
import type { Clause } from '../../../domain/policy/diagram.ts';
import type { RuleSet } from '../../../domain/policy/analysis/decisive.ts';
import { holds, type IntervalSet, intervalSet } from '../../../domain/policy/intervals.ts';
import type { RuleEffect } from '../../../domain/policy/model.ts';
import type { BoxOf } from '../../../domain/policy/space.ts';

export type Name = 'x' | 'y' | 'z';
export type Point = Readonly<Record<Name, bigint>>;

/** `x` falls into two parts: 0–3 and 4–6. */
const line = { x: 7, y: 5, z: 3 } as const;
const names = ['x', 'y', 'z'] as const;

export const whole = { x: all(line.x), y: all(line.y), z: all(line.z) };

function all(size: number): IntervalSet {
  return [{ low: 0n, high: BigInt(size - 1) }];
}

export const points: readonly Point[] = count(line.x).flatMap((x) => count(line.y).flatMap((y) => count(line.z).map((z) => ({ x, y, z }))));

function count(size: number): readonly bigint[] {
  return Array.from({ length: size }, (_, value) => BigInt(value));
}

const dimensions = [
  {
    name: 'x',
    parts: [[{ low: 0n, high: 3n }], [{ low: 4n, high: 6n }]],
  },
  { name: 'y' },
  { name: 'z' },
] as const;

function setOf(name: Name): fc.Arbitrary<IntervalSet> {
  const some = fc
    .array(fc.tuple(fc.nat(line[name] - 1), fc.nat(2)), { minLength: 1, maxLength: 2 })
    .map((list) => intervalSet(list.map(([low, more]) => ({ low: BigInt(low), high: BigInt(Math.min(low + more, line[name] - 1)) }))));
  return fc.oneof(some, fc.constant(whole[name]));
}

const box = fc.record({ x: setOf('x'), y: setOf('y'), z: setOf('z') });

const excepts: fc.Arbitrary<readonly BoxOf<Name>[]> = fc.oneof(fc.constant([]), fc.array(box, { maxLength: 2 }));

const weight: Readonly<Record<RuleEffect, number>> = { deny: 0, allow: 1, claim: 2 };

export const ruleSets: fc.Arbitrary<RuleSet<Name>> = fc
  .array(
    fc.record({
      effect: fc.constantFrom<RuleEffect>('deny', 'allow', 'allow', 'claim'),
      match: box,
      except: excepts,
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((list) => {
    const ordered = list.toSorted((a, b) => weight[a.effect] - weight[b.effect]);
    const rules = ordered.map(({ effect }, index): ClauseRule => ({ id: `r${index}`, effect }));
    const clauses = ordered.flatMap(({ match, except }, rule): readonly Clause<Name>[] => [
      { role: 'match', rule, box: match },
      ...except.map((hole) => ({ role: 'except' as const, rule, box: hole })),
    ]);
    return { dimensions, whole, rules, clauses };
  });

/** The whole meaning of a rule set: for each point, whether each rule matches it. */
export type Table = { readonly set: RuleSet<Name>; readonly matches: (rule: number, point: number) => boolean };

export function tableOf(set: RuleSet<Name>): Table {
  const clausesOf = set.rules.map((_, rule) => set.clauses.filter((clause) => clause.rule === rule));
  const rows = clausesOf.map((own) =>
    points.map((point) => {
      const inBox = ({ box: at }: Clause<Name>) => names.every((name) => holds(at[name], point[name]));
      return (
        own.some((clause) => clause.role === 'match' && inBox(clause)) && !own.some((clause) => clause.role === 'except' && inBox(clause))
      );
    }),
  );
  return { set, matches: (rule, point) => rows[rule]![point]! };
}

/** What a point is decided as by the rules that are kept. */
export function decided({ set, matches }: Table, point: number, kept: (rule: number) => boolean = () => true): string {
  let best = 3;
  set.rules.forEach(({ effect }, rule) => {
    if (weight[effect] < best && kept(rule) && matches(rule, point)) best = weight[effect];
  });
  return ['deny', 'allow', 'deny', 'not-applicable'][best]!;
}

export function pointNumber({ x, y, z }: Point): number {
  return points.findIndex((point) => point.x === x && point.y === y && point.z === z);
}
