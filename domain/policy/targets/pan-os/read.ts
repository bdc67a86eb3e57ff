/**
 * Reads a configuration of PAN-OS back: which sessions its security rules allow, in the order in which the device asks them. Written
 * from Palo Alto's "PAN-OS Web Interface Help" and "PAN-OS Administrator's Guide" (security policy rules, rule types, default rules):
 * pre-rules, the firewall's own rules, post-rules; the first that matches decides; at the end `interzone-default` denies, unless it is
 * set to allow. An IPv4 address is a member of a set of IPv6 addresses that holds it as one of ::/96. An end that allows lets pass what no rule speaks of: "not applicable".
 */
import { anyAddress, familyLine } from '../../addresses.ts';
import { type Box, everything } from '../../boxes.ts';
import { type IntervalSet, intersect, subtract, union } from '../../intervals.ts';
import { joinSets, namedReader } from '../rulebase-reading/named.ts';
import {
  onlyFile,
  type ReadOptions,
  Reporter,
  type Rulebook,
  unreadable,
  withSessions,
  type ZonePair,
} from '../rulebase-reading/reading.ts';
import { everyService, joinParts, type ServicePart } from '../rulebase-reading/services.ts';
import { readPrefix, readRange } from '../rulebase-reading/words.ts';
import type { Artifact, ReadRule } from '../target.ts';
import {
  applicationParts,
  named,
  onlyOf,
  predefinedApplications,
  predefinedServices,
  scheduleMinutes,
  serviceParts,
} from './applications.ts';
import { childOf, descend, entriesOf, membersOf, parseXml, type XmlElement } from './parse.ts';

const file = 'edict.xml';

export function readPanOs(artifact: Artifact): readonly ReadRule[] {
  const text = onlyFile(artifact, 'pan-os', file);
  const reporter = new Reporter(file, {});
  const root = reporter.strictly(() => parseXml(text));
  const { system } = reporter.strictly(() => partsOf(root));
  const tag = entriesOf(childOf(system, 'tag')).find(([name]) => name === 'edict')?.[1];
  const digest = tag === undefined ? undefined : childOf(tag, 'comments')?.text;
  if (digest !== `edict artifact ${artifact.digest}`)
    throw unreadable(`the tag's comment \`${digest ?? ''}\``, `\`edict artifact ${artifact.digest}\``);
  return rulebookOf(root, reporter, undefined).rules;
}

/** Any configuration: of a firewall with one virtual system, or of a device group. */
export function readPaloAlto(text: string, name: string, options: ReadOptions = {}): Rulebook {
  const reporter = new Reporter(name, options);
  const root = reporter.at({ line: 1, text: '' }, () => parseXml(text));
  return root === undefined ? { rules: [], unread: reporter.unread } : rulebookOf(root, reporter, options.between);
}

type Parts = {
  /** Where the objects and rules stand. */
  readonly system: XmlElement;
  readonly shared: XmlElement | undefined;
  readonly timezone: string | undefined;
};

function partsOf(root: XmlElement): Parts {
  const device = entriesOf(descend(root, 'devices'))[0]?.[1];
  if (root.name !== 'config' || device === undefined) throw unreadable(`\`${root.name}\``, '`config` with `devices`');
  const systems = [...entriesOf(childOf(device, 'vsys')), ...entriesOf(childOf(device, 'device-group'))];
  const [system, ...more] = systems;
  if (system === undefined || more.length > 0) throw unreadable(`${systems.length} virtual systems and device groups`, 'one');
  return { system: system[1], shared: childOf(root, 'shared'), timezone: descend(device, 'deviceconfig', 'system', 'timezone')?.text };
}

type Device = {
  readonly addresses: (name: string) => IntervalSet;
  readonly services: (name: string) => readonly ServicePart[];
  readonly applications: (name: string) => readonly ServicePart[];
  readonly minutes: (name: string) => IntervalSet;
  readonly timezone: string | undefined;
  readonly between: ZonePair | undefined;
};

