/** Recorded flows on two states of policy: the triples that are decided otherwise. What no policy speaks of passes. */
import { families } from '../addresses.ts';
import { unknownMinute } from '../clauses.ts';
import type { Decider } from '../decide.ts';
import { childOf } from '../diagram.ts';
import { element } from '../element.ts';
import type { DecisionResult } from '../model.ts';
import { flowPoint, noSourcePort } from '../request/flow.ts';
import { type Flows, type Timed, timedIn } from './flows.ts';

/** Triples that are decided otherwise, in columns. */
export type Changes = {
  readonly size: number;
  /** Numbers of triples. */
  readonly triple: Uint32Array;
  readonly count: Uint32Array;
  /** 1: would be blocked; 0: would pass. */
  readonly blocks: Uint8Array;
  readonly before: (change: number) => DecisionResult;
  readonly after: (change: number) => DecisionResult;
};

export type Replay = {
  /** Of which no decision can be made; they count as blocked before and after. */
  readonly unreadable: number;
  readonly changes: Changes;
};

export function replay(flows: Flows, before: Decider, after: Decider): Replay {
  const judges = [judge(flows, before), judge(flows, after)] as const;
  const clocks = { before: before.timezone, after: after.timezone };
  if (clocks.before === undefined && clocks.after === undefined)
    return { unreadable: flows.unreadable, changes: changesIn(untimed(flows), judges) };
  const { timed, unreadable } = timedIn(flows, clocks);
  return { unreadable: flows.unreadable + unreadable, changes: changesIn(timed, judges) };
}

function untimed({ triples: { count } }: Flows): Timed {
  const minutes = new Uint16Array(count.length).fill(unknownMinute);
  return { isTimed: false, triple: Uint32Array.from(count, (_, triple) => triple), before: minutes, after: minutes, count };
}

type Judge = { readonly at: (triple: number, minute: number) => number; readonly answers: Decider['answers']; readonly denied: Uint8Array };

/** Looks classes up once for each address, puts them in a column for each field, and then walks nodes alone. */
function judge(flows: Flows, { lookup, nodes, roots, answers }: Decider): Judge {
  const { family } = flows.triples;
  const columns = columnsOf(flows, lookup);
  const rootOf = families.map((_, part) => element(roots, part));
  const at = (triple: number, minute: number): number => {
    const minuteClass = lookup.minute[minute] ?? -1;
    let id = element(rootOf, family[triple] === 4 ? 0 : 1);
    for (let node = nodes[id]; node !== undefined; node = nodes[id]) id = childOf(node, columns[node.level]?.[triple] ?? minuteClass);
    return id;
  };
  return { at, answers, denied: Uint8Array.from(answers, (answer) => (answer?.decision === 'deny' ? 1 : 0)) };
}

/** By field but the minute, in the order of `fields`; then by triple. */
function columnsOf({ addresses, triples }: Flows, lookup: Decider['lookup']): readonly Int32Array[] {
  const numbers = addresses.map((value) => (value < 2n ** 32n ? Number(value) : value));
  const of = (ids: Uint32Array, classes: Int32Array) => Int32Array.from(ids, (id) => classes[id] ?? -1);
  const untold = (number: number | undefined) => new Int32Array(triples.count.length).fill(number ?? -1);
  return [
    of(triples.to, Int32Array.from(numbers, lookup.destination)),
    of(triples.from, Int32Array.from(numbers, lookup.source)),
    Int32Array.from(triples.service, lookup.service),
    untold(lookup.sourcePort[noSourcePort]),
    untold(lookup.flow[flowPoint('forward', 'new')]),
  ];
}

/** A triple that is decided otherwise at some times only counts at those, and is told by the first. */
function changesIn(timed: Timed, [old, fresh]: readonly [Judge, Judge]): Changes {
  const size = timed.triple.length;
  const columns = { triple: new Uint32Array(size), count: new Uint32Array(size), blocks: new Uint8Array(size) };
  const terminals = { before: new Uint32Array(size), after: new Uint32Array(size) };
  const numbered = numbering(timed);
  let found = 0;
  for (let at = 0; at < size; at += 1) {
    const triple = timed.triple[at] ?? 0;
    const before = old.at(triple, timed.before[at] ?? 0);
    const after = fresh.at(triple, timed.after[at] ?? 0);
    const blocks = fresh.denied[after] ?? 0;
    if (old.denied[before] === blocks) continue;
    const held = numbered(triple * 2 + blocks, found);
    columns.count[held] = (columns.count[held] ?? 0) + (timed.count[at] ?? 0);
    if (held < found) continue;
    columns.triple[found] = triple;
    columns.blocks[found] = blocks;
    terminals.before[found] = before;
    terminals.after[found] = after;
    found += 1;
  }
  return {
    size: found,
    ...columns,
    before: (change) => element(old.answers, element(terminals.before, change)),
    after: (change) => element(fresh.answers, element(terminals.after, change)),
  };
}

/** The number that a key was given first. Untimed flows are one a triple, so that none comes twice. */
function numbering({ isTimed }: Timed): (key: number, next: number) => number {
  if (!isTimed) return (_, next) => next;
  const known = new Map<number, number>();
  return (key, next) => {
    const held = known.get(key) ?? next;
    known.set(key, held);
    return held;
  };
}
