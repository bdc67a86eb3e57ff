/**
 * The request space cut up by a collection of sets, over any ordered list of dimensions. On each dimension's line the end points of
 * all sets make atoms; atoms that lie in the same sets fall into one class, and a class is all that a decision can depend on. Classes
 * are small integers, numbered so that sets are few runs of them: those of the largest set stand together, within it and beside it
 * those of the next. A group of hosts that are scattered over a line is then a run for each zone, not one for each host.
 *
 * A space may fall into parts that never meet in one request, such as IPv4 and IPv6: each part has its own run of classes and its
 * own diagrams, so that the second costs nothing extra.
 */
import { element } from './element.ts';
import { holds, interner, type IntervalSet } from './intervals.ts';

export type Dimension<Name extends string = string> = {
  readonly name: Name;
  /**
   * What of the line each part of the space has; absent, all. Every dimension that tells has the same number of them. A value may lie
   * in several parts that follow one another.
   */
  readonly parts?: readonly IntervalSet[] | undefined;
};

/** One set for each dimension. */
export type BoxOf<Name extends string> = { readonly [name in Name]: IntervalSet };

/** Half-open range of classes. */
export type Domain = { readonly start: number; readonly end: number };

/** A set as runs of classes `[start, end, start, end, …)` within a domain; `full` when it is the whole domain. */
export type Runs = { readonly full: boolean; readonly runs: Int32Array };

export type Line = {
  /** First value of each atom, ascending. */
  readonly starts: readonly bigint[];
  readonly classOf: Int32Array;
  /** A value of each class. */
  readonly sample: readonly bigint[];
  /** By part; one entry for each part of the space. */
  readonly domains: readonly Domain[];
  readonly runs: (set: IntervalSet, part: number) => Runs;
};

export type Space<Name extends string = string> = {
  /** In the order in which a diagram asks. */
  readonly names: readonly Name[];
  readonly parts: number;
  readonly lines: readonly Line[];
  readonly line: { readonly [name in Name]: Line };
};

/** `whole`: all requests that there are; what lies outside has no class. */
export function spaceOf<Name extends string>(
  dimensions: readonly Dimension<Name>[],
  boxes: Iterable<BoxOf<Name>>,
  whole: BoxOf<Name>,
): Space<Name> {
  const sets = dimensions.map(() => new Set<IntervalSet>());
  for (const box of boxes) for (const [at, { name }] of dimensions.entries()) element(sets, at).add(box[name]);
  const parts = Math.max(1, ...dimensions.map((dimension) => dimension.parts?.length ?? 1));
  const lines = dimensions.map((dimension, at) => lineOf([...element(sets, at)], whole[dimension.name], { dimension, parts }));
  const line = Object.fromEntries(dimensions.map(({ name }, at) => [name, element(lines, at)])) as { [name in Name]: Line };
  return { names: dimensions.map(({ name }) => name), parts, lines, line };
}

type Cut = { readonly dimension: Dimension; readonly parts: number };

function lineOf(sets: readonly IntervalSet[], whole: IntervalSet, { dimension, parts }: Cut): Line {
  const intern = interner();
  const distinct = [...new Set(sets.map(intern))];
  const cuts = dimension.parts ?? [];
  const starts = atomStarts([whole, ...cuts, ...distinct]);
  const atomAt = new Map(starts.map((value, index) => [value, index]));
  const atomsOf = (set: IntervalSet) =>
    set.map(({ low, high }) => [atomAt.get(low) ?? starts.length, atomAt.get(high + 1n) ?? starts.length] as const);
  const largestFirst = distinct
    .map(atomsOf)
    .map((ranges) => ({ ranges, atoms: atomCount(ranges) }))
    .toSorted((a, b) => b.atoms - a.atoms);
  const splitting = [...[whole, ...cuts].map(atomsOf), ...largestFirst.map(({ ranges }) => ranges)];
  const classes = classify(starts.length, splitting, atomsOf(whole));
  const { classOf, sample, domains } = inParts(classes, samples(starts, classes), { cuts, parts });
  return { starts, classOf, sample, domains, runs: runReader({ atomsOf, classOf, domains, intern }) };
}

function atomStarts(sets: readonly IntervalSet[]): readonly bigint[] {
  const values = new Set<bigint>();
  for (const set of sets) {
    for (const { low, high } of set) {
      values.add(low);
      values.add(high + 1n);
    }
  }
  return [...values].toSorted((a, b) => (a < b ? -1 : 1));
}

type AtomRanges = readonly (readonly [number, number])[];

function atomCount(ranges: AtomRanges): number {
  return ranges.reduce((sum, [start, end]) => sum + end - start, 0);
}

/**
 * Partition refinement: each set splits the classes that it cuts. What it holds of one comes to stand before the rest of it, so that
 * the order of the classes is that of which of the sets they lie in. Atoms outside of the whole get -1.
 */
function classify(atoms: number, sets: readonly AtomRanges[], whole: AtomRanges): Int32Array {
  const classOf = new Int32Array(atoms);
  /** The class that stands before each, -1 for none. The first of all, 0, stands last. */
  const before: number[] = [-1];
  let next = 1;
  for (const ranges of sets) {
    const renamed = new Map<number, number>();
    for (const [start, end] of ranges) {
      for (let atom = start; atom < end; atom += 1) {
        const old = element(classOf, atom);
        let fresh = renamed.get(old);
        if (fresh === undefined) {
          renamed.set(old, (fresh = next++));
          before.push(element(before, old));
          before[old] = fresh;
        }
        classOf[atom] = fresh;
      }
    }
  }
  return renumber(classOf, before, whole);
}

