/** Objects of Check Point's management API as sets. */
import { type Family, familyOf } from '../../addresses.ts';
import { type IntervalSet, union } from '../../intervals.ts';
import { anySourcePort } from '../../request/flow.ts';
import { icmpSet } from '../../service-selector.ts';
import { unreadable } from '../rulebase-reading/reading.ts';
import { portPart, type ServicePart, wholePart } from '../rulebase-reading/services.ts';
import { daySpan, readAddress, readClock, readNumber, readPorts, readPrefix, readRange, namesIn } from '../rulebase-reading/words.ts';
import { type CheckPointObject, type Fields, fieldsOf, listOf, onlyFields, textOf, textsOf } from './parse.ts';

/** What does not bear on which connections an object is about; the API answers with all of it. */
const idle = namesIn(`
  name uid type domain set-if-exists comments color icon tags meta-info read-only available-actions
  groups nat-settings interfaces broadcast ignore-warnings ignore-errors details-level customFields
  certificates
`);

const families: readonly Family[] = [4, 6];

export const addressKinds: ReadonlySet<string> = new Set(['host', 'network', 'address-range']);

export function addressSet({ kind, name, fields }: CheckPointObject): IntervalSet {
  const set = union(...families.flatMap((family) => addressOf(kind, fields, family)), ...anyFamily(kind, fields));
  onlyFields(
    fields,
    [
      ...idle,
      ...families.flatMap((family) => keysOf(kind, family)),
      ...plainKeys[kind === 'address-range' ? 'address-range' : kind === 'host' ? 'host' : 'network'],
    ],
    `\`${name}\``,
  );
  if (set.length === 0) throw unreadable(`\`${name}\` without an address`);
  return set;
}

const plainKeys = {
  host: ['ip-address'],
  network: ['subnet', 'mask-length', 'subnet-mask'],
  'address-range': ['ip-address-first', 'ip-address-last'],
} as const;

function keysOf(kind: string, family: Family): readonly string[] {
  if (kind === 'host') return [`ipv${family}-address`];
  if (kind === 'network') return [`subnet${family}`, `mask-length${family}`];
  return [`ipv${family}-address-first`, `ipv${family}-address-last`];
}

function addressOf(kind: string, fields: Fields, family: Family): readonly IntervalSet[] {
  const [first = '', second = ''] = keysOf(kind, family);
  if (fields[first] === undefined || fields[first] === '') return [];
  const set = pairSet(kind, textOf(fields[first], `\`${first}\``), fields[second]);
  if (set.some(({ low }) => familyOf(low) !== family)) throw unreadable(`\`${first}\``, `an IPv${family} address`);
  return [set];
}

/** Keys that take an address of either family. */
function anyFamily(kind: string, fields: Fields): readonly IntervalSet[] {
  const key = kind === 'host' ? 'ip-address' : kind === 'network' ? 'subnet' : 'ip-address-first';
  const value = fields[key];
  if (value === undefined) return [];
  if (fields['subnet-mask'] !== undefined) throw unreadable('`subnet-mask`', '`mask-length`');
  return [pairSet(kind, textOf(value, `\`${key}\``), kind === 'network' ? fields['mask-length'] : fields['ip-address-last'])];
}

function pairSet(kind: string, first: string, second: unknown): IntervalSet {
  if (kind === 'host') {
    const value = readAddress(first);
    return [{ low: value, high: value }];
  }
  if (kind === 'network') return readPrefix(`${first}/${numberText(second)}`);
  return readRange(first, textOf(second, 'the last address of a range'));
}

function numberText(value: unknown): string {
  return typeof value === 'number' ? `${value}` : textOf(value, 'a number');
}

const portKinds: ReadonlyMap<string, number> = new Map([
  ['service-tcp', 6],
  ['service-udp', 17],
  ['service-sctp', 132],
]);

const serviceIdle = [
  ...idle,
  ...namesIn(`
  match-for-any keep-connections-open-after-policy-installation session-timeout
  use-default-session-timeout aggressive-aging sync-connections-on-cluster use-delayed-sync
  delayed-sync-value override-default-settings accept-replies
`),
];

export function serviceParts(object: CheckPointObject): readonly ServicePart[] {
  const { kind, name, fields } = object;
  const protocol = portKinds.get(kind);
  if (protocol !== undefined) return [portsPart(protocol, object)];
  if (kind === 'service-icmp' || kind === 'service-icmp6') return [icmpPart(object)];
  if (kind !== 'service-other') throw unreadable(`\`${name}\` of type \`${kind}\``, 'a service by port, ICMP type or IP protocol');
  onlyFields(fields, [...serviceIdle, 'ip-protocol'], `\`${name}\``);
  return [wholePart(readNumber(numberText(fields['ip-protocol']), 255))];
}

