/**
 * Recorded requests in columns: what many of them have in common is kept once. Decisions depend on who, to whom and on what, so that a
 * replay looks at each distinct triple once, and at times only where a policy asks for them.
 */
import type { Connection } from '../../context/event.ts';
import { type Family, familyOf, parseAddress } from '../addresses.ts';
import { unknownMinute } from '../clauses.ts';
import { element } from '../element.ts';
import type { NetworkRequest } from '../model.ts';
import { requestService } from '../request/point.ts';
import { parseInstantMs, weekClock } from '../time-window.ts';

/** What a flow must tell; a `Connection` does, and so does a `DecisionEvent`. */
export type Recorded = Pick<Connection, 'from' | 'to' | 'protocol' | 'port' | 'at'>;

export type Flows = {
  /** All that were given. */
  readonly count: number;
  /** Of which no decision can be made: an address that is none, two families. */
  readonly unreadable: number;
  /** The addresses that occur, on the line of addresses. */
  readonly addresses: readonly bigint[];
  readonly triples: Triples;
  /** By flow that could be read: its triple, and its number among all. */
  readonly tripleOf: Uint32Array;
  readonly recordOf: Uint32Array;
  readonly records: readonly Recorded[];
};

/** By distinct triple. */
export type Triples = {
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly service: Uint32Array;
  readonly family: Uint8Array;
  readonly count: Uint32Array;
  /** The first flow of it, by its number among all. */
  readonly first: Uint32Array;
};

export function loadFlows(records: readonly Recorded[]): Flows {
  const addresses = addressBook();
  const table = tripleTable(records.length);
  const [tripleOf, recordOf] = [new Uint32Array(records.length), new Uint32Array(records.length)];
  let read = 0;
  records.forEach((record, number) => {
    const [from, to] = [addresses.idOf(record.from), addresses.idOf(record.to)];
    const family = addresses.familyOf(from, to);
    const service = family === undefined ? undefined : requestService(requestOf(record), family);
    if (family === undefined || service === undefined) return;
    tripleOf[read] = table.add({ from, to, service, family, number });
    recordOf[read] = number;
    read += 1;
  });
  return {
    count: records.length,
    unreadable: records.length - read,
    addresses: addresses.values,
    triples: table.triples(),
    tripleOf: tripleOf.subarray(0, read),
    recordOf: recordOf.subarray(0, read),
    records,
  };
}

type Triple = { readonly from: number; readonly to: number; readonly service: number; readonly family: Family; readonly number: number };

/** Open addressing over columns: a map of a million keys of its own costs seconds. */
function tripleTable(most: number): { readonly add: (triple: Triple) => number; readonly triples: () => Triples } {
  const columns = { from: new Uint32Array(most), to: new Uint32Array(most), service: new Uint32Array(most) };
  const more = { family: new Uint8Array(most), count: new Uint32Array(most), first: new Uint32Array(most) };
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(2, most * 2)))).fill(-1);
  let size = 0;
  const add = ({ from, to, service, family, number }: Triple): number => {
    let slot = hashOf(from, to, service) & (slots.length - 1);
    for (let held = slots[slot] ?? -1; held >= 0; held = slots[slot] ?? -1) {
      if (columns.from[held] === from && columns.to[held] === to && columns.service[held] === service) {
        more.count[held] = (more.count[held] ?? 0) + 1;
        return held;
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    slots[slot] = size;
    columns.from[size] = from;
    columns.to[size] = to;
    columns.service[size] = service;
    more.family[size] = family;
    more.count[size] = 1;
    more.first[size] = number;
    size += 1;
    return size - 1;
  };
  const cut = <Column extends Uint32Array | Uint8Array>(column: Column) => column.slice(0, size) as Column;
  const triples = () => ({
    from: cut(columns.from),
    to: cut(columns.to),
    service: cut(columns.service),
    family: cut(more.family),
    count: cut(more.count),
    first: cut(more.first),
  });
  return { add, triples };
}

/** The finaliser of MurmurHash3 (Appleby), over a sum of products. */
function hashOf(from: number, to: number, service: number): number {
  let mixed = Math.imul(from, 0x9e3779b1) ^ Math.imul(to, 0x85ebca77) ^ Math.imul(service, 0xc2b2ae3d);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

export function requestOf({ from, to, protocol, port, at }: Recorded): NetworkRequest {
  return { kind: 'network', from, to, protocol, port, at };
}

type AddressBook = {
  readonly values: readonly bigint[];
  /** −1 for what is no address. */
  readonly idOf: (text: string) => number;
  readonly familyOf: (from: number, to: number) => Family | undefined;
};

function addressBook(): AddressBook {
  const ids = new Map<string, number>();
  const byValue = new Map<bigint, number>();
  const values: bigint[] = [];
  const read = (text: string): number => {
    const value = parseAddress(text);
    if (value === undefined) return -1;
    const id = byValue.get(value) ?? values.push(value) - 1;
    byValue.set(value, id);
    return id;
  };
  const family = (id: number) => (id < 0 ? undefined : familyOf(element(values, id)));
  return {
    values,
    idOf: (text) => {
      const held = ids.get(text) ?? read(text);
      ids.set(text, held);
      return held;
    },
    familyOf: (from, to) => (family(from) === family(to) ? family(from) : undefined),
  };
}

/** A flow's triple and its minutes of the week on two clocks, each combination once. */
export type Timed = {
  readonly isTimed: boolean;
  readonly triple: Uint32Array;
  /** `unknownMinute` where there is no such clock. */
  readonly before: Uint16Array;
  readonly after: Uint16Array;
  readonly count: Uint32Array;
};

export type Clocks = { readonly before: string | undefined; readonly after: string | undefined };

/** Flows whose time cannot be read are left out, and counted. */
export function timedIn({ tripleOf, recordOf, records }: Flows, clocks: Clocks): { readonly timed: Timed; readonly unreadable: number } {
  const [before, after] = [minuteReader(clocks.before), minuteReader(clocks.after)];
  const numbers = new Map<number, number>();
  const [triple, then, now, count]: [number[], number[], number[], number[]] = [[], [], [], []];
  let unreadable = 0;
  for (let at = 0; at < tripleOf.length; at += 1) {
    const ms = parseInstantMs(element(records, element(recordOf, at)).at);
    if (ms === undefined) {
      unreadable += 1;
      continue;
    }
    const [old, fresh] = [before(ms), after(ms)];
    const key = (element(tripleOf, at) * 16_384 + old) * 16_384 + fresh;
    const number = numbers.get(key) ?? count.length;
    if (number === count.length) {
      numbers.set(key, number);
      triple.push(element(tripleOf, at));
      then.push(old);
      now.push(fresh);
      count.push(0);
    }
    count[number] = element(count, number) + 1;
  }
  return {
    timed: {
      isTimed: true,
      triple: Uint32Array.from(triple),
      before: Uint16Array.from(then),
      after: Uint16Array.from(now),
      count: Uint32Array.from(count),
    },
    unreadable,
  };
}

function minuteReader(timezone: string | undefined): (instantMs: number) => number {
  if (timezone === undefined) return () => unknownMinute;
  const clock = weekClock(timezone);
  const known = new Map<number, number>();
  return (instantMs) => {
    const instant = Math.floor(instantMs / 60_000);
    const minute = known.get(instant) ?? clock(instantMs);
    known.set(instant, minute);
    return minute;
  };
}
