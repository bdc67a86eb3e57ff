/** Applications, application sets and schedulers of Junos OS as sets. */
import { anySourcePort } from '../../request/flow.ts';
import type { IntervalSet } from '../../intervals.ts';
import { union } from '../../intervals.ts';
import { icmpSet } from '../../service-selector.ts';
import { unreadable } from '../rulebase-reading/reading.ts';
import { portPart, type ServicePart, wholePart } from '../rulebase-reading/services.ts';
import { daySpan, readClock, readNumber, readPorts, namesIn } from '../rulebase-reading/words.ts';
import { type Predefined, predefinedApplications } from './predefined.ts';

/** Pairs of attribute and value, as they stand in an application or in one of its terms. */
export type Attributes = ReadonlyMap<string, string>;

const protocolWords: Readonly<Record<string, number>> = {
  ah: 51,
  egp: 8,
  esp: 50,
  gre: 47,
  icmp: 1,
  icmp6: 58,
  igmp: 2,
  ipip: 4,
  ospf: 89,
  pim: 103,
  rsvp: 46,
  sctp: 132,
  tcp: 6,
  udp: 17,
  vrrp: 112,
};

/** What has no bearing on which connections an application is. */
const idle: ReadonlySet<string> = new Set(['description', 'inactivity-timeout', 'application-protocol', 'alg']);

const known: ReadonlySet<string> = new Set([
  ...idle,
  ...namesIn(`protocol source-port destination-port icmp-type icmp-code icmp6-type icmp6-code`),
]);

/** Words as pairs: `protocol tcp destination-port 22`. */
export function attributesOf(words: readonly string[]): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [name = '', value] = [words[at], words[at + 1]];
    if (!known.has(name) || value === undefined) throw unreadable(`\`${name}\` of an application`, [...known].join(', '));
    pairs.push([name, value]);
  }
  return pairs;
}

export function applicationPart(attributes: Attributes): ServicePart {
  const protocol = protocolOf(attributes.get('protocol'));
  const [source, destination] = [attributes.get('source-port'), attributes.get('destination-port')];
  const messages = messagesOf(protocol, attributes);
  if (messages !== undefined) return messages;
  if (source === undefined && destination === undefined) return wholePart(protocol);
  if (protocol !== 6 && protocol !== 17) throw unreadable('ports of a protocol that is neither TCP nor UDP');
  return portPart(protocol, [readPorts(destination ?? '0-65535')], source === undefined ? [] : [readPorts(source)]);
}

const icmpWords: ReadonlyMap<number, string> = new Map([
  [1, 'icmp'],
  [58, 'icmp6'],
]);

/** Messages of one ICMP type, where the application asks for one. */
function messagesOf(protocol: number, attributes: Attributes): ServicePart | undefined {
  const word = icmpWords.get(protocol);
  const asked = [...attributes.keys()].filter((name) => /^icmp6?-/.test(name));
  if (asked.length === 0) return undefined;
  const [type, code] = [attributes.get(`${word ?? ''}-type`), attributes.get(`${word ?? ''}-code`)];
  if (type === undefined || asked.some((name) => !name.startsWith(`${word ?? ''}-`)))
    throw unreadable('an ICMP type or code', "a type of the application's own protocol");
  return icmpPart(protocol, type, code);
}

function protocolOf(text: string | undefined): number {
  if (text === undefined) throw unreadable('an application without a protocol');
  return protocolWords[text] ?? readNumber(text, 255);
}

function icmpPart(protocol: number, type: string, code: string | undefined): ServicePart {
  const service = icmpSet(protocol === 58 ? 6 : 4, readNumber(type, 255), code === undefined ? undefined : readNumber(code, 255));
  return { service, sourcePort: anySourcePort };
}

export function predefinedParts(name: string): readonly ServicePart[] | undefined {
  return Object.hasOwn(predefinedApplications, name) ? predefinedApplications[name]?.map(predefinedPart) : undefined;
}

function predefinedPart({ protocol, ports, icmpType }: Predefined): ServicePart {
  if (ports !== undefined) return portPart(protocol, [readPorts(ports)], []);
  return icmpType === undefined ? wholePart(protocol) : icmpPart(protocol, `${icmpType}`, undefined);
}

export const dayWords = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** By day or `daily`: what was said of it, in words. A day of its own takes the place of `daily`. */
export function schedulerMinutes(days: ReadonlyMap<string, readonly (readonly string[])[]>): IntervalSet {
  const unknown = [...days.keys()].find((day) => day !== 'daily' && !dayWords.includes(day));
  if (unknown !== undefined) throw unreadable(`\`${unknown}\` of a scheduler`, `daily, ${dayWords.join(', ')}`);
  return union(...dayWords.flatMap((word, day) => (days.get(word) ?? days.get('daily') ?? []).flatMap((words) => spansOf(day, words))));
}

function spansOf(day: number, words: readonly string[]): readonly IntervalSet[] {
  if (words.length === 1 && words[0] === 'all-day') return [daySpan(day, 0, 1_440)];
  if (words.length === 1 && words[0] === 'exclude') return [];
  const spans: IntervalSet[] = [];
  for (let at = 0; at < words.length; at += 4) {
    const [from, start = '', to, stop = ''] = words.slice(at, at + 4);
    if (from !== 'start-time' || to !== 'stop-time')
      throw unreadable(`\`${words.join(' ')}\` of a scheduler`, '`start-time` and `stop-time`');
    spans.push(daySpan(day, readClock(start), stop === '23:59:59' ? 1_440 : readClock(stop)));
  }
  if (spans.length === 0) throw unreadable('a day of a scheduler that says nothing');
  return spans;
}
