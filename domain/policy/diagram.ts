/**
 * Decision diagrams over requests, after Gouda and Liu, "Structured firewall design" (Computer Networks 51, 2007): one level for
 * each dimension, edges labelled with intervals (here: runs of classes, see space.ts), equal nodes shared. Diagrams of one store are
 * canonical, so that two of them decide alike exactly when their roots are the same number.
 *
 * They are built top down: at each node the clauses that are still alive are split by the dimension's classes, and each distinct
 * list of survivors is built once.
 */
import { element } from './element.ts';
import { type ListMap, listMap } from './lists/list-map.ts';
import type { BoxOf, Domain, Runs, Space } from './space.ts';

export type NodeId = number;

/** `starts[i]` is the first class that leads to `children[i]`; the last run ends with the domain. */
export type Node = { readonly level: number; readonly starts: Int32Array; readonly children: Int32Array; readonly end: number };

/** By part of the space. */
export type Roots = readonly NodeId[];

/**
 * A rule is a clause for its match, followed by one for each of its exceptions. `match`: the rule applies here. `except`: it does not,
 * after all. `unsure`: whether it does depends on something that the request does not tell.
 */
export type Clause<Name extends string = string> = {
  readonly role: 'match' | 'except' | 'unsure';
  readonly rule: number;
  readonly box: BoxOf<Name>;
  /** Of `unsure`: what is not told, in words that follow the rule's name. */
  readonly reason?: string | undefined;
};

export type Store<Name extends string = string> = {
  readonly space: Space<Name>;
  readonly nodes: (Node | undefined)[];
  /** What a terminal says; `undefined` for inner nodes. */
  readonly terminals: (string | undefined)[];
  /** Terminals by what they say. */
  readonly said: Map<string, NodeId>;
  /** Inner nodes by level, starts and children. */
  readonly shared: ListMap;
};

/** How clauses are read: all that alters the meaning of a list of survivors. */
export type Reading = {
  /** The survivors' decision, as text: equal texts are one terminal. Clauses come in order, each match before its exceptions. */
  readonly decide: (alive: readonly Survivor[]) => string;
  /** Rules of the same group are told apart only where `decide` does so; a rule that covers all that is left silences every later group. */
  readonly group: (rule: number) => number;
  /** The last group that a rule leaves standing where it covers all that is left; its own where not given. */
  readonly leaves?: ((rule: number) => number) | undefined;
  /** Rules of one group that cover all that is left and are kept; any number where not given. */
  readonly most?: number | undefined;
};

export type Survivor = Omit<Clause, 'box'>;

export function newStore<Name extends string>(space: Space<Name>): Store<Name> {
  return { space, nodes: [], terminals: [], said: new Map(), shared: listMap() };
}

type AnyStore = Omit<Store, 'space'>;

export function terminal(store: AnyStore, text: string): NodeId {
  const held = store.said.get(text);
  if (held !== undefined) return held;
  const id = store.nodes.push(undefined) - 1;
  store.terminals.push(text);
  store.said.set(text, id);
  return id;
}

type Build = {
  readonly store: AnyStore & { readonly space: Pick<Space, 'lines' | 'parts'> };
  readonly clauses: readonly Survivor[];
  /** By level, then clause. */
  readonly runs: readonly (readonly Runs[])[];
  readonly reading: Reading;
  readonly part: number;
  /** By level and survivors. */
  readonly built: readonly ListMap[];
  /** For each clause: the first level from which on its sets are full. */
  readonly coversFrom: Uint16Array;
  /** For each clause: a bit for each level whose classes its sets tell apart. */
  readonly tells: Uint32Array;
};

export function buildDiagram<Name extends string>(store: Store<Name>, clauses: readonly Clause<Name>[], reading: Reading): Roots {
  const { names, lines, parts } = store.space;
  return Array.from({ length: parts }, (_, part) => {
    const runs = names.map((name, level) => clauses.map(({ box }) => element(lines, level).runs(box[name], part)));
    return buildPart({ store, clauses, runs, reading, part });
  });
}

type Given = Pick<Build, 'clauses' | 'runs' | 'reading' | 'part'> & { readonly store: Build['store'] };

