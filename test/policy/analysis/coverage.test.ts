import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { broadRules } from '../../../domain/policy/analysis/broad.ts';
import { needlessRules } from '../../../domain/policy/analysis/coverage.ts';
import { decisive, type Decisive, regionOf, type RuleSet } from '../../../domain/policy/analysis/decisive.ts';
import { overlapsOf } from '../../../domain/policy/analysis/overlaps.ts';
import { measureOf } from '../../../domain/policy/analysis/size.ts';
import type { Path } from '../../../domain/policy/compare.ts';
import { runs } from '../../law.ts';
import { decided, type Name, pointNumber, points, ruleSets, type Table, tableOf } from './small-space.ts';

const every = points.map((_, number) => number);

const weight = { deny: 0, allow: 1, claim: 2 } as const;

/** By every request: what each rule is to the others. */
function standings(table: Table): readonly (string | undefined)[] {
  const { set, matches } = table;
  return set.rules.map(({ effect }, rule) => {
    const own = every.filter((point) => matches(rule, point));
    if (own.length === 0) return 'empty';
    const overruled = (point: number) => set.rules.some((other, index) => weight[other.effect] < weight[effect] && matches(index, point));
    if (own.every(overruled)) return 'shadowed';
    return own.every((point) => decided(table, point) === decided(table, point, (kept) => kept !== rule)) ? 'redundant' : undefined;
  });
}

test('a rule is said to be needless exactly where trying every request says so', () => {
  fc.assert(
    fc.property(ruleSets, (set) => {
      const found = new Map(needlessRules(set, decisive(set)).map((one) => [one.rule, one.standing]));
      expect(set.rules.map((_, rule) => found.get(rule))).toEqual(standings(tableOf(set)));
    }),
    runs(300),
  );
});

test('all that may go together go, and no decision changes', () => {
  fc.assert(
    fc.property(ruleSets, (set) => {
      const table = tableOf(set);
      const needless = needlessRules(set, decisive(set));
      const dropped = new Set(needless.filter(({ droppable }) => droppable).map(({ rule }) => rule));
      expect(every.filter((point) => decided(table, point, (rule) => !dropped.has(rule)) !== decided(table, point))).toEqual([]);
      expect(dropped.size > 0).toBe(needless.length > 0);
    }),
    runs(200),
  );
});

test('the rules that are named decide every request of a needless rule without it', () => {
  fc.assert(
    fc.property(ruleSets, (set) => {
      const table = tableOf(set);
      const found = decisive(set);
      for (const { rule, by, path, standing } of needlessRules(set, found)) {
        const own = every.filter((point) => table.matches(rule, point));
        const otherwise = own.filter((point) => decided(table, point, (other) => by.includes(other)) !== decided(table, point));
        expect({ otherwise, itself: by.includes(rule), shown: path !== undefined }).toEqual({
          otherwise: [],
          itself: false,
          shown: standing !== 'empty',
        });
        if (path !== undefined) expect(own).toContain(pointAt(found.store.space, path));
      }
    }),
    runs(200),
  );
});

test('an allow and a deny are at odds exactly where a request matches both', () => {
  fc.assert(
    fc.property(ruleSets, (set) => {
      const table = tableOf(set);
      const found = decisive(set);
      const overlaps = overlapsOf(set, found);
      expect(overlaps.cut).toBe(false);
      expect(overlaps.found.map(({ allow, deny, relation }) => ({ allow, deny, relation }))).toEqual(pairs(table));
      const shown = overlaps.found.map(({ path }) => pointAt(found.store.space, path));
      overlaps.found.forEach(({ allow, deny }, at) => expect([allow, deny].every((rule) => table.matches(rule, shown[at]!))).toBe(true));
    }),
    runs(200),
  );
});

function pairs({ set, matches }: Table) {
  const of = (effect: string) => set.rules.flatMap((rule, index) => (rule.effect === effect ? [index] : []));
  return of('allow').flatMap((allow) =>
    of('deny').flatMap((deny) => {
      const some = (own: boolean, other: boolean) => every.some((point) => matches(allow, point) === own && matches(deny, point) === other);
      if (!some(true, true) || !some(true, false)) return [];
      return [{ allow, deny, relation: some(false, true) ? 'correlated' : 'conflicting' }];
    }),
  );
}

test('what is allowed is counted to the request, part by part', () => {
  fc.assert(
    fc.property(ruleSets, (set) => {
      const table = tableOf(set);
      const found = decisive(set);
      const allowed = every.filter((point) => decided(table, point) === 'allow').map((point) => points[point]!.x);
      const counted = measureOf(found.store).ofDiagram(found.roots, (terminal) => effectAt(set, found, terminal) === 'allow');
      expect(counted.map(({ requests }) => Number(requests))).toEqual([
        allowed.filter((x) => x <= 3n).length,
        allowed.filter((x) => x > 3n).length,
      ]);
    }),
    runs(200),
  );
});

test('an allow is over-broad exactly where what it applies to is as large as that', () => {
  fc.assert(
    fc.property(ruleSets, fc.nat(), (set, chosen) => {
      const found = decisive(set);
      const measure = measureOf(found.store);
      const allows = set.rules.flatMap(({ effect }, rule) => (effect === 'allow' ? [rule] : []));
      const widest = new Map(
        allows.map((rule) => {
          const sizes = measure.ofDiagram(regionOf(found, rule), (terminal) => found.store.terminals[terminal] === 'in');
          return [rule, Math.max(...sizes.map(({ share }) => share))] as const;
        }),
      );
      // As large as one of them, so that the bound itself is met.
      const share = [...widest.values()][chosen % Math.max(1, widest.size)] || 0.5;
      const told = broadRules(set, found, { measure, share }).map(({ rule }) => rule);
      expect(told.toSorted((a, b) => a - b)).toEqual(allows.filter((rule) => (widest.get(rule) ?? 0) >= share));
    }),
    runs(100),
  );
});

function effectAt({ rules }: RuleSet, { deciding }: Decisive, terminal: number): string | undefined {
  const rule = deciding.get(terminal)?.rules[0];
  return rule === undefined ? undefined : rules[rule]?.effect;
}

/** A request at the path; where the path leaves it open, the last class of its part. */
function pointAt(space: Decisive<Name>['store']['space'], { part, classes }: Path): number {
  const [x = -1n, y = -1n, z = -1n] = space.lines.map((line, level) => line.sample[classes[level] ?? line.domains[part]!.end - 1]);
  return pointNumber({ x, y, z });
}
