/** Object groups of Cisco's systems: addresses, ports and services by name, which may hold each other. */
import { parseAddress } from '../../addresses.ts';
import { unreadable } from '../../import/filter.ts';
import { networkIn, rangeIn } from '../../import/networks.ts';
import { icmpMessages, protocolNumber } from '../../import/protocols.ts';
import { type IntervalSet, union } from '../../intervals.ts';
import { anyService, hasPorts, protocolSet, serviceSet } from '../../service-selector.ts';
import type { CiscoGroup } from './parse.ts';
import { maskedSet, portsAfter, Words } from './words.ts';

type Groups = ReadonlyMap<string, CiscoGroup>;

function linesOf(groups: Groups, name: string, path: readonly string[]): CiscoGroup {
  const group = groups.get(name);
  if (group === undefined || path.includes(name)) throw unreadable(`object group \`${name}\` is not there`);
  return group;
}

export function groupAddresses(groups: Groups, name: string, path: readonly string[] = []): IntervalSet {
  const { lines } = linesOf(groups, name, path);
  return union(
    ...lines.map(({ words }) => {
      const [first = '', ...rest] =
        words[0] === 'network-object' ? words.slice(1) : /^[0-9]+$/.test(words[0] ?? '') ? words.slice(1) : words;
      if (first === 'group-object' || first === 'object') return groupAddresses(groups, rest[0] ?? '', [...path, name]);
      return addressLine(first, rest);
    }),
  );
}

/** Second words are netmasks here, also on IOS. */
function addressLine(first: string, rest: readonly string[]): IntervalSet {
  if (first === 'host' || first === 'subnet') return addressLine(rest[0] ?? '', rest.slice(1));
  if (first === 'range') return rangeIn(`${rest[0]}-${rest[1]}`);
  const [base = '', bits] = first.split('/');
  const value = parseAddress(base);
  if (value === undefined || rest.length > 1) throw unreadable(`\`${[first, ...rest].join(' ')}\` in an object group`);
  if (bits !== undefined) return networkIn(first);
  return rest[0] === undefined ? networkIn(base) : maskedSet(value, (1n << 32n) - 1n - netmaskOf(rest[0]));
}

function netmaskOf(text: string): bigint {
  const mask = parseAddress(text);
  if (mask === undefined) throw unreadable(`\`${text}\` is no netmask`);
  return mask;
}

export function groupPorts(groups: Groups, name: string, path: readonly string[] = []): IntervalSet {
  const { lines } = linesOf(groups, name, path);
  return union(
    ...lines.map(({ words }) => {
      const reader = new Words(words[0] === 'port-object' || /^[0-9]+$/.test(words[0] ?? '') ? words.slice(1) : words);
      if (reader.skip('group-object')) return groupPorts(groups, reader.next(), [...path, name]);
      const ports = portsAfter(reader);
      if (ports === undefined || reader.peek() !== '') throw unreadable(`\`${words.join(' ')}\` in a group of ports`);
      return ports;
    }),
  );
}

/** Services with their protocol; those with a source port of their own are more than a set of services. */
export function groupServices(groups: Groups, name: string, path: readonly string[] = []): IntervalSet {
  const { lines } = linesOf(groups, name, path);
  return union(
    ...lines.map(({ words }) => {
      const reader = new Words(serviceWords.has(words[0] ?? '') ? words.slice(1) : words);
      if (reader.skip('group-object') || reader.skip('object')) return groupServices(groups, reader.next(), [...path, name]);
      return serviceLine(reader);
    }),
  );
}

const serviceWords = new Set(['service-object', 'protocol-object', 'service']);

/** ASA: ICMP types by name or number, for entries on ICMP (4) or ICMPv6 (6). */
export function groupMessages(groups: Groups, name: string, version: 4 | 6, path: readonly string[] = []): IntervalSet {
  const { kind, lines } = linesOf(groups, name, path);
  if (kind !== 'icmp-type') throw unreadable(`object group \`${name}\` behind ICMP`, 'a group of ICMP types');
  return union(
    ...lines.map(({ words }) => {
      const [first, type = '', ...more] = words;
      if (first === 'group-object') return groupMessages(groups, type, version, [...path, name]);
      if (first !== 'icmp-object' || more.length > 0) throw unreadable(`\`${words.join(' ')}\` in a group of ICMP types`);
      return icmpMessages(type, version);
    }),
  );
}

function serviceLine(words: Words): IntervalSet {
  const word = words.next();
  const version = word === 'icmp' ? 4 : word === 'icmp6' ? 6 : undefined;
  if (version !== undefined && words.peek() !== '') return messageLine(words, version);
  const protocols = word === 'tcp-udp' ? [6, 17] : [protocolNumber(word)];
  words.skip('destination');
  const ports = portsAfter(words);
  if (words.peek() !== '') throw unreadable(`\`${word} … ${words.peek()}\` in a group of services`);
  if (word === 'ip') return anyService;
  return union(
    ...protocols.flatMap((protocol) => {
      if (protocol === undefined || (ports !== undefined && !hasPorts(protocol))) throw unreadable(`\`${word}\` in a group of services`);
      return ports === undefined
        ? [protocolSet(protocol)]
        : ports.map(({ low, high }) => serviceSet({ protocol, low: Number(low), high: Number(high) }));
    }),
  );
}

/** A type, and a code behind it. */
function messageLine(words: Words, version: 4 | 6): IntervalSet {
  const type = words.next();
  const message = words.peek() === '' ? type : `${type}/${words.next()}`;
  if (words.peek() !== '') throw unreadable(`\`… ${words.peek()}\` behind a message of ICMP`);
  return icmpMessages(message, version);
}
