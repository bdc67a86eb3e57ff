/** What one entry of an access list matches, as a region. What is not known here is `artifact-unreadable`. */
import { anyAddress, familyLine, familyOf, inFamily, parseAddress } from '../../addresses.ts';
import { unreadable } from '../../import/filter.ts';
import { networkIn } from '../../import/networks.ts';
import { dscpNumber, establishedFlags, flagsWith, icmpMessages, protocolNumber, tcpFlags } from '../../import/protocols.ts';
import { meet, numberSet, type Region } from '../../import/region.ts';
import { intersect, type IntervalSet, union } from '../../intervals.ts';
import { anyService, hasPorts, portServices, protocolSet, serviceSet, servicesOf } from '../../service-selector.ts';
import { groupAddresses, groupMessages, groupPorts, groupServices } from './groups.ts';
import type { CiscoEntry, CiscoList, CiscoText } from './parse.ts';
import { timeRange } from './time.ts';
import { maskedSet, portsAfter, Words } from './words.ts';

export function regionOfEntry({ words }: CiscoEntry, list: CiscoList, text: CiscoText): Region {
  const family: Region =
    list.family === undefined ? {} : { source: inFamily(anyAddress, list.family), destination: inFamily(anyAddress, list.family) };
  const reader = new Words(words);
  if (list.kind === 'standard') {
    const source = addresses(reader, list, text);
    const options = optionRegions(reader, undefined, text);
    return meet(family, { source }, ...options);
  }
  const service = protocolOf(reader, list, text);
  const source = addresses(reader, list, text);
  const sourcePort = ports(reader, text);
  const destination = addresses(reader, list, text);
  const ranges = ports(reader, text);
  if ((sourcePort !== undefined || ranges !== undefined) && intersect(service, portServices).length === 0)
    throw unreadable('ports of a protocol that has none');
  const atPorts = ranges === undefined ? service : union(...servicesOf(service).flatMap(({ protocol }) => servicesAt(protocol, ranges)));
  const messages = icmpOf(reader, service, text);
  return meet(
    family,
    { source, destination, service: atPorts },
    ...(sourcePort === undefined ? [] : [{ sourcePort }]),
    ...(messages === undefined ? [] : [{ service: messages }]),
    ...optionRegions(reader, service, text),
  );
}

function servicesAt(protocol: number, ranges: IntervalSet): readonly IntervalSet[] {
  return hasPorts(protocol) ? ranges.map(({ low, high }) => serviceSet({ protocol, low: Number(low), high: Number(high) })) : [];
}

/** `icmp` in a list for IPv6 is ICMPv6. */
function protocolOf(words: Words, { family }: CiscoList, text: CiscoText): IntervalSet {
  const word = words.next();
  if (word === 'object-group' || word === 'object') return ofGroup(text, groupServices, words.next());
  if (word === 'ip' || word === 'ipv4' || word === 'ipv6') return anyService;
  if (word === 'icmp' && family === 6) return protocolSet(58);
  const number = protocolNumber(word);
  if (number === undefined) throw unreadable(`unknown protocol \`${word}\``);
  return protocolSet(number);
}

/** Entries that name the same group share one set. */
function ofGroup({ groups, known }: CiscoText, read: typeof groupServices | typeof groupAddresses, name: string): IntervalSet {
  const key = `${read === groupServices ? 'service' : 'network'} ${name}`;
  const held = known.get(key) ?? read(groups, name);
  known.set(key, held);
  return held;
}

function addresses(words: Words, list: CiscoList, text: CiscoText): IntervalSet {
  const word = words.next();
  switch (word) {
    case 'any':
      return anyAddress;
    case 'any4':
      return inFamily(anyAddress, 4);
    case 'any6':
      return inFamily(anyAddress, 6);
    case 'host':
      return networkIn(one(words.next()));
    case 'object-group':
    case 'object':
    case 'net-group':
    case 'addrgroup':
      return ofGroup(text, groupAddresses, words.next());
    default:
      return networkOf(word, words, list);
  }
}

function one(text: string): string {
  if (parseAddress(text) === undefined) throw unreadable(`\`${text}\` is no address`);
  return text;
}

function networkOf(word: string, words: Words, { kind, mask }: CiscoList): IntervalSet {
  const [base = '', bits] = word.split('/');
  const value = parseAddress(base);
  if (value === undefined) throw unreadable(`\`${word}\` is no address`);
  if (bits !== undefined) return networkIn(word);
  const second = parseAddress(words.peek());
  if (second === undefined || familyOf(second) !== 4) {
    if (kind === 'standard') return networkIn(base);
    throw unreadable(`\`${word}\` without its mask`);
  }
  words.next();
  return maskedSet(value, mask === 'wildcard' ? second : familyLine[4].high - second);
}

