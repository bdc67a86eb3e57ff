/** The tables of a Rego artifact read back, as policy.rego looks values up in them: what each class's name stands for. */
import ipaddr from 'ipaddr.js';
import { fromAddressIntervals } from '../../addresses.ts';
import { fields } from '../../boxes.ts';
import { type Interval, type IntervalSet, intervalSet, subtract } from '../../intervals.ts';
import { noSourcePort } from '../../request/flow.ts';
import type { AddressInterval } from '../target.ts';
import { type Fields, list, numberKey, object, openObject, textOf, unreadable, wholeNumber } from './read-json.ts';

type Found = Map<string, Interval[]>;

/** By field, in the order of `fields`. */
export function readLines(value: unknown): readonly ReadonlyMap<string, IntervalSet>[] {
  const lines = object(value, fields, 'lines');
  const readers = [
    addressLine(lines['destination'], 'lines.destination'),
    addressLine(lines['source'], 'lines.source'),
    serviceLine(lines['service']),
    sourcePortLine(lines['sourcePort']),
    flowLine(lines['flow']),
    minuteLine(lines['minute']),
  ];
  return readers.map((found) => new Map([...found].map(([name, intervals]) => [name, intervalSet(intervals)] as const)));
}

function add(found: Found, name: string, intervals: readonly Interval[]): void {
  const held = found.get(name);
  if (held === undefined) found.set(name, [...intervals]);
  else for (const interval of intervals) held.push(interval);
}

function addressLine(value: unknown, where: string): Found {
  const line = object(value, ['4', '6'], where);
  const found: Found = new Map();
  readPrefixes(found, openObject(line['4'], where), where);
  readNetworks(found, line['6'], where);
  return found;
}

/** Whole octets; the longest prefix decides. In any other form a key is never asked for. */
function readPrefixes(found: Found, prefixes: Fields, where: string): void {
  const networks = Object.entries(prefixes).map(([key, name]): Network => {
    const octets = key === '*' ? [] : key.split('.');
    if (octets.length > 4) throw unreadable(`prefix \`${key}\` in ${where}`, 'at most four octets');
    const low = octets.reduce((sum, octet, at) => sum + numberKey(octet, 255, where) * 2 ** (24 - 8 * at), 0);
    const length = 8 * octets.length;
    return { low: BigInt(low), high: BigInt(low + 2 ** (32 - length) - 1), length, name: textOf(name, where) };
  });
  const left = addNetworks(found, networks, 4);
  if (left.length > 0) throw unreadable(`${where} without a class for every IPv4 address`, '`*`');
}

/** The longest prefix decides; only lengths that are listed are asked for, in canonical text. */
function readNetworks(found: Found, value: unknown, where: string): void {
  const { bits, networks } = object(value, ['bits', 'networks'], where);
  const lengths = list(bits, where).map((length) => wholeNumber(length, 128, where));
  if (lengths.some((length, at) => at > 0 && length >= (lengths[at - 1] ?? 0)))
    throw unreadable(`prefix lengths in ${where}`, 'the longest first');
  const entries = Object.entries(openObject(networks, where)).map(([cidr, name]) => ({
    ...readNetwork(cidr, lengths, where),
    name: textOf(name, where),
  }));
  const left = addNetworks(found, entries, 6);
  if (left.length > 0) throw unreadable(`${where} without a class for every IPv6 address`, '`::/0`');
}

type Network = Interval & { readonly length: number; readonly name: string };

/** What is left of a network once the networks within it have theirs. Returns what no network holds. */
function addNetworks(found: Found, networks: readonly Network[], family: 4 | 6): IntervalSet {
  const sorted = networks.toSorted((a, b) => (a.low === b.low ? a.length - b.length : a.low < b.low ? -1 : 1));
  const whole: Network = { low: 0n, high: (1n << (family === 4 ? 32n : 128n)) - 1n, length: -1, name: '' };
  const open: { readonly network: Network; readonly inner: Interval[] }[] = [{ network: whole, inner: [] }];
  const close = (): IntervalSet => {
    const last = open.pop();
    if (last === undefined) return [];
    const own = subtract([last.network], intervalSet(last.inner));
    if (last.network !== whole)
      add(found, last.network.name, fromAddressIntervals(own.map(({ low, high }): AddressInterval => ({ family, low, high }))));
    return own;
  };
  for (const network of sorted) {
    while ((open.at(-1)?.network.high ?? 0n) < network.low) close();
    open.at(-1)?.inner.push({ low: network.low, high: network.high });
    open.push({ network, inner: [] });
  }
  while (open.length > 1) close();
  return close();
}

