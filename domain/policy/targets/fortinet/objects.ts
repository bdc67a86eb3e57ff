/** Addresses, services and schedules of FortiOS as sets. A setting that is not given has the value that the CLI Reference gives it. */
import { type Family, familyLine } from '../../addresses.ts';
import { type IntervalSet, union } from '../../intervals.ts';
import { anySourcePort } from '../../request/flow.ts';
import { icmpSet } from '../../service-selector.ts';
import type { Named } from '../rulebase-reading/named.ts';
import { unreadable } from '../rulebase-reading/reading.ts';
import { everyService, joinParts, portPart, type ServicePart, wholePart } from '../rulebase-reading/services.ts';
import { daySpan, readClock, readNetmask, readNumber, readPorts, readPrefix, readRange } from '../rulebase-reading/words.ts';
import type { FortiEntry, FortiTable } from './parse.ts';
import { predefinedServices } from './predefined.ts';

type Settings = FortiEntry['settings'];

/** Reads an object, or keeps why it cannot be read for where it is used. */
export function named<T>(read: () => T): Named<T> {
  try {
    return { value: read() };
  } catch (error) {
    return { unread: error instanceof Error ? error.message : 'it is not understood' };
  }
}

export function valueOf(settings: Settings, key: string, otherwise: string): string {
  const values = settings.get(key);
  if (values === undefined) return otherwise;
  const [only, ...more] = values;
  if (only === undefined || more.length > 0) throw unreadable(`several values of \`${key}\``, 'one');
  return only;
}

export function onlyKeys({ settings, tables }: FortiEntry, known: readonly string[]): void {
  const unknown = [...settings.keys(), ...tables.keys()].find((key) => !known.includes(key));
  if (unknown !== undefined) throw unreadable(`\`${unknown}\``, known.join(', '));
}

const idle = ['comment', 'color', 'uuid', 'associated-interface', 'visibility', 'fabric-object', 'allow-routing', 'category'];

export function addressSet(entry: FortiEntry, family: Family): IntervalSet {
  onlyKeys(entry, [...idle, 'type', 'subnet', 'ip6', 'start-ip', 'end-ip']);
  const { settings } = entry;
  const type = valueOf(settings, 'type', 'ipmask');
  if (type === 'iprange') return ofFamily(readRange(valueOf(settings, 'start-ip', ''), valueOf(settings, 'end-ip', '')), family);
  if (type !== (family === 4 ? 'ipmask' : 'ipprefix') && type !== 'ipmask')
    throw unreadable(`an address of type \`${type}\``, 'ipmask, ipprefix or iprange');
  if (family === 6) return ofFamily(readPrefix(valueOf(settings, 'ip6', '::/0')), 6);
  const [address = '', mask] = settings.get('subnet') ?? ['0.0.0.0', '0.0.0.0'];
  return ofFamily(mask === undefined ? readPrefix(address) : readNetmask(address, mask), 4);
}

function ofFamily(set: IntervalSet, family: Family): IntervalSet {
  const [interval] = set;
  const line = familyLine[family];
  if (interval === undefined || interval.low < line.low || interval.high > line.high)
    throw unreadable(`an address that is not IPv${family}`);
  return set;
}

export function groupMembers({ settings }: FortiEntry): readonly string[] {
  return settings.get('member') ?? [];
}

/** What a group leaves out of its members. */
export function excludedMembers({ settings }: FortiEntry): readonly string[] {
  return valueOf(settings, 'exclude', 'disable') === 'enable' ? (settings.get('exclude-member') ?? []) : [];
}

export function isPlainGroup(entry: FortiEntry): boolean {
  return [...entry.settings.keys()].every((key) => ['member', 'exclude', 'exclude-member', 'type'].includes(key) || idle.includes(key));
}

