/** What the matches of iptables(8) and iptables-extensions(8) mean, as regions. What is not known here is `artifact-unreadable`. */
import { anyAddress, type Family, familyOf, inFamily, networkAround, parseAddress, parseAddresses, printCidr } from '../../addresses.ts';
import { unreadable } from '../../import/filter.ts';
import { rangeIn } from '../../import/networks.ts';
import { portNumber } from '../../import/port-names.ts';
import { flagsWith, icmpMessages, protocolService, tcpFlags } from '../../import/protocols.ts';
import { meet, numberSet, otherThan, type Region, wholeOf, wordSet } from '../../import/region.ts';
import { intersect, type IntervalSet, isSubset, union } from '../../intervals.ts';
import { type ConnectionState, flowSet } from '../../request/flow.ts';
import { portServices, protocolSet, serviceSet, servicesOf } from '../../service-selector.ts';
import type { IptablesOption, IptablesRule } from './parse.ts';
import { timeRegion } from './time.ts';

export type MatchContext = { readonly family: Family; readonly sets: ReadonlyMap<string, readonly string[]> };

type Read = (value: string, context: MatchContext, option: IptablesOption) => Region;

/** Of one dimension: what `!` turns around. */
const single: Readonly<Record<string, Read>> = {
  '-p': (value) => ({ service: protocolService(value, ['all', '0']) }),
  '-s': (value, context) => ({ source: addressesOf(value, context) }),
  '-d': (value, context) => ({ destination: addressesOf(value, context) }),
  '-i': (value) => ({ 'in-interface': interfaceNamed(value) }),
  '-o': (value) => ({ 'out-interface': interfaceNamed(value) }),
  '-f': () => ({
    fragment: numberSet([
      { low: 1, high: 8_191 },
      { low: 8_193, high: 16_383 },
    ]),
  }),
  '--src-range': (value) => ({ source: rangeIn(value) }),
  '--dst-range': (value) => ({ destination: rangeIn(value) }),
  '--state': (value) => ({ flow: flowSet({ states: value.split(',').map(stateOf) }) }),
  '--ctstate': (value) => ({ flow: flowSet({ states: value.split(',').map(stateOf) }) }),
  '--icmp-type': (value) => ({ service: value === 'any' ? protocolSet(1) : icmpMessages(value, 4) }),
  '--icmpv6-type': (value) => ({ service: icmpMessages(value, 6) }),
  '--length': (value) => ({ 'packet-length': numberSet([rangeOf(value, 65_535)]) }),
  '--dscp': (value) => ({ dscp: numberSet([rangeOf(String(Number(value)), 63)]) }),
  '--ttl-eq': (value) => ({ ttl: numberSet([rangeOf(value, 255)]) }),
  '--hl-eq': (value) => ({ ttl: numberSet([rangeOf(value, 255)]) }),
  '--syn': () => ({ 'tcp-flags': flagsWith(23, 2) }),
  '--tcp-flags': (mask, _context, { values }) => ({ 'tcp-flags': flagsWith(flagsNamed(mask), flagsNamed(values[1] ?? '')) }),
  '--match-set': (name, context, { values }) => setRegion(name, values[1] ?? '', context),
  '--u32': u32Region,
};

/** Over the destination or source port of the protocol that the rule names. */
const ports: Readonly<Record<string, 'destination' | 'source'>> = {
  '--dport': 'destination',
  '--dports': 'destination',
  '--sport': 'source',
  '--sports': 'source',
};

const idle = new Set(['--comment']);

/** The packets that a rule matches. */
export function regionOfRule({ matches }: Pick<IptablesRule, 'matches'>, context: MatchContext): Region {
  const family = inFamily(anyAddress, context.family);
  const timed = matches.filter(({ module }) => module === 'time');
  const regions = matches
    .filter(({ name, module }) => !idle.has(name) && module !== 'time' && ports[name] === undefined)
    .map((option) => regionOfOption(option, context));
  const protocol = regions.reduce<IntervalSet>(
    (services, { service }) => (service === undefined ? services : intersect(services, service)),
    wholeOf('service'),
  );
  const portRegions = matches.filter(({ name }) => ports[name] !== undefined).map((option) => portRegion(option, protocol));
  return meet({ source: family, destination: family }, ...regions, ...portRegions, ...(timed.length === 0 ? [] : [timeRegion(timed)]));
}

function regionOfOption(option: IptablesOption, context: MatchContext): Region {
  const read = Object.hasOwn(single, option.name) ? single[option.name] : undefined;
  if (read === undefined) throw unreadable(`match \`${option.module === undefined ? '' : `-m ${option.module} `}${option.name}\``);
  const region = read(option.values[0] ?? '', context, option);
  if (!option.negated) return region;
  const [[dimension, set] = [], ...more] = Object.entries(region);
  if (dimension === undefined || set === undefined || more.length > 0) throw unreadable(`\`!\` before \`${option.name}\``);
  return { [dimension]: otherThan(dimension, set) };
}

function addressesOf(text: string, { family }: MatchContext): IntervalSet {
  return union(...text.split(',').map((part) => networkOf(part, family)));
}