function readNetwork(text: string, lengths: readonly number[], where: string): Interval & { readonly length: number } {
  const [address = '', bits = '', ...rest] = text.split('/');
  const length = numberKey(bits, 128, where);
  if (rest.length > 0 || !ipaddr.IPv6.isValid(address) || address.includes('.')) throw unreadable(`network \`${text}\``, 'an IPv6 CIDR');
  const parsed = ipaddr.IPv6.parse(address);
  const low = parsed.toByteArray().reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const size = 1n << BigInt(128 - length);
  if (parsed.toRFC5952String() !== address || low % size !== 0n || !lengths.includes(length))
    throw unreadable(`network \`${text}\` in ${where}`, 'a network that the policy asks for');
  return { low, high: low + size - 1n, length };
}

type Listed = { readonly base: bigint; readonly last: number; readonly where: string };

/** First what is listed by value, then the first range, then the rest. */
function readNumbers(found: Found, { at, ranges, rest }: Fields, { base, last, where }: Listed): void {
  const told: Interval[] = [];
  const tell = (name: unknown, low: number, high: number) => {
    const own = subtract([{ low: base + BigInt(low), high: base + BigInt(high) }], intervalSet(told));
    add(found, textOf(name, where), own);
    told.push(...own);
  };
  const single = Object.entries(openObject(at, where)).map(([key, name]) => [numberKey(key, 65_535, where), textOf(name, where)] as const);
  for (const [value, name] of single) {
    if (value > last) continue;
    add(found, name, [{ low: base + BigInt(value), high: base + BigInt(value) }]);
    told.push({ low: base + BigInt(value), high: base + BigInt(value) });
  }
  const asked: Interval[] = [];
  for (const range of list(ranges, where)) {
    const [low, high, name, ...more] = list(range, where);
    const [from, to] = [wholeNumber(low, 65_535, where), wholeNumber(high, 65_535, where)];
    if (more.length > 0 || from > to) throw unreadable(`a range in ${where}`, '`[low, high, class]`');
    checkApart(asked, { low: BigInt(from), high: BigInt(to) }, where);
    asked.push({ low: BigInt(from), high: BigInt(to) });
    tell(name, from, to);
  }
  tell(rest, 0, last);
}

/** Two ranges that meet would be two answers to one question, and so none. */
function checkApart(asked: readonly Interval[], { low, high }: Interval, where: string): void {
  if (asked.some((other) => other.low <= high && low <= other.high)) throw unreadable(`ranges that overlap in ${where}`, 'disjoint ranges');
}

const withPorts: readonly number[] = [6, 17, 33, 132, 136];
const icmpProtocols: readonly number[] = [1, 58];

function serviceLine(value: unknown): Found {
  const where = 'lines.service';
  const { '*': common, ...protocols } = openObject(value, where);
  const found: Found = new Map();
  for (const key of Object.keys(protocols)) numberKey(key, 255, where);
  for (let protocol = 0; protocol < 256; protocol += 1) {
    const last = withPorts.includes(protocol) || icmpProtocols.includes(protocol) ? 65_535 : 0;
    const own = protocols[String(protocol)];
    const base = BigInt(protocol) * 65_536n;
    if (own === undefined) add(found, textOf(common, where), [{ low: base, high: base + BigInt(last) }]);
    else readNumbers(found, object(own, ['at', 'ranges', 'rest'], where), { base, last, where });
  }
  return found;
}

function sourcePortLine(value: unknown): Found {
  const where = 'lines.sourcePort';
  const { none, ...numbers } = object(value, ['at', 'ranges', 'rest', 'none'], where);
  const found: Found = new Map();
  readNumbers(found, numbers, { base: 0n, last: noSourcePort - 1, where });
  add(found, textOf(none, where), [{ low: BigInt(noSourcePort), high: BigInt(noSourcePort) }]);
  return found;
}

function flowLine(value: unknown): Found {
  const [directions, states] = [
    ['in', 'out', 'forward'],
    ['new', 'established', 'related', 'invalid'],
  ] as const;
  const table = object(value, directions, 'lines.flow');
  const found: Found = new Map();
  directions.forEach((direction, row) => {
    const names = object(table[direction], states, `lines.flow.${direction}`);
    states.forEach((state, column) => {
      const point = BigInt(row * states.length + column);
      add(found, textOf(names[state], 'lines.flow'), [{ low: point, high: point }]);
    });
  });
  return found;
}

/** Minutes of the week; whatever is not told of a time is no complete request. */
function minuteLine(value: unknown): Found {
  const where = 'lines.minute';
  const { ranges, none } = object(value, ['ranges', 'none'], where);
  const found: Found = new Map();
  textOf(none, where);
  let next = 0;
  for (const range of list(ranges, where)) {
    const [low, high, name, ...more] = list(range, where);
    const [from, to] = [wholeNumber(low, 10_079, where), wholeNumber(high, 10_079, where)];
    if (more.length > 0 || from !== next || to < from) throw unreadable(`a range in ${where}`, 'ranges that follow one another');
    add(found, textOf(name, where), [{ low: BigInt(from), high: BigInt(to) }]);
    next = to + 1;
  }
  if (next !== 10_080) throw unreadable(`${where} up to minute ${next}`, 'every minute of the week');
  return found;
}
