/** Allows that open much, by measured size: what their match holds without their exceptions, in each family. */
import type { Path } from '../compare.ts';
import type { Roots } from '../diagram.ts';
import { element } from '../element.ts';
import { type Decisive, matchRuns, regionOf, type RuleSet } from './decisive.ts';
import type { Measure, Size } from './size.ts';
import { walkTogether } from './walk.ts';

export type Broad = {
  readonly rule: number;
  readonly sizes: readonly Size[];
  /** In which it is widest. */
  readonly part: number;
  /** To a request of it. */
  readonly path: Path | undefined;
};

export type Bounds = { readonly measure: Measure; readonly share: number };

/** What sums of logarithms may be off by. */
const rounding = 1e-9;

/** The widest first. */
export function broadRules<Name extends string>(set: RuleSet<Name>, found: Decisive<Name>, { measure, share }: Bounds): readonly Broad[] {
  const widest = (sizes: readonly Size[]) => sizes.reduce((best, size, part) => (size.share > (sizes[best]?.share ?? 0) ? part : best), 0);
  return set.rules
    .flatMap(({ effect }, rule): readonly Broad[] => {
      if (effect !== 'allow') return [];
      const runsOf = (level: number, part: number) => matchRuns(found, { rule, level, part });
      if (measure.roughShare(runsOf) < share - rounding) return [];
      const match = measure.ofBox(runsOf);
      // Exceptions only take away.
      if (match.every((size) => size.share < share)) return [];
      const sizes = element(found.clausesOf, rule).length === 1 ? match : measure.ofDiagram(regionOf(found, rule), isIn(found));
      const part = widest(sizes);
      return element(sizes, part).share < share ? [] : [{ rule, sizes, part, path: pathInto(found, rule) }];
    })
    .toSorted((a, b) => element(b.sizes, b.part).share - element(a.sizes, a.part).share);
}

function isIn({ store }: Decisive): (terminal: Roots[number]) => boolean {
  return (terminal) => store.terminals[terminal] === 'in';
}

function pathInto(found: Decisive, rule: number): Path | undefined {
  let path: Path | undefined;
  walkTogether(found.store, [regionOf(found, rule)], {
    within: (region) => found.store.terminals[region] !== '',
    atLeaf: (_, place) => {
      path = place;
      return true;
    },
  });
  return path;
}