function rulebookOf(root: XmlElement, reporter: Reporter, between: ZonePair | undefined): Rulebook {
  const parts = reporter.at({ line: 1, text: root.name }, () => partsOf(root));
  if (parts === undefined) return { rules: [], unread: reporter.unread };
  const found = reporter.at({ line: parts.system.line, text: '' }, () => {
    const entries = ['pre-rulebase', 'rulebase', 'post-rulebase'].flatMap((book) =>
      entriesOf(descend(parts.system, book, 'security', 'rules')),
    );
    return { rules: entries, device: deviceOf(parts, between ?? onlyPair(entries)) };
  });
  if (found === undefined) return { rules: [], unread: reporter.unread };
  const { rules, device } = found;
  const read = rules.flatMap(
    ([name, rule]) => reporter.at({ line: rule.line, text: `rule ${name}` }, () => rulesOf(name, rule, device)) ?? [],
  );
  const end = reporter.at({ line: parts.system.line, text: 'default-security-rules' }, () => endOf(parts.system, device.between)) ?? 'deny';
  return { rules: withSessions(read, end), unread: reporter.unread };
}

/** Where all rules that name zones name the same one pair, that is what the rulebase is about. */
function onlyPair(rules: readonly (readonly [string, XmlElement])[]): ZonePair | undefined {
  const pairs = new Set<string>();
  for (const [, rule] of rules) {
    const [from, to] = [zonesOf(rule, 'from'), zonesOf(rule, 'to')];
    if (!from.includes('any') || !to.includes('any')) pairs.add(from.length === 1 && to.length === 1 ? `${from[0]}\n${to[0]}` : '');
  }
  const [pair = '', ...more] = pairs;
  const [from, to] = pair.split('\n');
  return more.length > 0 || from === undefined || to === undefined ? undefined : { from, to };
}

function zonesOf(rule: XmlElement, side: 'from' | 'to'): readonly string[] {
  return membersOf(childOf(rule, side));
}

function deviceOf({ system, shared, timezone }: Parts, between: ZonePair | undefined): Device {
  const entries = (kind: string) => [...entriesOf(descend(shared, kind)), ...entriesOf(childOf(system, kind))];
  const groups = (kind: string) => new Map(entries(kind).map(([name, entry]) => [name, groupMembers(entry)]));
  const schedules = new Map(entries('schedule'));
  return {
    between,
    timezone,
    addresses: namedReader({
      kind: 'address',
      objects: new Map([
        ...entries('address').map(([name, entry]) => [name, named(() => addressSet(entry))] as const),
        ...entries('address-group').flatMap(([name, entry]) =>
          descend(entry, 'static') === undefined ? [[name, { unread: 'its members are not listed' }] as const] : [],
        ),
        ['any', { value: anyAddress }],
      ]),
      groups: groups('address-group'),
      join: joinSets,
    }),
    services: namedReader({
      kind: 'service',
      objects: new Map([
        ...[...predefinedServices].map(([name, value]) => [name, { value }] as const),
        ...entries('service').map(([name, entry]) => [name, named(() => serviceParts(entry))] as const),
        ['any', { value: everyService }],
      ]),
      groups: groups('service-group'),
      join: joinParts,
    }),
    applications: namedReader({
      kind: 'application',
      objects: new Map([
        ...[...predefinedApplications].map(([name, value]) => [name, { value }] as const),
        ...entries('application').map(([name, entry]) => [name, named(() => applicationParts(entry))] as const),
      ]),
      groups: groups('application-group'),
      join: joinParts,
    }),
    minutes: (name) => {
      const schedule = schedules.get(name);
      if (schedule === undefined) throw unreadable(`schedule \`${name}\``, 'a schedule that is defined');
      if (timezone === undefined) throw unreadable(`schedule \`${name}\` on a clock of no zone`, '`deviceconfig/system/timezone`');
      return scheduleMinutes(schedule);
    },
  };
}

