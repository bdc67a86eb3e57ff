/**
 * The request space cut up by a collection of sets. On each field's line the end points of all sets make atoms; atoms that lie in
 * the same sets fall into one class, and a class is all that a decision can depend on. Classes are small integers, numbered in order
 * of first appearance, IPv4 before IPv6, so that IPv6 costs nothing extra.
 */
import { element } from './element.ts';
import { families, type Family, familyLine, familyOf } from './addresses.ts';
import { type Box, type Field, fields } from './boxes.ts';
import { interner, type IntervalSet } from './intervals.ts';

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
  readonly domains: Readonly<Record<Family, Domain>>;
  readonly runs: (set: IntervalSet, family: Family) => Runs;
};

export type Space = { readonly [field in Field]: Line };

export function spaceOf(boxes: Iterable<Box>, whole: Box): Space {
  const sets = Object.fromEntries(fields.map((field) => [field, new Map<IntervalSet, number>()])) as {
    [field in Field]: Map<IntervalSet, number>;
  };
  for (const box of boxes) for (const field of fields) if (!sets[field].has(box[field])) sets[field].set(box[field], sets[field].size);
  const line = (field: Field) => lineOf([...sets[field].keys()], whole[field], field === 'destination' || field === 'source');
  return { destination: line('destination'), source: line('source'), service: line('service'), minute: line('minute') };
}

function lineOf(sets: readonly IntervalSet[], whole: IntervalSet, byFamily: boolean): Line {
  const intern = interner();
  const distinct = [...new Set(sets.map(intern))];
  const starts = atomStarts([whole, ...distinct]);
  const atomAt = new Map(starts.map((value, index) => [value, index]));
  const atomsOf = (set: IntervalSet) =>
    set.map(({ low, high }) => [atomAt.get(low) ?? starts.length, atomAt.get(high + 1n) ?? starts.length] as const);
  const parts = byFamily ? families.map((family) => [familyLine[family]]) : [];
  const classOf = classify(starts.length, [whole, ...parts, ...distinct].map(atomsOf), atomsOf(whole));
  const sample = samples(starts, classOf);
  const domains = byFamily ? addressDomains(sample) : { 4: { start: 0, end: sample.length }, 6: { start: 0, end: sample.length } };
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

/** Partition refinement: each set splits the classes that it cuts. Atoms outside of the whole get -1. */
function classify(atoms: number, sets: readonly AtomRanges[], whole: AtomRanges): Int32Array {
  const classOf = new Int32Array(atoms);
  let next = 1;
  for (const ranges of sets) {
    const renamed = new Map<number, number>();
    for (const [start, end] of ranges) {
      for (let atom = start; atom < end; atom += 1) {
        const old = element(classOf, atom);
        let fresh = renamed.get(old);
        if (fresh === undefined) renamed.set(old, (fresh = next++));
        classOf[atom] = fresh;
      }
    }
  }
  return renumber(classOf, whole);
}

function renumber(classOf: Int32Array, whole: AtomRanges): Int32Array {
  const numbers = new Map<number, number>();
  const renumbered = new Int32Array(classOf.length).fill(-1);
  for (const [start, end] of whole) {
    for (let atom = start; atom < end; atom += 1) {
      const old = element(classOf, atom);
      const number = numbers.get(old) ?? numbers.size;
      numbers.set(old, number);
      renumbered[atom] = number;
    }
  }
  return renumbered;
}

function samples(starts: readonly bigint[], classOf: Int32Array): readonly bigint[] {
  const found: bigint[] = [];
  classOf.forEach((number, atom) => {
    if (number >= 0) found[number] ??= element(starts, atom);
  });
  return found;
}

function addressDomains(sample: readonly bigint[]): Readonly<Record<Family, Domain>> {
  const ipv4 = sample.filter((value) => familyOf(value) === 4).length;
  return { 4: { start: 0, end: ipv4 }, 6: { start: ipv4, end: sample.length } };
}

type Reading = {
  readonly atomsOf: (set: IntervalSet) => AtomRanges;
  readonly classOf: Int32Array;
  readonly domains: Line['domains'];
  readonly intern: (set: IntervalSet) => IntervalSet;
};

function runReader({ atomsOf, classOf, domains, intern }: Reading): Line['runs'] {
  const known = new Map<IntervalSet, Record<Family, Runs>>();
  const read = (set: IntervalSet): Record<Family, Runs> => {
    const classes = classesOf(atomsOf(set), classOf, domains[6].end);
    return { 4: clip(classes, domains[4]), 6: clip(classes, domains[6]) };
  };
  return (set, family) => {
    let held = known.get(set);
    if (held === undefined) {
      const same = intern(set);
      held = known.get(same) ?? read(same);
      known.set(same, held);
      known.set(set, held);
    }
    return held[family];
  };
}

/** By class: whether the set holds it. */
function classesOf(ranges: AtomRanges, classOf: Int32Array, count: number): Uint8Array {
  const held = new Uint8Array(count);
  for (const [start, end] of ranges)
    for (let atom = start; atom < end; atom += 1) if (element(classOf, atom) >= 0) held[element(classOf, atom)] = 1;
  return held;
}

function clip(held: Uint8Array, { start, end }: Domain): Runs {
  const runs: number[] = [];
  for (let number = start; number < end; number += 1) {
    if (held[number] === 0) continue;
    if (runs.at(-1) === number) runs[runs.length - 1] = number + 1;
    else runs.push(number, number + 1);
  }
  return { full: runs.length === 2 && runs[0] === start && runs[1] === end, runs: Int32Array.from(runs) };
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
