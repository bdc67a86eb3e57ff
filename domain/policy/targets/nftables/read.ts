/**
 * Reads an nftables artifact back: walks each hook's chain as the kernel does, and reports what is accepted and refused, in order. The
 * end of a chain is "not applicable". Shares no code with compile.ts.
 */
import ipaddr from 'ipaddr.js';
import { EdictError } from '../../../errors.ts';
import { anyAddress, fromAddressIntervals, inFamily } from '../../addresses.ts';
import { type Box, everything, intersectBoxes, isEmpty, subtractBoxes } from '../../boxes.ts';
import { type IntervalSet, intervalSet, isSubset, union } from '../../intervals.ts';
import { type ConnectionState, type Direction, flowSet, states } from '../../request/flow.ts';
import { icmpSet, protocolSet, serviceSet } from '../../service-selector.ts';
import type { AddressInterval, Artifact, ReadRule } from '../target.ts';
import { type NftMatch, type NftRule, type NftTable, parseNft, type PortProtocol } from './parse.ts';

/** The kernel's own limit on nested jumps. */
const deepest = 16;

export function readNftables(artifact: Artifact): readonly ReadRule[] {
  const { 'edict.nft': text, ...others } = artifact.files;
  if (artifact.target !== 'nftables' || text === undefined || Object.keys(others).length > 0)
    throw unreadable(`files \`${Object.keys(artifact.files).join(' ')}\` of a ${artifact.target} artifact`, 'edict.nft alone');
  const table = parseNft(text);
  if (table.name !== 'edict_policy') throw unreadable(`table \`${table.name}\``, '`edict_policy`');
  if (table.comment !== `edict artifact ${artifact.digest}`)
    throw unreadable(`the table's comment \`${table.comment ?? ''}\``, `\`edict artifact ${artifact.digest}\``);
  const sets = new Map([...table.sets].map(([name, { type, elements }]) => [name, readSet(name, type, elements)]));
  const based = [...table.chains].flatMap(([name, { hook }]) => (hook === undefined ? [] : [{ name, hook }]));
  if (!based.some(({ hook }) => hook === 'forward') || new Set(based.map(({ hook }) => hook)).size !== based.length)
    throw unreadable(
      `hooks of ${based.map(({ name }) => `\`${name}\``).join(', ')}`,
      'one chain on the hook `forward`, and at most one on each other',
    );
  return based.flatMap(({ name, hook }) => readHook({ table, sets }, table.chains.get(name)?.rules ?? [], directionOf(hook)));
}

const directionOfHook: ReadonlyMap<string, Direction> = new Map([
  ['input', 'in'],
  ['output', 'out'],
  ['forward', 'forward'],
]);

function directionOf(hook: string): Direction {
  const direction = directionOfHook.get(hook);
  if (direction === undefined) throw unreadable(`a chain on the hook \`${hook}\``, [...directionOfHook.keys()].join(', '));
  return direction;
}

const followingStates: readonly ConnectionState[] = ['established', 'related'];

/**
 * What belongs to a connection that was let in is accepted first: that is no decision. Where it is not, each rule must say which
 * states it speaks of, or answers are refused and nothing works.
 */
function readHook(kernel: Kernel, rules: readonly NftRule[], direction: Direction): readonly ReadRule[] {
  const followed = followedStates(rules[0]);
  const own = followed.length === 0 ? rules : rules.slice(1);
  if (followed.length < followingStates.length && own.some(({ matches }) => !matches.some(({ on }) => on === 'state')))
    throw unreadable(
      'a rule of any state',
      '`ct state established,related accept` first, or a state in every rule: answers pass, or nothing works',
    );
  const following: ReadRule = {
    box: { ...everything, flow: flowSet({ directions: [direction], states: followed }) },
    decision: 'not-applicable',
  };
  return [following, ...walk(kernel, own, { boxes: [{ ...everything, flow: flowSet({ directions: [direction] }) }], depth: 0 })];
}

