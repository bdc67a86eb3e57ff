/** Services, applications and schedules of PAN-OS as sets. */
import { type IntervalSet, union } from '../../intervals.ts';
import { anySourcePort } from '../../request/flow.ts';
import { icmpSet } from '../../service-selector.ts';
import type { Named } from '../rulebase-reading/named.ts';
import { unreadable } from '../rulebase-reading/reading.ts';
import { portPart, type ServicePart, wholePart } from '../rulebase-reading/services.ts';
import { daySpan, readClock, readNumber, readPorts } from '../rulebase-reading/words.ts';
import { childOf, descend, membersOf, type XmlElement } from './parse.ts';

/** What does not bear on which connections an object is. */
const idle: ReadonlySet<string> = new Set(['description', 'tag', 'disable-override']);

/** `undefined`: nothing else than the given stands there. */
export function onlyOf(element: XmlElement, known: readonly string[]): string | undefined {
  return element.children.map(({ name }) => name).find((name) => !known.includes(name) && !idle.has(name));
}

/** Reads an object, or keeps why it cannot be read for where it is used. */
export function named<T>(read: () => T): Named<T> {
  try {
    return { value: read() };
  } catch (error) {
    return { unread: error instanceof Error ? error.message : 'it is not understood' };
  }
}

const everyPort = [{ low: 0, high: 65_535 }];

export function serviceParts(entry: XmlElement): readonly ServicePart[] {
  const kind = protocolOf(entry);
  const protocol = kind.name === 'tcp' ? 6 : kind.name === 'udp' ? 17 : undefined;
  if (protocol === undefined) throw unreadable(`protocol \`${kind.name}\``, '`tcp` or `udp`');
  const other = onlyOf(kind, ['port', 'source-port', 'override']);
  if (other !== undefined) throw unreadable(`\`${other}\` of a service`);
  const [ports, sources] = [childOf(kind, 'port')?.text, childOf(kind, 'source-port')?.text];
  return [portPart(protocol, portsOf(ports) ?? everyPort, portsOf(sources) ?? [])];
}

function protocolOf(entry: XmlElement): XmlElement {
  const unknown = onlyOf(entry, ['protocol']);
  if (unknown !== undefined) throw unreadable(`\`${unknown}\` of a service`);
  const [kind, ...more] = childOf(entry, 'protocol')?.children ?? [];
  if (kind === undefined || more.length > 0) throw unreadable('a service that is not of one protocol');
  return kind;
}

function portsOf(text: string | undefined): ReturnType<typeof readPorts>[] | undefined {
  return text === undefined || text === '' ? undefined : text.split(',').map((range) => readPorts(range.trim()));
}

const described = ['category', 'subcategory', 'technology', 'risk', 'timeout', 'tcp-timeout', 'udp-timeout', 'default', 'parent-app'];

/**
 * A custom application that is known by its IP protocol or ICMP type, and by nothing within its packets. An application that is known
 * by what packets hold is not known at the first one, and no request here says what it holds.
 */
export function applicationParts(entry: XmlElement): readonly ServicePart[] {
  const unknown = onlyOf(entry, described);
  if (unknown !== undefined) throw unreadable(`\`${unknown}\` of an application`, 'an application known by IP protocol or ICMP type');
  const [ident, ...more] = childOf(entry, 'default')?.children ?? [];
  if (ident === undefined || more.length > 0)
    throw unreadable('an application known by nothing', 'ident-by-ip-protocol or ident-by-icmp-type');
  return [identPart(ident)];
}

function identPart(ident: XmlElement): ServicePart {
  if (ident.name === 'ident-by-ip-protocol') return wholePart(readNumber(ident.text, 255));
  if (ident.name !== 'ident-by-icmp-type' && ident.name !== 'ident-by-icmp6-type') throw unreadable(`an application by \`${ident.name}\``);
  const type = ident.children.length === 0 ? ident.text : (childOf(ident, 'type')?.text ?? '');
  const code = childOf(ident, 'code')?.text;
  if (onlyOf(ident, ['type', 'code']) !== undefined) throw unreadable(`\`${ident.name}\``);
  const version = ident.name === 'ident-by-icmp-type' ? 4 : 6;
  return {
    service: icmpSet(version, readNumber(type, 255), code === undefined ? undefined : readNumber(code, 255)),
    sourcePort: anySourcePort,
  };
}

/** Of those that come with the firewall, the ones whose definition in Applipedia is an IP protocol or an ICMP type. */
export const predefinedApplications: ReadonlyMap<string, readonly ServicePart[]> = new Map([
  ['icmp', [wholePart(1)]],
  ['ipv6-icmp', [wholePart(58)]],
  ['ping', [{ service: icmpSet(4, 8), sourcePort: anySourcePort }]],
  ['ping6', [{ service: icmpSet(6, 128), sourcePort: anySourcePort }]],
  ['igmp', [wholePart(2)]],
  ['gre', [wholePart(47)]],
  ['ipsec-esp', [wholePart(50)]],
  ['ipsec-ah', [wholePart(51)]],
  ['eigrp', [wholePart(88)]],
  ['ospf', [wholePart(89)]],
  ['pim', [wholePart(103)]],
  ['vrrp', [wholePart(112)]],
  ['sctp', [wholePart(132)]],
]);

/** "Objects > Services": the two services that come with the firewall. */
export const predefinedServices: ReadonlyMap<string, readonly ServicePart[]> = new Map([
  [
    'service-http',
    [
      portPart(
        6,
        [
          { low: 80, high: 80 },
          { low: 8080, high: 8080 },
        ],
        [],
      ),
    ],
  ],
  ['service-https', [portPart(6, [{ low: 443, high: 443 }], [])]],
]);

const dayWords = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

export function scheduleMinutes(entry: XmlElement): IntervalSet {
  const recurring = descend(entry, 'schedule-type', 'recurring');
  const [kind, ...more] = recurring?.children ?? [];
  if (kind === undefined || more.length > 0) throw unreadable('a schedule that does not recur', 'daily or weekly');
  if (kind.name === 'daily') return union(...dayWords.flatMap((_, day) => membersOf(kind).map((text) => spanOf(day, text))));
  if (kind.name !== 'weekly' || onlyOf(kind, dayWords) !== undefined) throw unreadable(`a schedule \`${kind.name}\``, 'daily or weekly');
  return union(...dayWords.flatMap((word, day) => membersOf(childOf(kind, word)).map((text) => spanOf(day, text))));
}

/** A day ends with 23:59: the device has no 24:00, and 23:59 is the last time that it can name. */
function spanOf(day: number, text: string): IntervalSet {
  const [start = '', end = '', ...more] = text.split('-');
  if (more.length > 0) throw unreadable(`\`${text}\``, 'a time span such as 08:00-18:00');
  return daySpan(day, readClock(start), end === '23:59' ? 1_440 : readClock(end));
}
