/** What the expressions of nft's language mean, as regions. What is not known here is `artifact-unreadable`. */
import { anyAddress, type Family, inFamily } from '../../addresses.ts';
import { intersect, type IntervalSet, union } from '../../intervals.ts';
import { type ConnectionState, flowSet, states } from '../../request/flow.ts';
import { icmpSet, maxPort, portServices, protocolSet, serviceSet, servicesOf } from '../../service-selector.ts';
import { unreadable } from '../filter.ts';
import { networkIn, rangeIn } from '../networks.ts';
import { portNumber } from '../port-names.ts';
import { flagsWith, icmpType, protocolNumber, tcpFlags } from '../protocols.ts';
import { meet, numberSet, otherThan, type Region, wholeOf, wordSet } from '../region.ts';
import type { NftItem, NftTable } from './tree.ts';

export type MatchContext = {
  readonly table: Pick<NftTable, 'sets'>;
  /** Of what the rule's other matches leave: `th dport` speaks of the protocols that they name. */
  readonly service: IntervalSet;
};

type Match = { readonly left: string; readonly op: string; readonly right: readonly NftItem[] };

/** A line and the values on it; `also`: what the match takes for granted; `as`: what values of that line are in the region. */
type Reading = {
  readonly dimension: string;
  readonly set: IntervalSet;
  readonly also?: Region;
  readonly as?: (asked: IntervalSet) => Region;
};

type Read = (items: readonly NftItem[], context: MatchContext) => Reading;

const inside = (family: Family): Region => ({ source: inFamily(anyAddress, family), destination: inFamily(anyAddress, family) });

function address(dimension: 'source' | 'destination', family: Family): Read {
  return (items) => ({ dimension, set: inFamily(union(...items.map(addressesOf)), family), also: inside(family) });
}

function port(dimension: 'service' | 'sourcePort', protocol: number | undefined): Read {
  return (items, { service }) => {
    const protocols = protocol === undefined ? servicesOf(intersect(service, portServices)).map((each) => each.protocol) : [protocol];
    if (protocols.length === 0) throw unreadable('ports of a protocol that has none');
    const also = { service: union(...protocols.map(protocolSet)) };
    const reading: Reading = { dimension: 'sourcePort', set: numberSet(items.map(portsOf)), also };
    return dimension === 'sourcePort' ? reading : { ...reading, as: (ports) => ({ service: servicesAt(protocols, ports) }) };
  };
}

function servicesAt(protocols: readonly number[], ports: IntervalSet): IntervalSet {
  const told = intersect(ports, [{ low: 0n, high: BigInt(maxPort) }]);
  return union(
    ...protocols.flatMap((protocol) => told.map(({ low, high }) => serviceSet({ protocol, low: Number(low), high: Number(high) }))),
  );
}

function messages(version: 4 | 6): Read {
  return (items) => ({
    dimension: 'service',
    set: union(...items.flatMap((item) => runOf(item, (text) => icmpType(text, version)).map((type) => icmpSet(version, type)))),
    also: { service: protocolSet(version === 4 ? 1 : 58), ...inside(version) },
  });
}

const protocol: Read = (items) => ({
  dimension: 'service',
  set: union(...items.flatMap((item) => runOf(item, numberOfProtocol).map(protocolSet))),
});

function words(dimension: string): Read {
  return (items) => ({
    dimension,
    set: wordSet(
      items.map((item) => {
        if (item.kind !== 'value' || item.text.endsWith('*')) throw unreadable(`\`${dimension}\` of a pattern`, 'a name');
        return item.text;
      }),
    ),
  });
}

function numbers(dimension: string, also: Region): Read {
  return (items) => ({ dimension, set: numberSet(items.map((item) => rangeOf(item, numberIn))), also });
}

const reads: Readonly<Record<string, Read>> = {
  'ip saddr': address('source', 4),
  'ip daddr': address('destination', 4),
  'ip6 saddr': address('source', 6),
  'ip6 daddr': address('destination', 6),
  'ip protocol': (items, context) => ({ ...protocol(items, context), also: inside(4) }),
  'ip6 nexthdr': (items, context) => ({ ...protocol(items, context), also: inside(6) }),
  'meta l4proto': protocol,
  'meta nfproto': familyOfPacket,
  'meta protocol': familyOfPacket,
  'ct state': (items) => ({ dimension: 'flow', set: flowSet({ states: items.map(stateOf) }) }),
  'meta iifname': words('in-interface'),
  'meta iif': words('in-interface'),
  'meta oifname': words('out-interface'),
  'meta oif': words('out-interface'),
  'icmp type': messages(4),
  'icmpv6 type': messages(6),
  'tcp flags masked': ([item]) => ({ dimension: 'tcp-flags', set: masked(item), also: { service: protocolSet(6) } }),
  'tcp flags': (items) => ({ dimension: 'tcp-flags', set: anyFlag(items), also: { service: protocolSet(6) } }),
  'ip ttl': numbers('ttl', inside(4)),
  'ip6 hoplimit': numbers('ttl', inside(6)),
  'meta length': numbers('packet-length', {}),
  ...Object.fromEntries(
    (
      [
        ['tcp', 6],
        ['udp', 17],
        ['dccp', 33],
        ['sctp', 132],
        ['udplite', 136],
        ['th', undefined],
      ] as const
    ).flatMap(([name, number]) => [
      [`${name} dport`, port('service', number)],
      [`${name} sport`, port('sourcePort', number)],
    ]),
  ),
};

