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
  return { triple: Uint32Array.from(count, (_, triple) => triple), before: minutes, after: minutes, count };
}

type Judge = { readonly at: (triple: number, minute: number) => number; readonly answers: Decider['answers']; readonly denied: Uint8Array };

/** Looks classes up once for each address and each triple, and then walks nodes alone. */
function judge({ addresses, triples }: Flows, { lookup, nodes, roots, answers }: Decider): Judge {
  const numbers = addresses.map((value) => (value < 2n ** 32n ? Number(value) : value));
  const to = Int32Array.from(numbers, lookup.destination);
  const from = Int32Array.from(numbers, lookup.source);
  const service = triples.service.length === 0 ? new Int32Array(0) : Int32Array.from(triples.service, lookup.service);
  const sourcePort = lookup.sourcePort[noSourcePort] ?? -1;
  const flow = lookup.flow[flowPoint('forward', 'new')] ?? -1;
  const rootOf = families.map((_, part) => element(roots, part));
  const at = (triple: number, minute: number): number => {
    let id = element(rootOf, triples.family[triple] === 4 ? 0 : 1);
    for (let node = nodes[id]; node !== undefined; node = nodes[id]) {
      const { level } = node;
      if (level === 0) id = childOf(node, to[triples.to[triple] ?? 0] ?? -1);
      else if (level === 1) id = childOf(node, from[triples.from[triple] ?? 0] ?? -1);
      else if (level === 2) id = childOf(node, service[triple] ?? -1);
      else if (level === 3) id = childOf(node, sourcePort);
      else id = childOf(node, level === 4 ? flow : (lookup.minute[minute] ?? -1));
    }
    return id;
  };
  return { at, answers, denied: Uint8Array.from(answers, (answer) => (answer?.decision === 'deny' ? 1 : 0)) };
}

/** A triple that is decided otherwise at some times only counts at those, and is told by the first. */
function changesIn(timed: Timed, [old, fresh]: readonly [Judge, Judge]): Changes {
  const size = timed.triple.length;
  const columns = { triple: new Uint32Array(size), count: new Uint32Array(size), blocks: new Uint8Array(size) };
  const terminals = { then: new Uint32Array(size), now: new Uint32Array(size) };
  const known = new Map<number, number>();
  // Untimed flows are one a triple, with one column of minutes for both.
  const areTimed = timed.before !== timed.after;
  let found = 0;
  for (let at = 0; at < size; at += 1) {
    const triple = timed.triple[at] ?? 0;
    const [then, now] = [old.at(triple, timed.before[at] ?? 0), fresh.at(triple, timed.after[at] ?? 0)];
    const blocks = fresh.denied[now] ?? 0;
    if (old.denied[then] === blocks) continue;
    const held = areTimed ? (known.get(triple * 2 + blocks) ?? found) : found;
    columns.count[held] = (columns.count[held] ?? 0) + (timed.count[at] ?? 0);
    if (held < found) continue;
    if (areTimed) known.set(triple * 2 + blocks, found);
    columns.triple[found] = triple;
    columns.blocks[found] = blocks;
    terminals.then[found] = then;
    terminals.now[found] = now;
    found += 1;
  }
  return {
    size: found,
    ...columns,
    before: (change) => element(old.answers, element(terminals.then, change)),
    after: (change) => element(fresh.answers, element(terminals.now, change)),
  };
}