export function predefinedParts(): readonly (readonly [string, Named<readonly ServicePart[]>])[] {
  return Object.entries(predefinedServices).map(([name, words]) => {
    const settings = new Map(Object.entries(words).map(([key, text]) => [key, text.split(' ')] as const));
    return [name, named(() => serviceParts({ name, line: 0, settings, tables: new Map() }))];
  });
}

const portWords = [
  [6, 'tcp-portrange'],
  [17, 'udp-portrange'],
  [132, 'sctp-portrange'],
] as const;

const serviceKeys = ['protocol', 'protocol-number', 'icmptype', 'icmpcode', 'proxy', ...portWords.map(([, key]) => key)];

export function serviceParts(entry: FortiEntry): readonly ServicePart[] {
  const { settings } = entry;
  onlyKeys(entry, [
    ...idle,
    ...serviceKeys,
    'tcp-halfclose-timer',
    'tcp-halfopen-timer',
    'tcp-timewait-timer',
    'udp-idle-timer',
    'session-ttl',
    'helper',
    'check-reset-range',
  ]);
  const protocol = valueOf(settings, 'protocol', 'TCP/UDP/SCTP');
  if (valueOf(settings, 'proxy', 'disable') !== 'disable') throw unreadable('a proxy service');
  if (protocol.startsWith('TCP/UDP'))
    return joinParts(portWords.map(([number, key]) => (settings.get(key) ?? []).map((text) => rangePart(number, text))));
  if (protocol === 'ICMP' || protocol === 'ICMP6') return [icmpPart(protocol === 'ICMP' ? 1 : 58, settings)];
  if (protocol === 'ALL') return everyService;
  if (protocol !== 'IP') throw unreadable(`protocol \`${protocol}\``, 'TCP/UDP/SCTP, ICMP, ICMP6, IP or ALL');
  const number = readNumber(valueOf(settings, 'protocol-number', '0'), 254);
  return number === 0 ? everyService : [wholePart(number)];
}

/** `443`, `8000-8099`, `443:1024-65535`: the source ports come last. */
function rangePart(protocol: number, text: string): ServicePart {
  const [ports = '', sources, ...more] = text.split(':');
  if (more.length > 0) throw unreadable(`\`${text}\``, 'ports, and source ports behind a colon');
  return portPart(protocol, [readPorts(ports)], sources === undefined ? [] : [readPorts(sources)]);
}

function icmpPart(protocol: 1 | 58, settings: Settings): ServicePart {
  const [type, code] = [settings.get('icmptype'), settings.get('icmpcode')];
  if (type === undefined && code === undefined) return wholePart(protocol);
  if (type === undefined) throw unreadable('an ICMP code without a type');
  const codes = code === undefined ? undefined : readNumber(valueOf(settings, 'icmpcode', ''), 255);
  return { service: icmpSet(protocol === 1 ? 4 : 6, readNumber(valueOf(settings, 'icmptype', ''), 255), codes), sourcePort: anySourcePort };
}

const dayWords = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** A span whose end does not lie behind its start ends on the next day; with 00:00 to 00:00 it is the whole day. */
export function recurringMinutes(entry: FortiEntry): IntervalSet {
  onlyKeys(entry, ['start', 'end', 'day', 'color', 'fabric-object', 'uuid']);
  const [start, end] = [readClock(valueOf(entry.settings, 'start', '00:00')), readClock(valueOf(entry.settings, 'end', '00:00'))];
  const days = (entry.settings.get('day') ?? []).filter((word) => word !== 'none');
  return union(
    ...days.flatMap((word) => {
      const day = dayWords.indexOf(word);
      if (day < 0) throw unreadable(`day \`${word}\``, dayWords.join(', '));
      if (end > start) return [daySpan(day, start, end)];
      return [daySpan(day, start, 1_440), ...(end === 0 ? [] : [daySpan((day + 1) % 7, 0, end)])];
    }),
  );
}

export function entriesOf(table: FortiTable | undefined): readonly (readonly [string, FortiEntry])[] {
  return [...(table?.entries ?? [])];
}
