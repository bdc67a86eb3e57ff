/**
 * Policies to Cisco IOS and IOS XE: `edict.ios` with the access lists EDICT-IPV4 and EDICT-IPV6, the object groups and the time ranges
 * that they use. Which interfaces the lists are bound to, and in which direction, is the device's own configuration.
 *
 * - Entries stand by weight: deny, allow, claim; the first that matches decides. What no rule speaks of is permitted by a last entry: that
 *   is "not applicable", and it is left to the device's other lists.
 * - A list looks at each packet by itself. `permit tcp any any established` comes first, so that TCP's answers pass; answers of other
 *   protocols pass where a rule, or none, says so. Where a rule names the states of answers it is not there, and a rule on the answers
 *   of TCP alone says `established` itself.
 * - IPv4 addresses of several networks, and services of several kinds, are an object group: one entry instead of as many as there are
 *   pairs. Groups are named by the digest of what they hold, so that equal ones are one and a change of one leaves the others.
 * - Time ranges are told by the device's clock, which is in UTC unless it is set otherwise: windows in UTC are exact. An exception in
 *   another zone is left out of a deny or claim, and holds at every time on an allow: the artifact refuses more, never less.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { digestOfText } from '../../../digest.ts';
import { cidrsOf, type Cidr, families, type Family, familyLine, printAddress } from '../../addresses.ts';
import { anyMinute } from '../../time-window.ts';
import { type Interval, type IntervalSet, isEqual, isSubset } from '../../intervals.ts';
import { allRules, namedFlows } from '../../clauses.ts';
import type { NetworkRule, Policy } from '../../model.ts';
import { flowSet } from '../../request/flow.ts';
import { protocolNumbers, protocolSet, selectedServices } from '../../service-selector.ts';
import { artifactOf, selfDigest } from '../artifact.ts';
import { statelessLines, type StatelessLine } from '../stateless/lines.ts';
import { statelessLosses } from '../stateless/losses.ts';
import { entriesOf, type Entry, type Range, type Words } from '../stateless/services.ts';
import type { Compilation } from '../target.ts';
import { periods } from './periods.ts';

/** Ports of TCP and UDP; the clock of a device is in UTC unless it is told otherwise. */
const words: Words = { ports: [6, 17], icmp: { 4: 1, 6: 58 }, zone: 'UTC' };

export function compileCiscoIos(policies: readonly Policy[], inventory: Inventory): Compilation {
  const rules = allRules(policies);
  const answering = new Set(rules.filter(({ rule }) => isOnAnswers(rule)).map(({ id }) => id));
  const { lines, inexact } = statelessLines(policies.map(asPackets), inventory, words);
  const said = lines.map((line) => (answering.has(line.id) ? { ...line, box: { ...line.box, flow: answers } } : line));
  const { states } = namedFlows(rules.map(({ rule }) => rule));
  const writer: Writer = { blocks: new Map(), answersPass: !states.includes('established') && !states.includes('related') };
  const lists = families.map((family) =>
    printList(
      said.filter((line) => line.family === family),
      family,
      writer,
    ),
  );
  const text = [
    '! Written by Edict; changed by hand, it is drift.',
    `! edict artifact ${selfDigest}`,
    ...[...writer.blocks.keys()].toSorted().flatMap((head) => [head, ...(writer.blocks.get(head) ?? []).map((line) => ` ${line}`), '!']),
    ...lists.flat(),
    'end',
    '',
  ].join('\n');
  const losses = statelessLosses('cisco-ios', policies, inventory, { lines: said, inexact });
  return { artifact: artifactOf('cisco-ios', { 'edict.ios': text }), losses };
}

const answers = flowSet({ directions: ['forward'], states: ['established', 'related'] });

/** A rule on the answers of TCP, all of them and nothing else. */
function isOnAnswers({ match }: NetworkRule): boolean {
  const { state = [], direction = 'forward', service } = match;
  const both = [...new Set(state)].toSorted().join(' ') === 'established related';
  return both && direction === 'forward' && isSubset(selectedServices(service), protocolSet(protocolNumbers.tcp));
}

/** The same rule of packets, whatever they belong to: the entry tells by `established`. */
function asPackets(policy: Policy): Policy {
  return {
    ...policy,
    rules: policy.rules.map((rule) =>
      rule.kind === 'network' && isOnAnswers(rule) ? { ...rule, match: { ...rule.match, state: undefined } } : rule,
    ),
  };
}

type Writer = { readonly blocks: Blocks; readonly answersPass: boolean };

/** Object groups and time ranges by their first line. */
type Blocks = Map<string, readonly string[]>;

const heads: Readonly<Record<Family, string>> = { 4: 'ip access-list extended EDICT-IPV4', 6: 'ipv6 access-list EDICT-IPV6' };
const everything: Readonly<Record<Family, string>> = { 4: 'ip', 6: 'ipv6' };

/** A remark is at most this long (IOS Security Command Reference, "remark"). */
const longestRemark = 100;

