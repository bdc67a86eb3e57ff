/**
 * Reads OpenFlow 1.3 flows back: table 0 as a switch goes through it for a packet between two hosts, by priority. A packet that comes
 * to no flow is dropped, as the specification has it (§ 5.4 "Table-miss"). The flow of priority 0 without fields is the table-miss: what
 * it lets pass is "not applicable". Shares no code with compile.ts.
 */
import ipaddr from 'ipaddr.js';
import { fromAddressIntervals } from '../../addresses.ts';
import { type Box, everything, intersectBoxes, isEmpty } from '../../boxes.ts';
import { type Interval, type IntervalSet, intervalSet } from '../../intervals.ts';
import { flowSet } from '../../request/flow.ts';
import type { Artifact, ReadRule } from '../target.ts';
import { type Flow, parseFlows, unreadable } from './parse.ts';

export function readOpenFlow(artifact: Artifact): readonly ReadRule[] {
  const { 'edict.flows': text, ...others } = artifact.files;
  if (artifact.target !== 'openflow' || text === undefined || Object.keys(others).length > 0)
    throw unreadable(`files \`${Object.keys(artifact.files).join(' ')}\` of a ${artifact.target} artifact`, 0, '`edict.flows` alone');
  const { heading, flows } = parseFlows(text);
  if (!heading.includes(`edict artifact ${artifact.digest}`)) throw unreadable('the heading', 1, `\`edict artifact ${artifact.digest}\``);
  const read = flows.map((flow) => ({ flow, box: boxOf(flow) }));
  refuseTies(read);
  const ordered = read.toSorted((a, b) => b.flow.priority - a.flow.priority);
  return [
    ...ordered.map(({ flow, box }): ReadRule => ({ box, decision: decisionOf(flow), where: { line: flow.line, text: flow.text } })),
    { box: { ...everything, flow: through }, decision: 'deny' },
  ];
}

const through = flowSet({ directions: ['forward'] });

function decisionOf({ action, priority, match, line, table }: Flow): ReadRule['decision'] {
  if (table !== 0) throw unreadable(`a flow of table ${table}`, line, 'table 0 alone');
  if (action.kind === 'drop') return 'deny';
  if (action.table !== 1) throw unreadable(`\`goto_table:${action.table}\``, line, '`goto_table:1`');
  return priority === 0 && match.size === 0 ? 'not-applicable' : 'allow';
}

type Read = { readonly flow: Flow; readonly box: Box };

/** Of two flows of one priority that a packet matches, a switch may take either (§ 5.2). */
function refuseTies(read: readonly Read[]): void {
  const byPriority = new Map<number, Read[]>();
  for (const each of read) byPriority.set(each.flow.priority, [...(byPriority.get(each.flow.priority) ?? []), each]);
  for (const level of byPriority.values()) {
    const [first] = level;
    if (first === undefined || level.every(({ flow }) => decisionOf(flow) === decisionOf(first.flow))) continue;
    for (const [index, one] of level.entries())
      for (const other of level.slice(index + 1))
        if (decisionOf(one.flow) !== decisionOf(other.flow) && !isEmpty(intersectBoxes(one.box, other.box)))
          throw unreadable(
            `flows of lines ${one.flow.line} and ${other.flow.line}, of one priority and against each other`,
            other.flow.line,
          );
  }
}

type Kind = { readonly family?: 4 | 6; readonly protocol?: number };

/** Shorthands of ovs-ofctl(8). */
const kinds: { readonly [word: string]: Kind } = {
  ip: { family: 4 },
  ipv6: { family: 6 },
  icmp: { family: 4, protocol: 1 },
  icmp6: { family: 6, protocol: 58 },
  tcp: { family: 4, protocol: 6 },
  tcp6: { family: 6, protocol: 6 },
  udp: { family: 4, protocol: 17 },
  udp6: { family: 6, protocol: 17 },
  sctp: { family: 4, protocol: 132 },
  sctp6: { family: 6, protocol: 132 },
};

function boxOf(flow: Flow): Box {
  const words = [...flow.match].filter(([key, value]) => value === '' && Object.hasOwn(kinds, key));
  if (words.length > 1) throw unreadable(`\`${words.map(([key]) => key).join(',')}\``, flow.line, 'one kind of packet');
  const { family, protocol = numberOf(flow, 'nw_proto', 255) } = kinds[words[0]?.[0] ?? ''] ?? {};
  const kind: Kind = { ...(family === undefined ? {} : { family }), ...(protocol === undefined ? {} : { protocol }) };
  const rest = new Map([...flow.match].filter(([key]) => key !== words[0]?.[0] && key !== 'nw_proto'));
  if (family === undefined && flow.match.size > 0)
    throw unreadable(`\`${flow.text}\``, flow.line, '`ip` or `ipv6`, which its fields presuppose');
  const box = {
    ...everything,
    flow: through,
    source: addressSet(flow, rest, kind, 'src'),
    destination: addressSet(flow, rest, kind, 'dst'),
    sourcePort: portSet(flow, rest, kind, 'tp_src') ?? everything.sourcePort,
    service: serviceSet(flow, rest, kind),
  };
  if (rest.size > 0) throw unreadable(`\`${[...rest.keys()].join(',')}\``, flow.line);
  return box;
}

