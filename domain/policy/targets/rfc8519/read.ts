/**
 * Reads RFC 8519 lists back, by section 4.1 (`ietf-access-control-list`) and 4.2 (`ietf-packet-fields`): of each list the first entry whose
 * matches all hold decides; an entry without matches matches every packet. The last entry, where it matches every packet and accepts it, says
 * what becomes of what no rule speaks of. Shares no code with compile.ts.
 */
import ipaddr from 'ipaddr.js';
import { EdictError } from '../../../errors.ts';
import { anyAddress, type Family, fromAddressIntervals, inFamily } from '../../addresses.ts';
import { type Box, everything, intersectBoxes } from '../../boxes.ts';
import type { IntervalSet } from '../../intervals.ts';
import { flowSet } from '../../request/flow.ts';
import type { Artifact, ReadRule } from '../target.ts';

type Json = { readonly [key: string]: unknown };

export function readRfc8519(artifact: Artifact): readonly ReadRule[] {
  const { 'acls.json': text, ...others } = artifact.files;
  if (artifact.target !== 'rfc8519' || text === undefined || Object.keys(others).length > 0)
    throw unreadable('', `files \`${Object.keys(artifact.files).join(' ')}\``, '`acls.json` alone');
  const { [`${moduleName}:acls`]: acls } = objectOf(parse(text), '', [`${moduleName}:acls`]);
  const lists = listIn(objectOf(acls, 'acls', ['acl'])['acl'], 'acl').map(readList);
  const read = lists.map(({ family }) => family);
  if (new Set(read).size !== read.length || read.length !== 2) throw unreadable('acl', 'the lists', 'one of IPv4 and one of IPv6');
  return lists.flatMap(({ rules }) => rules);
}

const moduleName = 'ietf-access-control-list';

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable('', 'text that is no JSON');
  }
}

function readList(value: unknown): { readonly family: Family; readonly rules: readonly ReadRule[] } {
  const { name, type, aces } = objectOf(value, 'acl', ['name', 'type', 'aces']);
  const where = `acl=${nameIn(name, 'acl')}`;
  const family = familyOf(type, where);
  const entries = listIn(objectOf(aces, where, ['ace'])['ace'], where).map((entry) => readEntry(entry, family, where));
  if (new Set(entries.map((entry) => entry.name)).size !== entries.length) throw unreadable(where, 'two entries of one name');
  const last = entries.at(-1);
  if (last === undefined || !last.matchesAll || last.decision !== 'allow')
    throw unreadable(
      where,
      'a list without an end',
      'a last entry that accepts what is left: RFC 8519 does not say what else becomes of it',
    );
  return {
    family,
    rules: entries.map(({ box, decision, name: entry }, index) => ({
      box,
      decision: index === entries.length - 1 ? 'not-applicable' : decision,
      where: { text: `${where}/ace=${entry}` },
    })),
  };
}

function familyOf(type: unknown, where: string): Family {
  if (type === `${moduleName}:ipv4-acl-type`) return 4;
  if (type === `${moduleName}:ipv6-acl-type`) return 6;
  throw unreadable(where, `type \`${String(type)}\``, '`ipv4-acl-type` or `ipv6-acl-type`');
}

type ReadEntry = { readonly name: string; readonly box: Box; readonly decision: 'allow' | 'deny'; readonly matchesAll: boolean };

function readEntry(value: unknown, family: Family, list: string): ReadEntry {
  const { name, matches = {}, actions } = objectOf(value, list, ['name', 'matches', 'actions']);
  const where = `${list}/ace=${nameIn(name, list)}`;
  const headers = objectOf(matches, where, [`ipv${family}`, 'tcp', 'udp', 'icmp']);
  const { forwarding } = objectOf(actions, where, ['forwarding']);
  const decision = decisions[String(forwarding)];
  if (decision === undefined) throw unreadable(where, `forwarding \`${String(forwarding)}\``, Object.keys(decisions).join(', '));
  const layer3 = readAddresses(headers[`ipv${family}`] ?? {}, family, where);
  return {
    name: String(name),
    box: intersectBoxes(layer3, readTransport(headers, family, where)),
    decision,
    matchesAll: Object.keys(headers).length === 0,
  };
}

const decisions: { readonly [forwarding: string]: ReadEntry['decision'] } = {
  [`${moduleName}:accept`]: 'allow',
  [`${moduleName}:drop`]: 'deny',
  [`${moduleName}:reject`]: 'deny',
};

function readAddresses(value: unknown, family: Family, where: string): Box {
  const fields = { source: `source-ipv${family}-network`, destination: `destination-ipv${family}-network` };
  const header = objectOf(value, where, ['protocol', fields.source, fields.destination]);
  return {
    ...everything,
    flow: flowSet({ directions: ['forward'] }),
    source: networkIn(header[fields.source], family, where),
    destination: networkIn(header[fields.destination], family, where),
    service: header['protocol'] === undefined ? everything.service : protocolBlock(numberIn(header['protocol'], 255, where)),
  };
}