function followedStates(rule: NftRule | undefined): readonly ConnectionState[] {
  const [match, ...more] = rule?.matches ?? [];
  if (more.length > 0 || match?.on !== 'state' || rule?.verdict.kind !== 'accept') return [];
  return match.states.every((state) => followingStates.some((each) => each === state)) ? readStates(match.states) : [];
}

function readStates(words: readonly string[]): readonly ConnectionState[] {
  return words.map((word) => {
    const state = states.find((each) => each === word);
    if (state === undefined) throw unreadable(`state \`${word}\``, states.join(', '));
    return state;
  });
}

type Kernel = { readonly table: NftTable; readonly sets: ReadonlyMap<string, { readonly family: 4 | 6; readonly set: IntervalSet }> };

/** Which packets come here. */
type Arriving = { readonly boxes: readonly Box[]; readonly depth: number };

/** What is accepted or refused of the packets that arrive, in order; what is left falls through to the caller. */
function walk(kernel: Kernel, rules: readonly NftRule[], { boxes, depth }: Arriving): readonly ReadRule[] {
  if (depth > deepest) throw unreadable('jumps that go too deep', `at most ${deepest}`);
  const found: ReadRule[] = [];
  let arriving = boxes;
  for (const { matches, verdict } of rules) {
    const condition = matches.map((match) => boxOfMatch(kernel, match)).reduce(intersectBoxes, everything);
    const matched = arriving.map((box) => intersectBoxes(box, condition)).filter((box) => !isEmpty(box));
    switch (verdict.kind) {
      case 'accept':
        found.push(...matched.map((box) => ({ box, decision: 'allow' as const })));
        break;
      case 'drop':
        found.push(...matched.map((box) => ({ box, decision: 'deny' as const })));
        break;
      case 'reject':
        checkReject(verdict.with, condition);
        found.push(...matched.map((box) => ({ box, decision: 'deny' as const })));
        break;
      case 'return':
        arriving = subtractBoxes(arriving, [condition]);
        break;
      case 'jump':
      case 'goto':
        found.push(...walk(kernel, chainRules(kernel, verdict.chain), { boxes: matched, depth: depth + 1 }));
        // What a chain reached by `goto` leaves over goes on behind our caller's jump, as after a return.
        if (verdict.kind === 'goto') arriving = subtractBoxes(arriving, [condition]);
        break;
    }
  }
  return found;
}

function chainRules({ table }: Kernel, name: string): readonly NftRule[] {
  const chain = table.chains.get(name);
  if (chain === undefined || chain.hook !== undefined) throw unreadable(`a jump to \`${name}\``, 'a chain of this table without a hook');
  return chain.rules;
}

const tcpOnly = serviceSet({ protocol: 'tcp', low: 0, high: 65_535 });

/** The kernel resets TCP only. */
function checkReject(answer: string, condition: Box): void {
  const known = answer === 'icmpx admin-prohibited' || (answer === 'tcp reset' && isSubset(condition.service, tcpOnly));
  if (!known) throw unreadable(`\`reject with ${answer}\``, '`tcp reset` on TCP alone, or `icmpx admin-prohibited`');
}

function boxOfMatch(kernel: Kernel, match: NftMatch): Box {
  switch (match.on) {
    case 'saddr':
      return { ...everything, source: setOf(kernel, match) };
    case 'daddr':
      return { ...everything, destination: setOf(kernel, match) };
    case 'nfproto':
      return { ...everything, source: inFamily(anyAddress, match.family), destination: inFamily(anyAddress, match.family) };
    case 'l4proto':
      return { ...everything, service: union(...match.protocols.map(readProtocol)) };
    case 'dport':
      return { ...everything, service: portsOf(match) };
    case 'sport':
      return { ...everything, service: transport[match.protocol], sourcePort: rangesOf(match) };
    case 'type':
      return { ...everything, service: icmpSet(match.version, match.value) };
    case 'code':
      return { ...everything, service: union(...Array.from({ length: 256 }, (_, type) => icmpSet(match.version, type, match.value))) };
    case 'state':
      return { ...everything, flow: flowSet({ states: readStates(match.states) }) };
  }
}