function buildPart(given: Given): NodeId {
  const { lines } = given.store.space;
  const tells = new Uint32Array(given.clauses.length);
  const coversFrom = new Uint16Array(given.clauses.length);
  const possible: number[] = [];
  for (let index = 0; index < given.clauses.length; index += 1) {
    let isPossible = true;
    for (let level = 0; level < lines.length; level += 1) {
      const { full, runs } = element(element(given.runs, level), index);
      if (!full) {
        if (level < wordBits) tells[index] = element(tells, index) | (1 << level);
        coversFrom[index] = level + 1;
      }
      if (runs.length === 0) isPossible = false;
    }
    if (isPossible) possible.push(index);
  }
  const build: Build = { ...given, built: lines.map(listMap), coversFrom, tells };
  return nodeOf(build, 0, simplify(build, 0, possible));
}

/**
 * Levels at which no survivor tells classes apart are passed by. What was the shortest list on the way in still is: a survivor that
 * covers all that is left from a later level on does so from here on.
 */
function nodeOf(build: Build, from: number, alive: readonly number[]): NodeId {
  const { store, clauses, reading } = build;
  const level = levelOf(build, from, alive);
  if (level === store.space.lines.length) return terminal(store, reading.decide(alive.map((index) => element(clauses, index))));
  const built = element(build.built, level);
  const held = built.get(alive);
  if (held !== undefined) return held;
  const id = split(build, level, alive);
  built.set(alive, id);
  return id;
}

/** Levels that one number has a bit for. */
const wordBits = 32;

function levelOf(build: Build, from: number, alive: readonly number[]): number {
  const { store, tells } = build;
  if (store.space.lines.length > wordBits - 1) return levelOfMany(build, from, alive);
  let bits = 0;
  for (let index = 0; index < alive.length; index += 1) bits |= tells[alive[index] ?? 0] ?? 0;
  const later = bits >>> from;
  return later === 0 ? store.space.lines.length : from + 31 - Math.clz32(later & -later);
}

function levelOfMany({ store, runs }: Build, from: number, alive: readonly number[]): number {
  const { length } = store.space.lines;
  for (let level = from; level < length; level += 1) {
    const runsOf = element(runs, level);
    if (alive.some((index) => !element(runsOf, index).full)) return level;
  }
  return length;
}

/** Characters hold 16 bits; the list of numbers is the key itself, so that no two lists are ever confused. */
function keyOf(numbers: ArrayLike<number>): string {
  let key = '';
  for (let index = 0; index < numbers.length; index += 1) {
    const number = numbers[index] ?? 0;
    key += String.fromCharCode(number & 0xffff, number >>> 16);
  }
  return key;
}

function split(build: Build, level: number, alive: readonly number[]): NodeId {
  const line = element(build.store.space.lines, level);
  const runsOf = element(build.runs, level);
  const domain = element(line.domains, build.part);
  const whole: number[] = [];
  const events: number[] = [];
  for (const index of alive) {
    const { full, runs } = element(runsOf, index);
    if (full) whole.push(index);
    // Starts and ends as numbers to sort: the class, then the clause. A clause that is met again ends.
    else for (const place of runs) events.push(place * build.clauses.length + index);
  }
  return join(build.store, { level, domain, runs: sweep(build, level, { domain, whole, events: Float64Array.from(events).sort() }) });
}

type Sweep = { readonly domain: Domain; readonly whole: readonly number[]; readonly events: Float64Array };

type Run = { readonly start: number; readonly child: NodeId };

function sweep(build: Build, level: number, { domain, whole, events }: Sweep): readonly Run[] {
  const size = build.clauses.length;
  const present = new Set<number>();
  /** By what is present: where the same comes again, so does the child. */
  const children = new Map<string, NodeId>();
  const runs: Run[] = [];
  let last: NodeId = -1;
  let at = 0;
  for (let start = domain.start; start < domain.end;) {
    let next = domain.end;
    for (; at < events.length; at += 1) {
      const event = events[at] ?? 0;
      const place = Math.floor(event / size);
      if (place !== start) {
        next = place;
        break;
      }
      toggle(present, event - place * size);
    }
    const child = childWith(build, level, { whole, present, children });
    if (child !== last) runs.push({ start, child });
    last = child;
    start = next;
  }
  return runs;
}

type Standing = {
  readonly whole: readonly number[];
  readonly present: ReadonlySet<number>;
  readonly children: Map<string, NodeId>;
};

function childWith(build: Build, level: number, { whole, present, children }: Standing): NodeId {
  const some = present.size > 1 ? [...present].sort((a, b) => a - b) : [...present];
  const key = keyOf(some);
  const held = children.get(key);
  if (held !== undefined) return held;
  const child = nodeOf(build, level + 1, simplify(build, level + 1, merge(whole, some)));
  children.set(key, child);
  return child;
}

