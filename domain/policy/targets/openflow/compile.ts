/**
 * Policies to OpenFlow 1.3 (ONF TS-025 "OpenFlow Switch Specification 1.3.5") flows of table 0, in the text of `ovs-ofctl(8)`, one a line:
 * `ovs-ofctl -O OpenFlow13 add-flows BRIDGE edict.flows`.
 *
 * - Flows stand by weight: deny 3000, allow 2000, claim 1000. All flows of one priority do the same, since the specification leaves
 *   open which of two overlapping flows of one priority is taken. What is allowed, and what no rule speaks of (priority 0), goes on to table 1,
 *   which is the switch's own; what is refused is dropped.
 * - Each flow writes out what its fields presuppose (`tcp` before `tp_dst`), for a field without it is dropped in silence and the flow matches all.
 * - Ranges of ports are value/mask pairs. The specification has no masks for ports, Open vSwitch takes them (ovs-fields(7), "TCP, UDP, and SCTP").
 * - The upper half of a flow's cookie says that it is ours, the lower half which rule's: counters can be read and flows removed by cookie/mask.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Inventory } from '../../../context/inventory.ts';
import { type Family, familyLine, printCidrs } from '../../addresses.ts';
import type { IntervalSet } from '../../intervals.ts';
import type { Policy, RuleEffect } from '../../model.ts';
import { artifactOf, selfDigest } from '../artifact.ts';
import { statelessLines, type StatelessLine } from '../stateless/lines.ts';
import { statelessLosses } from '../stateless/losses.ts';
import { entriesOf, type Entry, type Range, type Words } from '../stateless/services.ts';
import type { Compilation } from '../target.ts';
import { masksOf } from './masks.ts';

/** TCP, UDP and SCTP: OpenFlow has no fields for the ports of DCCP and UDP-Lite. */
const words: Words = { ports: [6, 17, 132], icmp: { 4: 1, 6: 58 } };

/** "EDIC" in ASCII. */
const cookieMark = '45444943';

const priorityOf: Readonly<Record<RuleEffect, number>> = { deny: 3000, allow: 2000, claim: 1000 };

export function compileOpenFlow(policies: readonly Policy[], inventory: Inventory): Compilation {
  const said = statelessLines(policies, inventory, words);
  return {
    artifact: artifactOf('openflow', { 'edict.flows': printFlows(said.lines) }),
    losses: statelessLosses('openflow', policies, inventory, said),
  };
}

function printFlows(lines: readonly StatelessLine[]): string {
  const taken = new Set<string>();
  const flows: string[] = [];
  let rule = '';
  for (const line of lines) {
    const fresh = [...new Set(matchesOf(line).map((match) => `priority=${priorityOf[line.effect]},${match}`))].filter(
      (match) => !taken.has(match),
    );
    if (line.id !== rule && fresh.length > 0) flows.push(`# ${line.id}`);
    rule = line.id;
    for (const match of fresh) taken.add(match);
    flows.push(...fresh.map((match) => `table=0,cookie=0x${cookieMark}${cookieOf(line.id)},${match},actions=${actionOf[line.decision]}`));
  }
  return [
    '# Written by Edict; changed by hand, it is drift.',
    `# edict artifact ${selfDigest}`,
    ...flows,
    '# what no rule speaks of',
    `table=0,cookie=0x${cookieMark}00000000,priority=0,actions=goto_table:1`,
    '',
  ].join('\n');
}

const actionOf: Readonly<Record<StatelessLine['decision'], string>> = { allow: 'goto_table:1', deny: 'drop' };

function cookieOf(id: string): string {
  return bytesToHex(sha256(utf8ToBytes(id)).subarray(0, 4));
}

function matchesOf({ family, box }: StatelessLine): readonly string[] {
  const sources = addressesOf(box.source, family, family === 4 ? 'nw_src' : 'ipv6_src');
  const destinations = addressesOf(box.destination, family, family === 4 ? 'nw_dst' : 'ipv6_dst');
  return entriesOf(box).flatMap((entry) =>
    serviceMatches(entry, family).flatMap(({ head, tail }) =>
      sources.flatMap((source) => destinations.map((destination) => [head, ...source, ...destination, ...tail].join(','))),
    ),
  );
}

function addressesOf(set: IntervalSet, family: Family, field: string): readonly (readonly string[])[] {
  const [first, ...more] = set;
  if (more.length === 0 && first?.low === familyLine[family].low && first.high === familyLine[family].high) return [[]];
  return printCidrs(set).map((cidr) => [`${field}=${cidr.replace(family === 4 ? /\/32$/ : /\/128$/, '')}`]);
}

type ServiceMatch = { readonly head: string; readonly tail: readonly string[] };

function serviceMatches({ protocol, ports, sourcePorts, icmp }: Entry, family: Family): readonly ServiceMatch[] {
  const head = protocol === undefined ? ipOf[family] : (headOf[family][protocol] ?? `${ipOf[family]},nw_proto=${protocol}`);
  if (icmp !== undefined) {
    const code = icmp.code === undefined ? [] : [`icmp_code=${icmp.code}`];
    return [{ head, tail: [`icmp_type=${icmp.type}`, ...code] }];
  }
  return portMatches('tp_src', sourcePorts).flatMap((source) =>
    portMatches('tp_dst', ports).map((destination) => ({ head, tail: [...source, ...destination] })),
  );
}

const ipOf: Readonly<Record<Family, string>> = { 4: 'ip', 6: 'ipv6' };

const headOf: Readonly<Record<Family, { readonly [protocol: number]: string }>> = {
  4: { 1: 'icmp', 6: 'tcp', 17: 'udp', 132: 'sctp' },
  6: { 58: 'icmp6', 6: 'tcp6', 17: 'udp6', 132: 'sctp6' },
};

function portMatches(field: string, range: Range | undefined): readonly (readonly string[])[] {
  if (range === undefined) return [[]];
  return masksOf(range).map(({ value, mask }) => [mask === 0xffff ? `${field}=${value}` : `${field}=0x${hex(value)}/0x${hex(mask)}`]);
}

function hex(value: number): string {
  return value.toString(16).padStart(4, '0');
}