const transport: Readonly<Record<PortProtocol, IntervalSet>> = {
  tcp: protocolSet(6),
  udp: protocolSet(17),
  dccp: protocolSet(33),
  sctp: protocolSet(132),
  udplite: protocolSet(136),
  th: union(...[6, 17, 33, 132, 136].map(protocolSet)),
};

type PortMatch = Extract<NftMatch, { readonly on: 'sport' | 'dport' }>;

function rangesOf({ ranges }: PortMatch): IntervalSet {
  return intervalSet(ranges.map(({ low, high }) => ({ low: BigInt(low), high: BigInt(high) })));
}

function portsOf(match: PortMatch): IntervalSet {
  if (match.protocol === 'th') throw unreadable('`th dport`', 'a port of one protocol');
  const { protocol } = match;
  return union(...match.ranges.map(({ low, high }) => serviceSet({ protocol, low, high })));
}

function setOf({ sets }: Kernel, { set: name, family }: { readonly set: string; readonly family: 4 | 6 }): IntervalSet {
  const held = sets.get(name);
  if (held === undefined || held.family !== family) throw unreadable(`set \`${name}\``, `a set of IPv${family} addresses`);
  return held.set;
}

/** As /etc/protocols has them, or by number. */
const protocolWords: ReadonlyMap<string, number> = new Map([
  ['icmp', 1],
  ['tcp', 6],
  ['udp', 17],
  ['dccp', 33],
  ['esp', 50],
  ['ah', 51],
  ['ipv6-icmp', 58],
  ['sctp', 132],
  ['udplite', 136],
]);

function readProtocol(word: string): IntervalSet {
  const number = protocolWords.get(word) ?? (/^(?:0|[1-9][0-9]{0,2})$/.test(word) ? Number(word) : 256);
  if (number > 255) throw unreadable(`protocol \`${word}\``, `${[...protocolWords.keys()].join(', ')}, or a number up to 255`);
  return protocolSet(number);
}

function readSet(name: string, type: string, elements: readonly string[]): { readonly family: 4 | 6; readonly set: IntervalSet } {
  if (type !== 'ipv4_addr' && type !== 'ipv6_addr') throw unreadable(`set \`${name}\` of type \`${type}\``, '`ipv4_addr` or `ipv6_addr`');
  const family = type === 'ipv4_addr' ? 4 : 6;
  return { family, set: union(...elements.map((element) => fromAddressIntervals([readElement(element, family)]))) };
}

function readElement(text: string, family: 4 | 6): AddressInterval {
  const [, first = '', last, bits] = /^([0-9a-f.:]+)(?:-([0-9a-f.:]+)|\/([0-9]{1,3}))?$/.exec(text) ?? [];
  const low = readNumber(first, family, text);
  if (bits !== undefined) {
    const width = family === 4 ? 32 : 128;
    const size = 1n << BigInt(Math.max(0, width - Number(bits)));
    if (Number(bits) > width || low % size !== 0n) throw unreadable(`\`${text}\``, 'a CIDR without host bits');
    return { family, low, high: low + size - 1n };
  }
  const high = last === undefined ? low : readNumber(last, family, text);
  if (high < low) throw unreadable(`\`${text}\``, 'a range that ascends');
  return { family, low, high };
}

function readNumber(text: string, family: 4 | 6, element: string): bigint {
  const known =
    family === 4
      ? ipaddr.IPv4.isValidFourPartDecimal(text) && !/(^|\.)0[0-9]/.test(text)
      : ipaddr.IPv6.isValid(text) && !text.includes('.');
  if (!known) throw unreadable(`\`${element}\``, `an IPv${family} address, CIDR or range`);
  const address = family === 4 ? ipaddr.IPv4.parse(text) : ipaddr.IPv6.parse(text);
  return address.toByteArray().reduce((value, byte) => value * 256n + BigInt(byte), 0n);
}

function unreadable(what: string, expected: string): EdictError {
  return new EdictError('artifact-unreadable', `cannot read ${what}`, { where: 'edict.nft', expected });
}
