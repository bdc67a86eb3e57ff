/**
 * Decision diagrams over requests, after Gouda and Liu, "Structured firewall design" (Computer Networks 51, 2007): one level for
 * each dimension, edges labelled with intervals (here: runs of classes, see space.ts), equal nodes shared. Diagrams of one store are
 * canonical, so that two of them decide alike exactly when their roots are the same number.
 *
 * They are built top down: at each node the clauses that are still alive are split by the dimension's classes, and each distinct
 * list of survivors is built once. Lists are rows of numbers that are used again at each node of a level: nothing is made for them.
 */
import { element } from './element.ts';
import { type ListMap, listMap } from './lists/list-map.ts';
import { append, mergeInto, newRow, type Row, toggle } from './lists/row.ts';
import { type AnyStore, join, type NodeId, type Roots, type Store, terminal } from './diagrams/nodes.ts';
import type { Domain, Runs, Space } from './space.ts';
import { type Clause, type ClauseTable, clauseTable, type Reading, simplify, type Survivor } from './diagrams/survivors.ts';

export { childOf, newStore } from './diagrams/nodes.ts';
export type { Node, NodeId, Roots, Store } from './diagrams/nodes.ts';
export type { Clause, Reading, Survivor } from './diagrams/survivors.ts';

type Build = {
  readonly store: AnyStore & { readonly space: Pick<Space, 'lines' | 'parts'> };
  readonly clauses: readonly Survivor[];
  readonly table: ClauseTable;
  /** By level, then clause. */
  readonly runs: readonly (readonly Runs[])[];
  readonly reading: Reading;
  readonly part: number;
  /** By level and survivors; of terminals last. */
  readonly built: readonly ListMap[];
  /** For each clause: a bit for each level whose classes its sets tell apart. */
  readonly tells: Uint32Array;
  /** By level. */
  readonly desks: (Desk | undefined)[];
};

export function buildDiagram<Name extends string>(store: Store<Name>, clauses: readonly Clause<Name>[], reading: Reading): Roots {
  const { names, lines, parts } = store.space;
  const table = clauseTable(clauses, reading);
  return Array.from({ length: parts }, (_, part) => {
    const runs = names.map((name, level) => clauses.map(({ box }) => element(lines, level).runs(box[name], part)));
    return buildPart({ store, clauses, table, runs, reading, part });
  });
}

type Given = Pick<Build, 'store' | 'clauses' | 'table' | 'runs' | 'reading' | 'part'>;

function buildPart(given: Given): NodeId {
  const { lines } = given.store.space;
  const alive = newRow();
  const tells = new Uint32Array(given.clauses.length);
  for (let index = 0; index < given.clauses.length; index += 1) if (isPossible(given, tells, index)) append(alive, index);
  const build: Build = { ...given, runs: withinMatches(given), built: [...lines, undefined].map(listMap), tells, desks: [] };
  const kept = newRow();
  simplify(build.table, 0, { alive, kept });
  return nodeOf(build, 0, kept);
}

/** Fills in what the clause's sets say of levels. */
function isPossible({ runs, table }: Given, tells: Uint32Array, index: number): boolean {
  let isPossible = true;
  let [bits, from] = [0, 0];
  for (let level = 0; level < runs.length; level += 1) {
    const { full, runs: own } = element(element(runs, level), index);
    if (!full) {
      if (level < wordBits) bits |= 1 << level;
      from = level + 1;
    }
    if (own.length === 0) isPossible = false;
  }
  tells[index] = bits;
  table.coversFrom[index] = from;
  return isPossible;
}

/** Where an exception is for all there is at a level, it is for all that its rule matches: it need not live on where the rule does not. */
function withinMatches({ clauses, runs }: Given): Build['runs'] {
  if (clauses.every(({ role }) => role === 'match')) return runs;
  return runs.map((list) => {
    let match = -1;
    return list.map((own, index) => {
      const { role, rule } = element(clauses, index);
      if (role === 'match') match = index;
      return own.full && match >= 0 && element(clauses, match).rule === rule ? element(list, match) : own;
    });
  });
}

/**
 * Levels at which no survivor tells classes apart are passed by. What was the shortest list on the way in still is: a survivor that
 * covers all that is left from a later level on does so from here on.
 */
function nodeOf(build: Build, from: number, alive: Row): NodeId {
  const { store, reading } = build;
  const level = levelOf(build, from, alive);
  const built = element(build.built, level);
  const held = built.get(alive.numbers, alive.count);
  if (held >= 0) return held;
  const id = level === store.space.lines.length ? terminal(store, reading.decide(survivorsOf(build, alive))) : split(build, level, alive);
  // INVARIANT: a row belongs to the level above, and what is built below only writes to rows of its own.
  built.set(alive.numbers, alive.count, id);
  return id;
}

function survivorsOf({ clauses }: Build, { numbers, count }: Row): readonly Survivor[] {
  const found: Survivor[] = [];
  for (let at = 0; at < count; at += 1) found.push(element(clauses, numbers[at] ?? -1));
  return found;
}