/** `10.0.0.5/24` and `10.0.0.5/255.255.255.0` are the network around it. */
function networkOf(text: string, family: Family): IntervalSet {
  const [base = '', mask, ...more] = text.split('/');
  const value = parseAddress(base);
  if (value === undefined || familyOf(value) !== family || more.length > 0) throw unreadable(`\`${text}\` is no IPv${family} address`);
  const width = family === 4 ? 32 : 128;
  const bits =
    mask === undefined ? width : mask.includes('.') || mask.includes(':') ? prefixOf(mask) : /^[0-9]{1,3}$/.test(mask) ? Number(mask) : -1;
  if (bits < 0 || bits > width) throw unreadable(`\`${text}\` is no network`);
  return parseAddresses(printCidr(networkAround(value, bits)));
}

/** The length of a mask in dotted form; -1 where its ones are not together. */
function prefixOf(mask: string): number {
  const value = parseAddress(mask);
  if (value === undefined || familyOf(value) !== 4) return -1;
  const zeros = (1n << 32n) - value;
  const length = zeros.toString(2).length - 1;
  return 1n << BigInt(length) === zeros ? 32 - length : -1;
}

/** `eth+` is every interface whose name begins so. */
function interfaceNamed(text: string): IntervalSet {
  if (text.endsWith('+')) throw unreadable(`interfaces \`${text}\``, 'one interface');
  return wordSet([text]);
}

const states: Readonly<Record<string, ConnectionState>> = {
  NEW: 'new',
  ESTABLISHED: 'established',
  RELATED: 'related',
  INVALID: 'invalid',
};

function stateOf(word: string): ConnectionState {
  const state = Object.hasOwn(states, word) ? states[word] : undefined;
  if (state === undefined) throw unreadable(`connection state \`${word}\``, Object.keys(states).join(', '));
  return state;
}

function rangeOf(text: string, most: number): { readonly low: number; readonly high: number } {
  const [, low, high] = /^([0-9]{0,5})(?::([0-9]{0,5}))?$/.exec(text) ?? [];
  if (low === undefined) throw unreadable(`\`${text}\` is no number and no range`);
  const range = { low: Number(low), high: high === undefined ? Number(low) : high === '' ? most : Number(high) };
  if (range.low > range.high || range.high > most) throw unreadable(`\`${text}\` is no number and no range up to ${most}`);
  return range;
}

function portRegion({ name, values, negated, module }: IptablesOption, protocol: IntervalSet): Region {
  if (!isSubset(protocol, portServices)) throw unreadable(`\`${name}\` without a protocol that has ports`);
  const side = ports[name];
  const list = (values[0] ?? '').split(',');
  if (list.length > 1 && module !== 'multiport') throw unreadable(`several ports without \`-m multiport\``);
  const ranges = list.map((text) =>
    rangeOf(
      text
        .split(':')
        .map((part) => (part === '' ? '' : portNumber(part)))
        .join(':'),
      65_535,
    ),
  );
  if (side === 'source') {
    const set = numberSet(ranges);
    return { sourcePort: negated ? otherThan('sourcePort', set) : set };
  }
  const asked = servicesOf(protocol).flatMap((each) => ranges.map(({ low, high }) => serviceSet({ protocol: each.protocol, low, high })));
  return { service: negated ? otherThan('service', union(...asked)) : union(...asked) };
}

function flagsNamed(text: string): number {
  if (text === 'ALL') return 63;
  if (text === 'NONE') return 0;
  return text.split(',').reduce((flags, word) => {
    const flag = Object.hasOwn(tcpFlags, word.toLowerCase()) ? tcpFlags[word.toLowerCase()] : undefined;
    if (flag === undefined) throw unreadable(`TCP flag \`${word}\``);
    return flags | flag;
  }, 0);
}

function setRegion(name: string, sides: string, { sets, family }: MatchContext): Region {
  const entries = sets.get(name);
  if (entries === undefined) throw unreadable(`set \`${name}\` is not told`);
  const set = union(...entries.map((entry) => networkOf(entry, family)));
  if (sides === 'src') return { source: set };
  if (sides === 'dst') return { destination: set };
  throw unreadable(`\`--match-set ${name} ${sides}\``, '`src` or `dst`');
}

/**
 * Of u32, two places are read: octets 4–7 of IPv4 with a mask within its flags and offset of fragments (RFC 791), and the octet that
 * tells the protocol: 9 of IPv4, as `6&0xFF`, and 6 of IPv6, as `3&0xFF` (RFC 8200).
 */
function u32Region(text: string, { family }: MatchContext): Region {
  const [, ...words] = /^(0x[0-9a-f]+|[0-9]+)&(0x[0-9a-f]+|[0-9]+)=(0x[0-9a-f]+|[0-9]+)(?::(0x[0-9a-f]+|[0-9]+))?$/i.exec(text) ?? [];
  const [at = -1, bits = -1, from = -1, to = from] = words.filter((word) => word !== undefined).map(Number);
  if (at === protocolPlace[family] && bits === 255 && to <= 255) return { service: union(...numbersFrom(from, to).map(protocolSet)) };
  if (family !== 4 || at !== 4 || bits > 16_383) throw unreadable(`\`--u32 ${text}\``);
  const held = numbersFrom(0, 16_383).filter((value) => (value & bits) >= from && (value & bits) <= to);
  return { fragment: numberSet(held.map((value) => ({ low: value, high: value }))) };
}

const protocolPlace: Readonly<Record<Family, number>> = { 4: 6, 6: 3 };

function numbersFrom(low: number, high: number): readonly number[] {
  return Array.from({ length: high - low + 1 }, (_, index) => low + index);
}

/** What a target that resets can be asked of: TCP alone. */
export const tcpOnly: IntervalSet = protocolSet(6);
