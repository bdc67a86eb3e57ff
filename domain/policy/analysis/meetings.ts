/** Which of many sets of classes meet, by a sweep: as long as their runs and their meetings are many, not as their pairs. */
import { element } from '../element.ts';
import type { Runs } from '../space.ts';

export type ClassRuns = Runs;

export type Meetings = {
  readonly pairs: readonly (readonly [ClassRuns, ClassRuns])[];
  /** Runs that were held against each other. */
  readonly looks: number;
  /** That were more than `most`: not all pairs are there. */
  readonly cut: boolean;
};

type Span = { readonly start: number; readonly end: number; readonly side: 0 | 1; readonly set: number };

/** Pairs of one of `a` and one of `b` that have a class in common; each once. */
export function meetings(a: readonly ClassRuns[], b: readonly ClassRuns[], most: number): Meetings {
  const sides = [a, b] as const;
  const spans = [...spansOf(a, 0), ...spansOf(b, 1)].toSorted((x, y) => x.start - y.start);
  const met = new Set<number>();
  const open: [Span[], Span[]] = [[], []];
  let looks = 0;
  for (const span of spans) {
    const other = span.side === 0 ? 1 : 0;
    open[other] = open[other].filter(({ end }) => end > span.start);
    for (const { set } of open[other]) met.add(span.side === 0 ? span.set * b.length + set : set * b.length + span.set);
    open[span.side].push(span);
    looks += open[other].length + 1;
    if (looks > most) break;
  }
  const pairs = [...met].map((key) => [element(sides[0], Math.floor(key / b.length)), element(sides[1], key % b.length)] as const);
  return { pairs, looks, cut: looks > most };
}

function spansOf(sets: readonly ClassRuns[], side: 0 | 1): readonly Span[] {
  return sets.flatMap(({ runs }, set) =>
    Array.from({ length: runs.length / 2 }, (_, at) => ({ start: element(runs, 2 * at), end: element(runs, 2 * at + 1), side, set })),
  );
}

/** The first class that both hold. */
export function common(a: ClassRuns, b: ClassRuns): number | undefined {
  for (let i = 0, j = 0; i < a.runs.length && j < b.runs.length;) {
    const start = Math.max(element(a.runs, i), element(b.runs, j));
    if (start < element(a.runs, i + 1) && start < element(b.runs, j + 1)) return start;
    if (element(a.runs, i + 1) < element(b.runs, j + 1)) i += 2;
    else j += 2;
  }
  return undefined;
}