function toggle(present: Set<number>, index: number): void {
  if (!present.delete(index)) present.add(index);
}

function merge(whole: readonly number[], some: readonly number[]): readonly number[] {
  if (some.length === 0) return whole;
  if (whole.length === 0) return some;
  const all: number[] = [];
  let i = 0;
  for (const index of some) {
    while (i < whole.length && element(whole, i) < index) all.push(element(whole, i++));
    all.push(index);
  }
  while (i < whole.length) all.push(element(whole, i++));
  return all;
}

/**
 * The shortest list that means the same at this level: exceptions of rules that are gone go, rules whose exception covers all
 * that is left go, and so does every group behind a rule that covers all that is left, but for rules that may err.
 */
function simplify(build: Build, level: number, alive: readonly number[]): readonly number[] {
  const { clauses, coversFrom, reading } = build;
  const kept: number[] = [];
  const limit = newLimit(reading);
  for (let at = 0; at < alive.length;) {
    const match = element(alive, at);
    const { role, rule } = element(clauses, match);
    const end = endOfRule(build, alive, at);
    const standing = role === 'match' ? standingOf(build, level, end === at + 1 ? noExcepts : alive.slice(at + 1, end)) : 'gone';
    if (standing === 'unsure' || (standing === 'sure' && stands(limit, reading.group(rule)))) {
      for (let index = at; index < end; index += 1) kept.push(element(alive, index));
      if (end === at + 1 && element(coversFrom, match) <= level) cover(limit, reading, rule);
    }
    at = end;
  }
  return kept;
}

/** Which groups still stand, behind the rules that cover all that is left: none behind `last`, and no more of `full`. */
type Limit = { last: number; full: number; group: number; covering: number; readonly most: number };

function newLimit({ most = Number.POSITIVE_INFINITY }: Reading): Limit {
  return { last: Number.POSITIVE_INFINITY, full: Number.NaN, group: Number.NaN, covering: 0, most };
}

function stands({ last, full }: Limit, group: number): boolean {
  return group <= last && group !== full;
}

function cover(limit: Limit, { group, leaves = group }: Reading, rule: number): void {
  const own = group(rule);
  limit.covering = own === limit.group ? limit.covering + 1 : 1;
  limit.group = own;
  limit.last = Math.min(limit.last, leaves(rule));
  if (limit.covering >= limit.most) limit.full = own;
}

function endOfRule({ clauses }: Build, alive: readonly number[], start: number): number {
  const { rule } = element(clauses, element(alive, start));
  let end = start + 1;
  while (end < alive.length && element(clauses, element(alive, end)).rule === rule) end += 1;
  return end;
}

const noExcepts: readonly number[] = [];

function standingOf({ clauses, coversFrom }: Build, level: number, excepts: readonly number[]): 'gone' | 'sure' | 'unsure' {
  let standing: 'sure' | 'unsure' = 'sure';
  for (const index of excepts) {
    if (element(clauses, index).role === 'unsure') standing = 'unsure';
    else if (element(coversFrom, index) <= level) return 'gone';
  }
  return standing;
}

/** A node of the given runs: equal neighbours become one, a node with one child is the child, an equal node is shared. */
export function join(
  store: AnyStore,
  { level, domain, runs }: { readonly level: number; readonly domain: Domain; readonly runs: readonly Run[] },
): NodeId {
  const distinct = runs.filter(({ child }, index) => index === 0 || runs[index - 1]?.child !== child);
  if (distinct.length === 1) return element(distinct, 0).child;
  const content = new Int32Array(1 + 2 * distinct.length);
  content[0] = level;
  for (const [index, { start, child }] of distinct.entries()) {
    content[1 + index] = start;
    content[1 + distinct.length + index] = child;
  }
  const held = store.shared.get(content);
  if (held !== undefined) return held;
  const [starts, children] = [content.subarray(1, 1 + distinct.length), content.subarray(1 + distinct.length)];
  const id = store.nodes.push({ level, starts, children, end: domain.end }) - 1;
  store.terminals.push(undefined);
  store.shared.set(content, id);
  return id;
}

/** On the path of every decision: no bounds are checked, the bisection stays within them. */
export function childOf({ starts, children }: Node, number: number): NodeId {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= number) low = middle;
    else high = middle - 1;
  }
  return children[low] ?? -1;
}