function ports(words: Words, { groups }: CiscoText): IntervalSet | undefined {
  const last = 65_535;
  if (words.skip('port-group') || words.skip('portgroup')) return groupPorts(groups, words.next());
  if (words.peek() === 'object-group' && groups.get(words.peek(1))?.kind.startsWith('service') === true) {
    words.next();
    return groupPorts(groups, words.next());
  }
  return portsAfter(words, last);
}

/** An ICMP type and code, the name of a message, or on ASA a group of types, behind the destination. */
function icmpOf(words: Words, service: IntervalSet, { groups }: CiscoText): IntervalSet | undefined {
  const version = icmpVersion(service);
  const word = words.peek();
  if (version === undefined || word === '' || Object.hasOwn(options, word)) return undefined;
  words.next();
  if (word === 'object-group') return groupMessages(groups, words.next(), version);
  const code = /^[0-9]+$/.test(word) && /^[0-9]+$/.test(words.peek()) ? words.next() : undefined;
  return icmpMessages(code === undefined ? word : `${word}/${code}`, version);
}

function icmpVersion(service: IntervalSet): 4 | 6 | undefined {
  const [first] = servicesOf(service);
  if (service.length !== 1) return undefined;
  return first?.protocol === 1 ? 4 : first?.protocol === 58 ? 6 : undefined;
}

type Option = (words: Words, text: CiscoText) => Region;

const idle: Option = () => ({});
const withValue: Option = (words) => {
  words.next();
  return {};
};

const trailing = numberSet([
  { low: 1, high: 8_191 },
  { low: 8_193, high: 16_383 },
]);

const options: Readonly<Record<string, Option>> = {
  log: (words) => {
    // ASA: a level and an interval may follow.
    if (/^[0-7]$/.test(words.peek())) words.next();
    if (words.skip('interval')) words.next();
    return {};
  },
  'log-input': idle,
  capture: idle,
  'time-range': (words, { times }) => timeRange(times, words.next()),
  established: () => ({ service: protocolSet(6), 'tcp-flags': establishedFlags }),
  fragments: () => ({ fragment: trailing }),
  dscp: (words) => ({ dscp: numberSet([dscpAt(words)]) }),
  precedence: (words) => ({ precedence: numberSet([numberAt(words, 7)]) }),
  ttl: (words) => {
    if (!words.skip('eq')) throw unreadable(`\`ttl ${words.peek()}\``, '`ttl eq`');
    return { ttl: numberSet([numberAt(words, 255)]) };
  },
  nexthop1: (words) => {
    if (words.peek() === 'ipv4' || words.peek() === 'ipv6') words.next();
    return withValue(words, noText);
  },
  ...Object.fromEntries(
    Object.entries(tcpFlags).map(([word, flag]) => [word, () => ({ service: protocolSet(6), 'tcp-flags': flagsWith(flag, flag) })]),
  ),
  'match-all': (words) => flagRegion(words),
};

const noText: CiscoText = { lists: new Map(), groups: new Map(), times: new Map(), unread: [], known: new Map() };

function dscpAt(words: Words): { readonly low: number; readonly high: number } {
  const value = dscpNumber(words.peek());
  if (value === undefined) return numberAt(words, 63);
  words.next();
  return { low: value, high: value };
}

function numberAt(words: Words, most: number): { readonly low: number; readonly high: number } {
  const word = words.next();
  if (!/^[0-9]{1,3}$/.test(word) || Number(word) > most) throw unreadable(`\`${word}\``, `a number up to ${most}`);
  return { low: Number(word), high: Number(word) };
}

/** `match-all +syn -ack`. */
function flagRegion(words: Words): Region {
  let [mask, set] = [0, 0];
  while (/^[+-][a-z]{3}$/.test(words.peek())) {
    const word = words.next();
    const flag = tcpFlags[word.slice(1)];
    if (flag === undefined) throw unreadable(`TCP flag \`${word}\``);
    mask |= flag;
    if (word.startsWith('+')) set |= flag;
  }
  return { service: protocolSet(6), 'tcp-flags': flagsWith(mask, set) };
}

function optionRegions(words: Words, service: IntervalSet | undefined, text: CiscoText): readonly Region[] {
  const found: Region[] = [];
  while (words.peek() !== '') {
    const word = words.next();
    const option = Object.hasOwn(options, word) ? options[word] : undefined;
    if (option === undefined) throw unreadable(`\`${word}\` in an entry`);
    const region = option(words, text);
    if (region['tcp-flags'] !== undefined && service !== undefined && intersect(service, protocolSet(6)).length === 0)
      throw unreadable(`\`${word}\` of a protocol that is not TCP`);
    found.push(region);
  }
  return found;
}