function groupMembers(entry: XmlElement): readonly string[] {
  return membersOf(descend(entry, 'static') ?? childOf(entry, 'members'));
}

function addressSet(entry: XmlElement): IntervalSet {
  const [kind, ...more] = entry.children.filter(({ name }) => name !== 'description' && name !== 'tag' && name !== 'disable-override');
  if (kind === undefined || more.length > 0) throw unreadable('an address of several kinds');
  if (kind.name === 'ip-netmask') return withTwins(readPrefix(kind.text));
  if (kind.name !== 'ip-range') throw unreadable(`an address by \`${kind.name}\``, '`ip-netmask` or `ip-range`');
  const [first = '', last = '', ...others] = kind.text.split('-');
  if (others.length > 0) throw unreadable(`\`${kind.text}\``, 'a range');
  return withTwins(readRange(first, last));
}

const [ipv4, ipv6] = [familyLine[4], familyLine[6]];

/** The device compares an IPv4 address with IPv6 addresses as one whose first 96 bits are 0; never the other way round. */
function withTwins(set: IntervalSet): IntervalSet {
  const twins = intersect(set, [{ low: ipv6.low, high: ipv6.low + (ipv4.high - ipv4.low) }]);
  return twins.length === 0
    ? set
    : union(
        set,
        twins.map(({ low, high }) => ({ low: low - ipv6.low + ipv4.low, high: high - ipv6.low + ipv4.low })),
      );
}

/** Of a rule, what bears on no decision of it. */
const idle = [
  'log-setting',
  'log-start',
  'log-end',
  'profile-setting',
  'description',
  'tag',
  'group-tag',
  'icmp-unreachable',
  'qos',
  'uuid',
  'option',
];
const conditions = [
  'from',
  'to',
  'source',
  'destination',
  'source-user',
  'category',
  'application',
  'service',
  'source-hip',
  'destination-hip',
  'hip-profiles',
];
const settings = ['action', 'schedule', 'negate-source', 'negate-destination', 'disabled', 'rule-type'];

function rulesOf(name: string, rule: XmlElement, device: Device): readonly ReadRule[] {
  const unknown = onlyOf(rule, [...idle, ...conditions, ...settings]);
  if (unknown !== undefined) throw unreadable(`\`${unknown}\` of rule \`${name}\``);
  if (isYes(rule, 'disabled') || !asksZones(name, rule, device.between)) return [];
  for (const condition of ['source-user', 'category', 'source-hip', 'destination-hip', 'hip-profiles'])
    if (membersOf(childOf(rule, condition)).some((word) => word !== 'any'))
      throw unreadable(`\`${condition}\` of rule \`${name}\``, '`any`');
  const action = childOf(rule, 'action')?.text ?? '';
  if (!['allow', 'deny', 'drop', 'reset-client', 'reset-server', 'reset-both'].includes(action))
    throw unreadable(`action \`${action}\` of rule \`${name}\``);
  const schedule = childOf(rule, 'schedule')?.text;
  const minute = schedule === undefined ? {} : { minute: device.minutes(schedule) };
  const sides = { source: sideOf(rule, 'source', device), destination: sideOf(rule, 'destination', device) };
  return servicesOf(name, rule, device).map((part) => ({
    box: { ...everything, ...sides, ...part, ...minute } satisfies Box,
    decision: action === 'allow' ? 'allow' : 'deny',
    ...(schedule === undefined || device.timezone === undefined ? {} : { timezone: device.timezone }),
    where: { line: rule.line, text: name },
  }));
}

function isYes(rule: XmlElement, name: string): boolean {
  const text = childOf(rule, name)?.text ?? 'no';
  if (text !== 'yes' && text !== 'no') throw unreadable(`\`${name}\` \`${text}\``, '`yes` or `no`');
  return text === 'yes';
}

