/** The tables of a Rego artifact read back, as policy.rego looks values up in them: what each class's name stands for. */
import ipaddr from 'ipaddr.js';
import { type Family, fromAddressIntervals } from '../../addresses.ts';
import type { Field } from '../../boxes.ts';
import { type Interval, type IntervalSet, intervalSet, subtract } from '../../intervals.ts';
import { noSourcePort } from '../../request/flow.ts';
import type { AddressInterval } from '../target.ts';
import { type Fields, list, numberKey, object, openObject, textOf, unreadable, wholeNumber } from './read-json.ts';

type Found = Map<string, Interval[]>;

type Sets = ReadonlyMap<string, IntervalSet>;

type ByFamily = { readonly [family in Family]: Sets };

export type Lines = {
  /** Where destinations lead. */
  readonly destination: ByFamily;
  readonly source: ByFamily;
  /** Services and what comes behind them, in the order of `fields`. */
  readonly others: readonly Sets[];
  /** Of those and sources: the class of what is not told, where that is a class. */
  readonly untold: readonly (string | undefined)[];
};

export function readLines(rules: Fields): Lines {
  const byFamily = (field: Field): ByFamily => {
    const line = object(rules[field], ['4', '6'], field);
    return { 4: setsOf(hostsAndPrefixes(line['4'], field)), 6: setsOf(hostsAndNetworks(line['6'], field)) };
  };
  const [sourcePort, flow, minute] = [openObject(rules['sourcePort'], 'sourcePort'), rules['flow'], openObject(rules['minute'], 'minute')];
  const others = [serviceLine(rules['service']), sourcePortLine(sourcePort), flowLine(flow), minuteLine(minute)];
  const forward = openObject(openObject(flow, 'flow')['forward'], 'flow');
  return {
    destination: byFamily('destination'),
    source: byFamily('source'),
    others: others.map(setsOf),
    untold: [undefined, undefined, ...[sourcePort['none'], forward['new'], minute['none']].map((name) => textOf(name, 'none'))],
  };
}

function setsOf(found: Found): Sets {
  return new Map([...found].map(([name, intervals]) => [name, intervalSet(intervals)] as const));
}

function add(found: Found, name: string, intervals: readonly Interval[]): void {
  const held = found.get(name);
  if (held === undefined) found.set(name, [...intervals]);
  else for (const interval of intervals) held.push(interval);
}

/** Whole octets; the longest prefix decides. In any other form a key is never asked for. */
function hostsAndPrefixes(value: unknown, where: string): Found {
  const { hosts, networks } = object(value, ['hosts', 'networks'], where);
  const octetsOf = (key: string) => (key === '*' ? [] : key.split('.'));
  const read = (entries: Fields, isMeant: (octets: number) => boolean) =>
    Object.entries(entries).map(([key, name]): Network => {
      const octets = octetsOf(key);
      if (!isMeant(octets.length)) throw unreadable(`prefix \`${key}\` in ${where}`, 'hosts of four octets, networks of less');
      const low = octets.reduce((sum, octet, at) => sum + numberKey(octet, 255, where) * 2 ** (24 - 8 * at), 0);
      const length = 8 * octets.length;
      return { low: BigInt(low), high: BigInt(low + 2 ** (32 - length) - 1), length, name: textOf(name, where) };
    });
  const found: Found = new Map();
  const told = [...read(openObject(hosts, where), (octets) => octets === 4), ...read(openObject(networks, where), (octets) => octets < 4)];
  if (addNetworks(found, told, 4).length > 0) throw unreadable(`${where} without a class for every IPv4 address`, '`*`');
  return found;
}

/** The longest prefix decides; only lengths that are listed are asked for, in canonical text. */
function hostsAndNetworks(value: unknown, where: string): Found {
  const { hosts, bits, networks } = object(value, ['hosts', 'bits', 'networks'], where);
  const lengths = list(bits, where).map((length) => wholeNumber(length, 128, where));
  if (lengths.some((length, at) => at > 0 && length >= (lengths[at - 1] ?? 0)))
    throw unreadable(`prefix lengths in ${where}`, 'the longest first');
  const read = (entries: unknown, of: (key: string) => Interval & { readonly length: number }) =>
    Object.entries(openObject(entries, where)).map(([key, name]): Network => ({ ...of(key), name: textOf(name, where) }));
  const told = [
    ...read(hosts, (address) => readNetwork(`${address}/128`, [128], where)),
    ...read(networks, (cidr) => readNetwork(cidr, lengths, where)),
  ];
  if (lengths[0] === 128 && Object.keys(openObject(hosts, where)).length > 0) throw unreadable(`length 128 in ${where}`, 'hosts alone');
  const found: Found = new Map();
  if (addNetworks(found, told, 6).length > 0) throw unreadable(`${where} without a class for every IPv6 address`, '`::/0`');
  return found;
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

/** A name that a request has; every other is known by IANA's number. */
const protocolNames: { readonly [name: string]: number } = {
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  eigrp: 88,
  ospf: 89,
  pim: 103,
  vrrp: 112,
  l2tp: 115,
  sctp: 132,
  udplite: 136,
  other: 255,
};

function serviceLine(value: unknown): Found {
  const where = 'service';
  const { '*': common, ...told } = openObject(value, where);
  const found: Found = new Map();
  const protocols = new Map(Object.entries(told).map(([key, own]) => [protocolOf(key), own] as const));
  for (let protocol = 0; protocol < 256; protocol += 1) {
    const last = withPorts.includes(protocol) || icmpProtocols.includes(protocol) ? 65_535 : 0;
    const base = BigInt(protocol) * 65_536n;
    const own = protocols.get(protocol);
    if (own === undefined) {
      add(found, textOf(common, where), [{ low: base, high: base + BigInt(last) }]);
      continue;
    }
    const listed = withPorts.includes(protocol) ? 'ports' : 'messages';
    const { ranges, rest, [listed]: at } = object(own, [listed, 'ranges', 'rest'], where);
    readNumbers(found, { at, ranges, rest }, { base, last, where });
  }
  return found;
}

function protocolOf(key: string): number {
  const named = Object.hasOwn(protocolNames, key) ? protocolNames[key] : undefined;
  if (named !== undefined) return named;
  const number = numberKey(key.startsWith('proto/') ? key.slice(6) : '', 255, 'service');
  if (Object.values(protocolNames).includes(number)) throw unreadable(`\`${key}\` in service`, "the protocol's name");
  return number;
}

function sourcePortLine(value: unknown): Found {
  const where = 'sourcePort';
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
  const table = object(value, directions, 'flow');
  const found: Found = new Map();
  directions.forEach((direction, row) => {
    const names = object(table[direction], states, `flow.${direction}`);
    states.forEach((state, column) => {
      const point = BigInt(row * states.length + column);
      add(found, textOf(names[state], 'flow'), [{ low: point, high: point }]);
    });
  });
  return found;
}

/** Minutes of the week; whatever is not told of a time is no complete request. */
function minuteLine(value: unknown): Found {
  const where = 'minute';
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