/** All of a protocol's places on the line, those that no packet has included. */
function protocolBlock(protocol: number, low = 0, high = 65_535): IntervalSet {
  return [{ low: BigInt(protocol * 65_536 + low), high: BigInt(protocol * 65_536 + high) }];
}

function networkIn(value: unknown, family: Family, where: string): IntervalSet {
  if (value === undefined) return inFamily(anyAddress, family);
  const [address = '', bits = '', ...more] = typeof value === 'string' ? value.split('/') : [];
  const width = family === 4 ? 32 : 128;
  const isAddress =
    family === 4 ? /^(?:(?:0|[1-9][0-9]{0,2})(?:\.|$)){4}$/.test(address) && ipaddr.IPv4.isValid(address) : ipaddr.IPv6.isValid(address);
  if (!isAddress || more.length > 0 || !/^[0-9]{1,3}$/.test(bits) || Number(bits) > width)
    throw unreadable(where, `network \`${JSON.stringify(value)}\``, `an IPv${family} prefix`);
  const bytes = ipaddr.parse(address).toByteArray();
  const size = 1n << BigInt(width - Number(bits));
  // Bits behind the prefix do not count (RFC 6991, "ipv4-prefix").
  const low = (bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n) / size) * size;
  return fromAddressIntervals([{ family, low, high: low + size - 1n }]);
}

/** The headers of layer 4, each of which is a choice of its own protocol. */
function readTransport(headers: Json, family: Family, where: string): Box {
  const found = (['tcp', 'udp', 'icmp'] as const).filter((name) => headers[name] !== undefined);
  const [header] = found;
  if (header === undefined) return everything;
  if (found.length > 1) throw unreadable(where, `\`${found.join('` and `')}\` together`, 'one of them: they are a choice');
  if (header === 'icmp') return { ...everything, service: readIcmp(headers[header], family, where) };
  const { 'source-port': source, 'destination-port': destination } = objectOf(headers[header], where, ['source-port', 'destination-port']);
  const protocol = header === 'tcp' ? 6 : 17;
  return {
    ...everything,
    sourcePort: source === undefined ? everything.sourcePort : portsIn(source, where),
    service: (destination === undefined ? [{ low: 0n, high: 65_535n }] : portsIn(destination, where)).map(({ low, high }) => ({
      low: low + BigInt(protocol * 65_536),
      high: high + BigInt(protocol * 65_536),
    })),
  };
}

function readIcmp(value: unknown, family: Family, where: string): IntervalSet {
  const { type, code } = objectOf(value, where, ['type', 'code']);
  if (type === undefined) throw unreadable(where, '`icmp` without a type', 'a type');
  const first = numberIn(type, 255, where) * 256;
  const protocol = family === 4 ? 1 : 58;
  return code === undefined
    ? protocolBlock(protocol, first, first + 255)
    : protocolBlock(protocol, first + numberIn(code, 255, where), first + numberIn(code, 255, where));
}

const lastPort = 65_535;

/** A range, or a comparison; "equal to" where none is given (RFC 8519, `port-range-or-operator`). */
function portsIn(value: unknown, where: string): IntervalSet {
  const fields = objectOf(value, where, ['lower-port', 'upper-port', 'operator', 'port']);
  const { 'lower-port': lower, 'upper-port': upper, operator = 'eq', port } = fields;
  if (port === undefined) {
    const [low, high] = [numberIn(lower, lastPort, where), numberIn(upper, lastPort, where)];
    if (low > high || fields['operator'] !== undefined) throw unreadable(where, `ports \`${low}\` to \`${high}\``, 'a range that ascends');
    return run(low, high);
  }
  const number = numberIn(port, lastPort, where);
  if (lower !== undefined || upper !== undefined) throw unreadable(where, 'a port and a range together', 'one of them: they are a choice');
  switch (operator) {
    case 'eq':
      return run(number, number);
    case 'lte':
      return run(0, number);
    case 'gte':
      return run(number, lastPort);
    case 'neq':
      return [...run(0, number - 1), ...run(number + 1, lastPort)];
    default:
      throw unreadable(where, `operator \`${String(operator)}\``, '`eq`, `lte`, `gte` or `neq`');
  }
}

function run(low: number, high: number): IntervalSet {
  return low <= high ? [{ low: BigInt(low), high: BigInt(high) }] : [];
}

function numberIn(value: unknown, most: number, where: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most)
    throw unreadable(where, `\`${String(value)}\``, `a number up to ${most}`);
  return value;
}

function nameIn(value: unknown, where: string): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > 64)
    throw unreadable(where, `name \`${String(value)}\``, 'up to 64 characters');
  return value;
}

function listIn(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw unreadable(where, 'what is no list', 'a list');
  return value;
}

/** An object without other keys than these. */
function objectOf(value: unknown, where: string, keys: readonly string[]): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unreadable(where, 'what is no object', `an object of ${keys.join(', ')}`);
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw unreadable(where, `\`${unknown}\``, keys.join(', '));
  return value as Json;
}

function unreadable(where: string, what: string, expected?: string): EdictError {
  return new EdictError('artifact-unreadable', `cannot read ${what}`, {
    where: `acls.json ${where}`.trim(),
    ...(expected === undefined ? {} : { expected }),
  });
}
