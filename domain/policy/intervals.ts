/**
 * Sets of integers as inclusive intervals: sorted, disjoint and never adjacent, so that equal sets are equal lists. All
 * fields of a request (addresses, services, minutes of the week) lie on such lines.
 */
import { element } from './element.ts';
export type Interval = { readonly low: bigint; readonly high: bigint };
export type IntervalSet = readonly Interval[];

export function intervalSet(intervals: readonly Interval[]): IntervalSet {
  const sorted = intervals.filter(({ low, high }) => low <= high).toSorted((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0));
  const merged: { low: bigint; high: bigint }[] = [];
  for (const { low, high } of sorted) {
    const last = merged.at(-1);
    if (last === undefined || low > last.high + 1n) merged.push({ low, high });
    else if (high > last.high) last.high = high;
  }
  return merged;
}

export function union(...sets: readonly IntervalSet[]): IntervalSet {
  return intervalSet(sets.flat());
}

export function intersect(a: IntervalSet, b: IntervalSet): IntervalSet {
  if (a === b || isWithin(a, b)) return a;
  if (isWithin(b, a)) return b;
  const found: Interval[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [left, right] = [element(a, i), element(b, j)];
    const low = left.low > right.low ? left.low : right.low;
    const high = left.high < right.high ? left.high : right.high;
    if (low <= high) found.push({ low, high });
    if (left.high < right.high) i += 1;
    else j += 1;
  }
  return found;
}

/** Whether one of the few intervals of `whole` holds all of a set: the commonest case, and the set itself is then the answer. */
function isWithin(set: IntervalSet, whole: IntervalSet): boolean {
  const [first, last] = [set[0], set.at(-1)];
  if (first === undefined || last === undefined || whole.length > 2) return false;
  return whole.some(({ low, high }) => low <= first.low && last.high <= high);
}

export function subtract(a: IntervalSet, b: IntervalSet): IntervalSet {
  const left: Interval[] = [];
  let j = 0;
  for (const { low, high } of a) {
    let from = low;
    while (j < b.length && element(b, j).high < low) j += 1;
    for (let k = j; k < b.length && element(b, k).low <= high; k += 1) {
      if (element(b, k).low > from) left.push({ low: from, high: element(b, k).low - 1n });
      from = element(b, k).high + 1n;
    }
    if (from <= high) left.push({ low: from, high });
  }
  return left;
}

export function holds(set: IntervalSet, value: bigint): boolean {
  return set.some(({ low, high }) => low <= value && value <= high);
}

export function isSubset(a: IntervalSet, b: IntervalSet): boolean {
  return subtract(a, b).length === 0;
}

export function isEqual(a: IntervalSet, b: IntervalSet): boolean {
  return a === b || (a.length === b.length && a.every(({ low, high }, index) => low === b[index]?.low && high === b[index].high));
}

/** Gives equal sets one representative: the first that was shown. */
export function interner(): (set: IntervalSet) => IntervalSet {
  const byObject = new Map<IntervalSet, IntervalSet>();
  const byEnds = new Map<string, IntervalSet[]>();
  return (set) => {
    const held = byObject.get(set);
    if (held !== undefined) return held;
    const ends = `${set.length} ${set[0]?.low} ${set.at(-1)?.high}`;
    const alike = byEnds.get(ends) ?? [];
    const found = alike.find((each) => isEqual(each, set)) ?? set;
    if (found === set) byEnds.set(ends, [...alike, set]);
    byObject.set(set, found);
    return found;
  };
}
