/** Boxes of classes, one set of runs a level, and what is left of one without others. */
import { element } from '../element.ts';
import type { Runs } from '../space.ts';

/** By level. */
export type BoxRuns = readonly Runs[];

/** What is in the box and in none of the holes, as boxes that do not meet: of each hole at most one a level. */
export function withoutHoles(box: BoxRuns, holes: readonly BoxRuns[]): readonly BoxRuns[] {
  return holes.reduce<readonly BoxRuns[]>((left, hole) => left.flatMap((each) => withoutHole(each, hole)), isEmpty(box) ? [] : [box]);
}

function withoutHole(box: BoxRuns, hole: BoxRuns): readonly BoxRuns[] {
  const common = box.map((own, level) => meet(own, element(hole, level)));
  if (isEmpty(common)) return [box];
  return box.flatMap((own, level): readonly BoxRuns[] => {
    const rest = without(own, element(hole, level));
    return rest.runs.length === 0 ? [] : [[...common.slice(0, level), rest, ...box.slice(level + 1)]];
  });
}

function isEmpty(box: BoxRuns): boolean {
  return box.some(({ runs }) => runs.length === 0);
}

function meet(a: Runs, b: Runs): Runs {
  if (a === b || b.full) return a;
  if (a.full) return b;
  const runs: number[] = [];
  for (let i = 0, j = 0; i < a.runs.length && j < b.runs.length;) {
    const start = Math.max(element(a.runs, i), element(b.runs, j));
    const end = Math.min(element(a.runs, i + 1), element(b.runs, j + 1));
    if (start < end) runs.push(start, end);
    if (element(a.runs, i + 1) < element(b.runs, j + 1)) i += 2;
    else j += 2;
  }
  return { full: false, runs: Int32Array.from(runs) };
}

function without(a: Runs, b: Runs): Runs {
  const runs: number[] = [];
  let j = 0;
  for (let i = 0; i < a.runs.length; i += 2) {
    let from = element(a.runs, i);
    const end = element(a.runs, i + 1);
    while (j < b.runs.length && element(b.runs, j + 1) <= from) j += 2;
    for (let k = j; k < b.runs.length && element(b.runs, k) < end; k += 2) {
      if (element(b.runs, k) > from) runs.push(from, element(b.runs, k));
      from = element(b.runs, k + 1);
    }
    if (from < end) runs.push(from, end);
  }
  return { full: false, runs: Int32Array.from(runs) };
}
