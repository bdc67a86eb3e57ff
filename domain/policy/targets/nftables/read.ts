/**
 * Reads an nftables artifact back: walks the forward hook's chain as the kernel does for the first packet of a connection, and
 * reports what is accepted and refused, in order. The end of the chain is "not applicable". Shares no code with compile.ts.
 */
import { element } from '../../element.ts';
import ipaddr from 'ipaddr.js';
import { EdictError } from '../../../errors.ts';
import { anyAddress, fromAddressIntervals, inFamily } from '../../addresses.ts';
import { type Box, everything, intersectBoxes, isEmpty, subtractBoxes } from '../../boxes.ts';
import { type IntervalSet, isSubset, union } from '../../intervals.ts';
import { protocolSet, serviceSet } from '../../service-selector.ts';
import type { AddressInterval, Artifact, ReadRule } from '../target.ts';
import { type NftMatch, type NftRule, type NftTable, parseNft } from './parse.ts';

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
  const based = [...table.chains].filter(([, { hook }]) => hook !== undefined);
  if (based.length !== 1 || element(based, 0)[1].hook !== 'forward')
    throw unreadable(`hooks of ${based.map(([name]) => `\`${name}\``).join(', ')}`, 'one chain on the hook `forward`');
  const [first, ...rules] = element(based, 0)[1].rules;
  if (!isAnswersFirst(first)) throw unreadable('the first rule', '`ct state established,related accept`: answers pass, or nothing works');
  return walk({ table, sets: new Map([...table.sets].map(([name, { type, elements }]) => [name, readSet(name, type, elements)])) }, rules, {
    boxes: [everything],
    depth: 0,
  });
}

function isAnswersFirst(rule: NftRule | undefined): boolean {
  const [match, ...more] = rule?.matches ?? [];
  return (
    more.length === 0 &&
    match?.on === 'state' &&
    match.states.toSorted().join(',') === 'established,related' &&
    rule?.verdict.kind === 'accept'
  );
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
      return { ...everything, service: readProtocols(match.protocols) };
    case 'dport':
      return { ...everything, service: serviceSet({ protocol: match.protocol, low: match.low, high: match.high }) };
    case 'state':
      throw unreadable('`ct state` behind the first rule', 'no rule on connection state there');
  }
}

function setOf({ sets }: Kernel, { set: name, family }: { readonly set: string; readonly family: 4 | 6 }): IntervalSet {
  const held = sets.get(name);
  if (held === undefined || held.family !== family) throw unreadable(`set \`${name}\``, `a set of IPv${family} addresses`);
  return held.set;
}

function readProtocols(words: readonly string[]): IntervalSet {
  const text = words.toSorted().join(' ');
  if (text === 'tcp' || text === 'udp') return serviceSet({ protocol: text, low: 0, high: 65_535 });
  if (text === 'icmp ipv6-icmp') return protocolSet('icmp');
  throw unreadable(`protocols \`${words.join(', ')}\``, '`tcp`, `udp`, or `icmp` and `ipv6-icmp` together');
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