function portsPart(protocol: number, { name, fields }: CheckPointObject): ServicePart {
  if (fields['protocol'] === '') return portsPart(protocol, { kind: '', name, line: 0, fields: without(fields, 'protocol') });
  onlyFields(fields, [...serviceIdle, 'port', 'source-port'], `\`${name}\``);
  const source = fields['source-port'];
  return portPart(
    protocol,
    [boundedPorts(numberText(fields['port']))],
    source === undefined || source === '' ? [] : [boundedPorts(numberText(source))],
  );
}

/** `>1023` and `<1024` are ranges to the end. */
function boundedPorts(text: string): ReturnType<typeof readPorts> {
  if (text.startsWith('>')) return { low: readPorts(text.slice(1)).low + 1, high: 65_535 };
  if (text.startsWith('<')) return { low: 0, high: readPorts(text.slice(1)).low - 1 };
  return readPorts(text);
}

function without(fields: Fields, key: string): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== key));
}

function icmpPart({ kind, name, fields }: CheckPointObject): ServicePart {
  onlyFields(fields, [...serviceIdle, 'icmp-type', 'icmp-code'], `\`${name}\``);
  const [type, code] = [fields['icmp-type'], fields['icmp-code']];
  const version = kind === 'service-icmp' ? 4 : 6;
  if (type === undefined) {
    if (code !== undefined) throw unreadable(`\`${name}\`: an ICMP code without a type`);
    return wholePart(version === 4 ? 1 : 58);
  }
  const codes = code === undefined ? undefined : readNumber(numberText(code), 255);
  return { service: icmpSet(version, readNumber(numberText(type), 255), codes), sourcePort: anySourcePort };
}

export function groupMembers({ fields, name }: CheckPointObject): readonly string[] {
  onlyFields(fields, [...idle, 'members'], `\`${name}\``);
  return textsOf(fields['members'], `the members of \`${name}\``);
}

const dayWords = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** A weekly time: on its days, each of its ranges of hours. A range ends with the day where it ends with 23:59, the last time there is. */
export function timeMinutes({ kind, name, fields }: CheckPointObject): IntervalSet {
  if (kind !== 'time') throw unreadable(`\`${name}\` of type \`${kind}\``, 'a time object');
  onlyFields(fields, [...idle, 'start-now', 'end-never', 'hours-ranges', 'recurrence', 'start', 'end'], `\`${name}\``);
  if (fields['start-now'] !== true || fields['end-never'] !== true)
    throw unreadable(`\`${name}\`, which begins or ends`, '`start-now` and `end-never`');
  const days = daysOf(fieldsOf(fields['recurrence'], `the recurrence of \`${name}\``), name);
  const ranges = listOf(fields['hours-ranges'], `the hours of \`${name}\``)
    .map((range) => fieldsOf(range, `hours of \`${name}\``))
    .filter((range) => range['enabled'] !== false);
  const spans = ranges.length === 0 ? [[0, 1_440] as const] : ranges.map((range) => hoursOf(range, name));
  return union(...days.flatMap((day) => spans.map(([start, end]) => daySpan(day, start, end))));
}

function daysOf(recurrence: Fields, name: string): readonly number[] {
  onlyFields(recurrence, ['pattern', 'weekdays', 'month', 'days'], `the recurrence of \`${name}\``);
  if (recurrence['pattern'] === 'Daily') return dayWords.map((_, day) => day);
  if (recurrence['pattern'] !== 'Weekly') throw unreadable(`the recurrence of \`${name}\``, '`Daily` or `Weekly`');
  return textsOf(recurrence['weekdays'], `the days of \`${name}\``).map((word) => {
    const day = dayWords.indexOf(word);
    if (day < 0) throw unreadable(`day \`${word}\``, dayWords.join(', '));
    return day;
  });
}

function hoursOf(range: Fields, name: string): readonly [number, number] {
  onlyFields(range, ['enabled', 'index', 'from', 'to'], `hours of \`${name}\``);
  const [from, to] = [textOf(range['from'], '`from`'), textOf(range['to'], '`to`')];
  return [readClock(from), to === '23:59' ? 1_440 : readClock(to)];
}