function printList(lines: readonly StatelessLine[], family: Family, { blocks, answersPass }: Writer): readonly string[] {
  const taken = new Set<string>();
  let rule = '';
  const entries = lines.flatMap((line) => {
    const fresh = entriesIn(line, blocks).filter((entry) => !taken.has(`${line.effect} ${entry}`));
    for (const entry of fresh) taken.add(`${line.effect} ${entry}`);
    const remark = line.id === rule || fresh.length === 0 ? [] : [`remark ${line.id.slice(0, longestRemark)}`];
    if (fresh.length > 0) rule = line.id;
    return [...remark, ...fresh];
  });
  const own = [
    ...(answersPass ? ['permit tcp any any established'] : []),
    ...entries,
    'remark what no rule speaks of',
    `permit ${everything[family]} any any`,
  ];
  return [`no ${heads[family]}`, heads[family], ...own.map((entry) => ` ${entry}`), '!'];
}

function entriesIn({ decision, family, box }: StatelessLine, blocks: Blocks): readonly string[] {
  const action = decision === 'allow' ? 'permit' : 'deny';
  const services = servicesOf(entriesOf(box), family, blocks);
  const [sources, destinations] = [addresses(box.source, family, blocks), addresses(box.destination, family, blocks)];
  const state = isEqual(box.flow, answers) ? ' established' : '';
  const time = isSubset(anyMinute, box.minute) ? '' : ` time-range ${named(blocks, 'time-range', periods(box.minute))}`;
  return services.flatMap(({ protocol, from, to }) =>
    sources.flatMap((source) =>
      destinations.map((destination) => `${action} ${protocol} ${source}${from} ${destination}${to}${state}${time}`),
    ),
  );
}

function named(blocks: Blocks, kind: string, lines: readonly string[]): string {
  const name = `EDICT-${digestOfText(lines.join('\n')).slice('sha256:'.length, 'sha256:'.length + 12)}`;
  blocks.set(`${kind} ${name}`, lines);
  return name;
}

function addresses(set: IntervalSet, family: Family, blocks: Blocks): readonly string[] {
  if (isEqual(set, [familyLine[family]])) return ['any'];
  const cidrs = cidrsOf(set);
  if (family === 6) return cidrs.map(({ low, bits }) => (bits === 128 ? `host ${printAddress(low)}` : `${printAddress(low)}/${bits}`));
  if (cidrs.length === 1) return cidrs.map((cidr) => printNetwork(cidr, wildcardOf));
  return [`object-group ${named(blocks, 'object-group network', set.map(groupAddress))}`];
}

function groupAddress(interval: Interval): string {
  const [cidr, ...more] = cidrsOf([interval]);
  if (cidr !== undefined && more.length === 0) return printNetwork(cidr, netmaskOf);
  return `range ${printAddress(interval.low)} ${printAddress(interval.high)}`;
}

function printNetwork({ low, bits }: Cidr, mask: (bits: number) => bigint): string {
  return bits === 32 ? `host ${printAddress(low)}` : `${printAddress(low)} ${printAddress(mask(bits))}`;
}

function wildcardOf(bits: number): bigint {
  return (1n << BigInt(32 - bits)) - 1n;
}

/** Groups take netmasks, entries wildcards. */
function netmaskOf(bits: number): bigint {
  return familyLine[4].high - wildcardOf(bits);
}

type Printed = { readonly protocol: string; readonly from: string; readonly to: string };

function servicesOf(entries: readonly Entry[], family: Family, blocks: Blocks): readonly Printed[] {
  const own = entries.filter(({ protocol }) => protocol !== words.icmp[family === 4 ? 6 : 4]);
  const grouped = family === 4 ? own.filter(isGroupable) : [];
  const single = grouped.length > 1 ? own.filter((entry) => !isGroupable(entry)) : own;
  const group =
    grouped.length > 1
      ? [{ protocol: `object-group ${named(blocks, 'object-group service', grouped.map(groupLine))}`, from: '', to: '' }]
      : [];
  return [...group, ...single.map((entry) => printEntry(entry, family))];
}

function isGroupable({ protocol, sourcePorts, icmp }: Entry): boolean {
  return protocol !== undefined && sourcePorts === undefined && icmp === undefined;
}

function groupLine({ protocol = 0, ports }: Entry): string {
  return `${printProtocol(protocol)}${printPorts(ports)}`;
}

function printEntry({ protocol, ports, sourcePorts, icmp }: Entry, family: Family): Printed {
  if (protocol === undefined) return { protocol: everything[family], from: '', to: '' };
  const message = icmp === undefined ? '' : ` ${icmp.type}${icmp.code === undefined ? '' : ` ${icmp.code}`}`;
  return { protocol: printProtocol(protocol), from: printPorts(sourcePorts), to: `${printPorts(ports)}${message}` };
}

/** `icmp` is ICMPv6 in a list for IPv6. */
const printed: ReadonlyMap<number, string> = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [58, 'icmp'],
]);

function printProtocol(protocol: number): string {
  return printed.get(protocol) ?? String(protocol);
}

function printPorts(range: Range | undefined): string {
  if (range === undefined) return '';
  return range.low === range.high ? ` eq ${range.low}` : ` range ${range.low} ${range.high}`;
}