/** `before`: the class that stands before each. Classes that have atoms in the whole keep their order. */
function renumber(classOf: Int32Array, before: readonly number[], whole: AtomRanges): Int32Array {
  const isHeld = new Uint8Array(before.length);
  for (const [start, end] of whole) for (let atom = start; atom < end; atom += 1) isHeld[element(classOf, atom)] = 1;
  const held: number[] = [];
  for (let number = 0; number >= 0; number = element(before, number)) if (isHeld[number] === 1) held.push(number);
  const numbers = new Int32Array(before.length).fill(-1);
  held.forEach((number, place) => (numbers[number] = held.length - 1 - place));
  const renumbered = new Int32Array(classOf.length).fill(-1);
  for (const [start, end] of whole)
    for (let atom = start; atom < end; atom += 1) renumbered[atom] = element(numbers, element(classOf, atom));
  return renumbered;
}

function samples(starts: readonly bigint[], classOf: Int32Array): readonly bigint[] {
  const found: bigint[] = [];
  classOf.forEach((number, atom) => {
    if (number >= 0) found[number] ??= element(starts, atom);
  });
  return found;
}

type Numbered = { readonly classOf: Int32Array; readonly sample: readonly bigint[]; readonly domains: readonly Domain[] };

/** Numbers the classes part by part, so that those of each part stand together. */
function inParts(
  classOf: Int32Array,
  sample: readonly bigint[],
  { cuts, parts }: { readonly cuts: readonly IntervalSet[]; readonly parts: number },
): Numbered {
  if (cuts.length === 0) return { classOf, sample, domains: Array.from({ length: parts }, () => ({ start: 0, end: sample.length })) };
  const held = sample.map((value) => cuts.flatMap((cut, part) => (holds(cut, value) ? [part] : [])));
  const order = sample.map((_, number) => number).toSorted((a, b) => place(element(held, a)) - place(element(held, b)) || a - b);
  const renumbered = new Int32Array(sample.length);
  order.forEach((old, number) => (renumbered[old] = number));
  return {
    classOf: classOf.map((old) => (old < 0 ? old : element(renumbered, old))),
    sample: order.map((old) => element(sample, old)),
    domains: cuts.map((_, part) => domainOf(order.map((old) => element(held, old).includes(part)))),
  };

  function place(partsHeld: readonly number[]): number {
    return (partsHeld[0] ?? parts) * (parts + 1) + (partsHeld.at(-1) ?? parts);
  }
}

function domainOf(isIn: readonly boolean[]): Domain {
  const start = isIn.indexOf(true);
  return start < 0 ? { start: 0, end: 0 } : { start, end: isIn.lastIndexOf(true) + 1 };
}

type Reading = {
  readonly atomsOf: (set: IntervalSet) => AtomRanges;
  readonly classOf: Int32Array;
  readonly domains: Line['domains'];
  readonly intern: (set: IntervalSet) => IntervalSet;
};

function runReader({ atomsOf, classOf, domains, intern }: Reading): Line['runs'] {
  const known = new Map<IntervalSet, readonly Runs[]>();
  const count = Math.max(...domains.map(({ end }) => end));
  const read = (set: IntervalSet): readonly Runs[] => {
    const classes = classesOf(atomsOf(set), classOf, count);
    return domains.map((domain) => clip(classes, domain));
  };
  return (set, part) => {
    let held = known.get(set);
    if (held === undefined) {
      const same = intern(set);
      held = known.get(same) ?? read(same);
      known.set(same, held);
      known.set(set, held);
    }
    return element(held, part);
  };
}

/** The classes of a set, ascending. Of a large one they are marked, of a small one sorted: most sets of a large space are small. */
function classesOf(ranges: AtomRanges, classOf: Int32Array, count: number): Int32Array {
  const atoms = atomCount(ranges);
  if (atoms * 8 > count) return markedClasses(ranges, classOf, count);
  const found = new Int32Array(atoms);
  let at = 0;
  for (const [start, end] of ranges) for (let atom = start; atom < end; atom += 1) found[at++] = element(classOf, atom);
  found.sort();
  return found.filter((number, index) => number >= 0 && number !== found[index - 1]);
}

function markedClasses(ranges: AtomRanges, classOf: Int32Array, count: number): Int32Array {
  const held = new Uint8Array(count);
  for (const [start, end] of ranges)
    for (let atom = start; atom < end; atom += 1) if (element(classOf, atom) >= 0) held[element(classOf, atom)] = 1;
  const found = new Int32Array(held.reduce((sum, each) => sum + each, 0));
  let at = 0;
  for (let number = 0; number < count; number += 1) if (held[number] === 1) found[at++] = number;
  return found;
}

function clip(classes: Int32Array, { start, end }: Domain): Runs {
  const runs: number[] = [];
  for (let index = firstFrom(classes, start); index < classes.length; index += 1) {
    const number = element(classes, index);
    if (number >= end) break;
    if (runs.at(-1) === number) runs[runs.length - 1] = number + 1;
    else runs.push(number, number + 1);
  }
  return { full: runs.length === 2 && runs[0] === start && runs[1] === end, runs: Int32Array.from(runs) };
}

/** The first place that holds no less than a number. */
function firstFrom(classes: Int32Array, number: number): number {
  let low = 0;
  let high = classes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (element(classes, middle) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The class of a value, by binary search; -1 outside of the whole. */
export function classAt(line: Line, value: bigint): number {
  let low = 0;
  let high = line.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((line.starts[middle] ?? 0n) <= value) low = middle;
    else high = middle - 1;
  }
  return (line.starts[low] ?? 0n) <= value ? (line.classOf[low] ?? -1) : -1;
}