function take(rest: Map<string, string>, key: string): string | undefined {
  const value = rest.get(key);
  rest.delete(key);
  return value;
}

function addressSet(flow: Flow, rest: Map<string, string>, { family }: Kind, side: 'src' | 'dst'): IntervalSet {
  if (family === undefined) return everything.source;
  const text = take(rest, `${family === 4 ? 'nw' : 'ipv6'}_${side}`);
  const whole = (1n << BigInt(family === 4 ? 32 : 128)) - 1n;
  return fromAddressIntervals([{ family, ...(text === undefined ? { low: 0n, high: whole } : prefixOf(text, family, flow.line)) }]);
}

function prefixOf(text: string, family: 4 | 6, line: number): Interval {
  const [address = '', bits, ...more] = text.split('/');
  const width = family === 4 ? 32 : 128;
  const length = bits === undefined ? width : /^[0-9]{1,3}$/.test(bits) ? Number(bits) : -1;
  const known =
    family === 4 ? /^(?:(?:0|[1-9][0-9]{0,2})(?:\.|$)){4}$/.test(address) && ipaddr.IPv4.isValid(address) : ipaddr.IPv6.isValid(address);
  if (!known || more.length > 0 || length < 0 || length > width) throw unreadable(`\`${text}\``, line, `an IPv${family} address or CIDR`);
  const low = ipaddr
    .parse(address)
    .toByteArray()
    .reduce((value, byte) => value * 256n + BigInt(byte), 0n);
  const size = 1n << BigInt(width - length);
  if (low % size !== 0n) throw unreadable(`\`${text}\``, line, 'a CIDR without host bits');
  return { low, high: low + size - 1n };
}

const withPorts: readonly (number | undefined)[] = [6, 17, 132];

/** The runs of ports that a value and a mask take in. */
function portSet(flow: Flow, rest: Map<string, string>, { protocol }: Kind, field: string): IntervalSet | undefined {
  const text = take(rest, field);
  if (text === undefined) return undefined;
  if (!withPorts.includes(protocol)) throw unreadable(`\`${field}=${text}\``, flow.line, '`tcp`, `udp` or `sctp` before it');
  const [value, mask = 0xffff] = text.split('/').map((each) => (/^(?:0x[0-9a-f]{1,4}|[0-9]{1,5})$/.test(each) ? Number(each) : -1));
  if (
    value === undefined ||
    value < 0 ||
    value > 0xffff ||
    mask < 0 ||
    mask > 0xffff ||
    text.split('/').length > 2 ||
    (value & ~mask) !== 0
  )
    throw unreadable(`\`${field}=${text}\``, flow.line, 'a port, or a value within its mask');
  const free = 0xffff & ~mask;
  const low = free & (free + 1);
  // Bits that are free below a fixed one make one run; those above it repeat the run.
  if (low !== 0) return intervalSet(spread(value, free).map((port) => ({ low: BigInt(port), high: BigInt(port) })));
  return [{ low: BigInt(value), high: BigInt(value + free) }];
}

/** Every number that a value makes with its free bits set in all ways. */
function spread(value: number, free: number): readonly number[] {
  const found: number[] = [];
  for (let bits = free; ; bits = (bits - 1) & free) {
    found.push(value | bits);
    if (bits === 0) return found;
  }
}

function serviceSet(flow: Flow, rest: Map<string, string>, kind: Kind): IntervalSet {
  const { family, protocol } = kind;
  const ports = portSet(flow, rest, kind, 'tp_dst');
  const [type, code] = [take(rest, 'icmp_type'), take(rest, 'icmp_code')];
  if (protocol === undefined) {
    if (type !== undefined || code !== undefined) throw unreadable('`icmp_type`', flow.line, '`icmp` or `icmp6` before it');
    return everything.service;
  }
  const base = BigInt(protocol * 65_536);
  if (ports !== undefined) return ports.map(({ low, high }) => ({ low: base + low, high: base + high }));
  // All of the protocol's places on the line, those that no packet has included.
  if (type === undefined && code === undefined) return [{ low: base, high: base + 65_535n }];
  if (type === undefined || protocol !== (family === 4 ? 1 : 58))
    throw unreadable('`icmp_code`', flow.line, '`icmp` or `icmp6`, and `icmp_type`, before it');
  const first = base + BigInt(byteOf(type, flow.line) * 256);
  const low = code === undefined ? first : first + BigInt(byteOf(code, flow.line));
  return [{ low, high: code === undefined ? first + 255n : low }];
}

function byteOf(text: string, line: number): number {
  if (!/^[0-9]{1,3}$/.test(text) || Number(text) > 255) throw unreadable(`\`${text}\``, line, '0–255');
  return Number(text);
}

function numberOf({ match, line }: Flow, key: string, most: number): number | undefined {
  const text = match.get(key);
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,3}$/.test(text) || Number(text) > most) throw unreadable(`\`${key}=${text}\``, line, `0–${most}`);
  return Number(text);
}