export function regionOfMatch({ left, op, right }: Match, context: MatchContext): Region {
  const read = Object.hasOwn(reads, left) ? reads[left] : undefined;
  if (read === undefined) throw unreadable(`a match on \`${left}\``);
  const items = right.flatMap((item) => elementsOf(item, context));
  const { dimension, set, also = {}, as = (asked: IntervalSet): Region => ({ [dimension]: asked }) } = read(items, context);
  return meet(also, as(compare(dimension, set, op)));
}

function elementsOf(item: NftItem, { table }: MatchContext): readonly NftItem[] {
  if (item.kind !== 'set') return [item];
  const elements = table.sets.get(item.name);
  if (elements === undefined) throw unreadable(`set \`${item.name}\` is not there`);
  return elements;
}

function compare(dimension: string, set: IntervalSet, op: string): IntervalSet {
  if (op === '==') return set;
  if (op === '!=') return otherThan(dimension, set);
  const [value, ...more] = set;
  if (value === undefined || more.length > 0 || dimension === 'service') throw unreadable(`\`${op}\` of \`${dimension}\``);
  const { low, high } = value;
  return intersect(wholeOf(dimension), op.startsWith('<') ? below(op === '<' ? low - 1n : high) : above(op === '>' ? high + 1n : low));
}

const far = 1n << 2_000n;

function below(last: bigint): IntervalSet {
  return last < 0n ? [] : [{ low: 0n, high: last }];
}

function above(first: bigint): IntervalSet {
  return [{ low: first, high: far }];
}

function addressesOf(item: NftItem): IntervalSet {
  return item.kind === 'range' ? rangeIn(`${item.low}-${item.high}`) : networkIn(item.kind === 'value' ? item.text : '');
}

function rangeOf(item: NftItem, read: (text: string) => number): { readonly low: number; readonly high: number } {
  if (item.kind === 'range') return { low: read(item.low), high: read(item.high) };
  const value = read(item.kind === 'value' ? item.text : '');
  return { low: value, high: value };
}

function portsOf(item: NftItem): { readonly low: number; readonly high: number } {
  return rangeOf(item, portNumber);
}

function runOf(item: NftItem, read: (text: string) => number): readonly number[] {
  const { low, high } = rangeOf(item, read);
  return Array.from({ length: high - low + 1 }, (_, index) => low + index);
}

function numberIn(text: string): number {
  if (!/^[0-9]{1,5}$/.test(text)) throw unreadable(`\`${text}\` is no number`);
  return Number(text);
}

function numberOfProtocol(text: string): number {
  const number = protocolNumber(text);
  if (number === undefined) throw unreadable(`unknown protocol \`${text}\``);
  return number;
}

function familyOfPacket(items: readonly NftItem[]): Reading {
  const families = items.map((item): Family => {
    const text = item.kind === 'value' ? item.text : '';
    if (text === 'ipv4' || text === 'ip') return 4;
    if (text === 'ipv6' || text === 'ip6') return 6;
    throw unreadable(`protocol \`${text}\` of a packet`);
  });
  const set = union(...families.map((family) => inFamily(anyAddress, family)));
  return { dimension: 'source', set };
}

function stateOf(item: NftItem): ConnectionState {
  const text = item.kind === 'value' ? item.text : '';
  const found = states.find((state) => state === text);
  if (found === undefined) throw unreadable(`connection state \`${text}\``, states.join(', '));
  return found;
}

function flagsNamed(text: string): number {
  return text.split(',').reduce((flags, word) => {
    const flag = word === '0x0' || word === '0' ? 0 : Object.hasOwn(tcpFlags, word) ? tcpFlags[word] : undefined;
    if (flag === undefined) throw unreadable(`TCP flag \`${word}\``);
    return flags | flag;
  }, 0);
}

/** `mask/set`. */
function masked(item: NftItem | undefined): IntervalSet {
  const [mask = '', set = ''] = item?.kind === 'value' ? item.text.split('/') : [];
  return flagsWith(flagsNamed(mask), flagsNamed(set));
}

/** `tcp flags syn` matches where the flag is set, `tcp flags syn,ack` where any is. */
function anyFlag(items: readonly NftItem[]): IntervalSet {
  return union(
    ...items.map((item) => {
      const flag = flagsNamed(item.kind === 'value' ? item.text : '');
      return flagsWith(flag, flag);
    }),
  );
}