/** Levels that one number has a bit for. */
const wordBits = 32;

function levelOf(build: Build, from: number, alive: Row): number {
  const { store, tells } = build;
  if (store.space.lines.length > wordBits - 1) return levelOfMany(build, from, alive);
  let bits = 0;
  for (let at = 0; at < alive.count; at += 1) bits |= tells[alive.numbers[at] ?? 0] ?? 0;
  const later = bits >>> from;
  return later === 0 ? store.space.lines.length : from + 31 - Math.clz32(later & -later);
}

function levelOfMany({ store, runs }: Build, from: number, { numbers, count }: Row): number {
  const { length } = store.space.lines;
  for (let level = from; level < length; level += 1) {
    const runsOf = element(runs, level);
    for (let at = 0; at < count; at += 1) if (!element(runsOf, element(numbers, at)).full) return level;
  }
  return length;
}

/** What the work at one node needs, used again for the next of its level. */
type Desk = {
  /** Survivors that this level does not tell apart. */
  readonly whole: Row;
  /** Of the others, those of the class that is looked at. */
  readonly present: Row;
  readonly alive: Row;
  readonly kept: Row;
  readonly starts: Row;
  readonly children: Row;
  /** By what is present: where the same comes again, so does the child. */
  readonly met: ListMap;
  /** Starts and ends of the others' runs as numbers to sort: the class, then the clause. A clause that is met again ends. */
  events: Float64Array<ArrayBuffer>;
};

function deskOf({ desks }: Build, level: number): Desk {
  desks[level] ??= {
    whole: newRow(),
    present: newRow(),
    alive: newRow(),
    kept: newRow(),
    starts: newRow(),
    children: newRow(),
    met: listMap(),
    events: new Float64Array(16),
  };
  const desk = element(desks, level);
  for (const row of [desk.whole, desk.present, desk.starts, desk.children]) row.count = 0;
  desk.met.clear();
  return desk;
}

function split(build: Build, level: number, alive: Row): NodeId {
  const domain = element(element(build.store.space.lines, level).domains, build.part);
  const desk = deskOf(build, level);
  const runsOf = element(build.runs, level);
  let count = 0;
  for (let at = 0; at < alive.count; at += 1) {
    const index = alive.numbers[at] ?? 0;
    const { full, runs } = element(runsOf, index);
    if (full) append(desk.whole, index);
    else count = addEvents(desk, count, { runs, index, clauses: build.clauses.length });
  }
  sortNumbers(desk.events, count);
  sweep(build, { level, domain, desk, count });
  return join(build.store, { level, end: domain.end, starts: desk.starts, children: desk.children });
}

type Places = { readonly runs: Int32Array; readonly index: number; readonly clauses: number };

function addEvents(desk: Desk, count: number, { runs, index, clauses }: Places): number {
  const total = count + runs.length;
  if (total > desk.events.length) {
    const wider = new Float64Array(2 * total);
    wider.set(desk.events);
    desk.events = wider;
  }
  for (let at = 0; at < runs.length; at += 1) desk.events[count + at] = (runs[at] ?? 0) * clauses + index;
  return total;
}

const fewNumbers = 24;

/** The first `count`. To call the engine's own costs more than a few are worth. */
function sortNumbers(numbers: Float64Array, count: number): void {
  if (count > fewNumbers) {
    numbers.subarray(0, count).sort();
    return;
  }
  for (let at = 1; at < count; at += 1) {
    const number = numbers[at] ?? 0;
    let to = at;
    for (; to > 0 && (numbers[to - 1] ?? 0) > number; to -= 1) numbers[to] = numbers[to - 1] ?? 0;
    numbers[to] = number;
  }
}

type Sweep = { readonly level: number; readonly domain: Domain; readonly desk: Desk; readonly count: number };

function sweep(build: Build, { level, domain, desk, count }: Sweep): void {
  const size = build.clauses.length;
  const { events, present, starts, children } = desk;
  let last: NodeId = -1;
  let at = 0;
  for (let start = domain.start; start < domain.end;) {
    let next = domain.end;
    for (; at < count; at += 1) {
      const event = events[at] ?? 0;
      const place = Math.floor(event / size);
      if (place !== start) {
        next = place;
        break;
      }
      toggle(present, event - place * size);
    }
    const child = childWith(build, level, desk);
    if (child !== last) {
      append(starts, start);
      append(children, child);
    }
    last = child;
    start = next;
  }
}

function childWith(build: Build, level: number, { whole, present, alive, kept, met }: Desk): NodeId {
  const held = met.get(present.numbers, present.count);
  if (held >= 0) return held;
  mergeInto(alive, whole, present);
  simplify(build.table, level + 1, { alive, kept });
  build.reading.spend?.(kept.count);
  const child = nodeOf(build, level + 1, kept);
  met.set(present.numbers, present.count, child);
  return child;
}