/** Whether the rule speaks of the zones that are asked about; a universal rule matches within a zone and between zones. */
function asksZones(name: string, rule: XmlElement, between: ZonePair | undefined): boolean {
  const type = childOf(rule, 'rule-type')?.text ?? 'universal';
  const [from, to] = [zonesOf(rule, 'from'), zonesOf(rule, 'to')];
  if (from.length === 0 || to.length === 0) throw unreadable(`rule \`${name}\` without zones`, '`any` at least');
  if (type === 'universal' && from.includes('any') && to.includes('any')) return true;
  if (between === undefined) throw unreadable(`the zones of rule \`${name}\``, '`any`, or to be told which are asked about');
  return isOfType(type, between) && holdsZone(from, between.from) && (type === 'intrazone' || holdsZone(to, between.to));
}

function isOfType(type: string, { from, to }: ZonePair): boolean {
  if (!['universal', 'intrazone', 'interzone'].includes(type)) throw unreadable(`rule type \`${type}\``);
  return type === 'universal' || (type === 'intrazone') === (from === to);
}

function holdsZone(zones: readonly string[], zone: string): boolean {
  return zones.includes('any') || zones.includes(zone);
}

function sideOf(rule: XmlElement, side: 'source' | 'destination', { addresses }: Device): IntervalSet {
  const names = membersOf(childOf(rule, side));
  if (names.length === 0) throw unreadable(`a rule without ${side}`, '`any` at least');
  const set = joinSets(names.map((name) => addressNamed(name, addresses)));
  return isYes(rule, `negate-${side}`) ? subtract(anyAddress, set) : set;
}

/** A rule may also hold addresses as they are. */
function addressNamed(name: string, addresses: Device['addresses']): IntervalSet {
  if (!/^[0-9a-fA-F.:]+(?:[/-][0-9a-fA-F.:]+)?$/.test(name) || !/[.:]/.test(name)) return addresses(name);
  try {
    return addresses(name);
  } catch {
    const [first = '', last] = name.split('-');
    return withTwins(last === undefined ? readPrefix(name) : readRange(first, last));
  }
}

/** A session must be of one of the applications, and on one of the services. */
function servicesOf(name: string, rule: XmlElement, device: Device): readonly ServicePart[] {
  const [applications, services] = [membersOf(childOf(rule, 'application')), membersOf(childOf(rule, 'service'))];
  if (applications.length === 0 || services.length === 0) throw unreadable(`rule \`${name}\` without application or service`);
  const isDefault = services.length === 1 && services[0] === 'application-default';
  if (applications.includes('any')) {
    if (isDefault) throw unreadable(`rule \`${name}\`: any application on its default ports`);
    return joinParts(services.map(device.services));
  }
  const known = joinParts(applications.map(device.applications));
  if (isDefault) return known;
  const on = joinParts(services.map(device.services));
  return known.flatMap((application) => on.flatMap((service) => bothOf(application, service)));
}

function bothOf(a: ServicePart, b: ServicePart): readonly ServicePart[] {
  const both = { service: intersect(a.service, b.service), sourcePort: intersect(a.sourcePort, b.sourcePort) };
  return both.service.length === 0 || both.sourcePort.length === 0 ? [] : [both];
}

/** Within a zone the device allows unless told otherwise, between zones it denies. */
function endOf(system: XmlElement, between: ZonePair | undefined): 'deny' | 'not-applicable' {
  const books = ['rulebase', 'post-rulebase'].map((book) => descend(system, book, 'default-security-rules', 'rules'));
  const rules = new Map(books.flatMap((book) => entriesOf(book)));
  const actionOf = (name: string, otherwise: string): 'deny' | 'not-applicable' => {
    const rule = rules.get(name);
    const action = rule === undefined ? otherwise : (childOf(rule, 'action')?.text ?? otherwise);
    return action === 'allow' ? 'not-applicable' : 'deny';
  };
  const [within, across] = [actionOf('intrazone-default', 'allow'), actionOf('interzone-default', 'deny')];
  if (between !== undefined) return between.from === between.to ? within : across;
  return within === 'deny' ? 'deny' : across;
}
