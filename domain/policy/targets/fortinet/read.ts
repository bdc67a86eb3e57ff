/**
 * Reads a FortiOS configuration back: which sessions its firewall policies accept, in the order in which the device asks them. Written
 * from Fortinet's "FortiOS Administration Guide" (firewall policy, implicit deny, schedules) and "FortiOS CLI Reference": the first
 * policy that matches decides; an IPv4 packet is compared with `srcaddr` and `dstaddr`, an IPv6 packet with `srcaddr6` and `dstaddr6`;
 * what none matches is denied. A last policy `edict-end` that accepts everything is the end of an artifact of ours: what it accepts, no
 * rule speaks of.
 */
import { type Family, familyLine, families } from '../../addresses.ts';
import { everything } from '../../boxes.ts';
import { anyService } from '../../service-selector.ts';
import { type IntervalSet, intersect, isEqual, subtract, union } from '../../intervals.ts';
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
import { joinParts, type ServicePart } from '../rulebase-reading/services.ts';
import { namesIn } from '../rulebase-reading/words.ts';
import type { Artifact, ReadRule } from '../target.ts';
import {
  addressSet,
  entriesOf,
  excludedMembers,
  groupMembers,
  isPlainGroup,
  named,
  onlyKeys,
  predefinedParts,
  recurringMinutes,
  serviceParts,
  valueOf,
} from './objects.ts';
import { type FortiEntry, type FortiTable, parseFortiOs } from './parse.ts';

const file = 'edict.conf';

export function readFortinet(artifact: Artifact): readonly ReadRule[] {
  const text = onlyFile(artifact, 'fortinet', file);
  const reporter = new Reporter(file, {});
  const root = reporter.strictly(() => parseFortiOs(text));
  const comment = root.tables.get('firewall service category')?.entries.get('edict')?.settings.get('comment')?.[0];
  if (comment !== `edict artifact ${artifact.digest}`)
    throw unreadable(`the comment \`${comment ?? ''}\` of the service category \`edict\``, `\`edict artifact ${artifact.digest}\``);
  const unknown = [...root.tables.keys()].find((path) => !known.has(path));
  if (unknown !== undefined) throw unreadable(`\`config ${unknown}\``, [...known].join(', '));
  return rulebookOf(root, reporter, undefined).rules;
}

/** Any configuration of one virtual domain. What it holds beside firewall policies and their objects is not looked at. */
export function readFortiOs(text: string, name: string, options: ReadOptions = {}): Rulebook {
  const reporter = new Reporter(name, options);
  const root = reporter.at({ line: 1, text: '' }, () => domainOf(parseFortiOs(text)));
  return root === undefined ? { rules: [], unread: reporter.unread } : rulebookOf(root, reporter, options.between);
}

const known: ReadonlySet<string> = new Set([
  'system global',
  'firewall service category',
  'firewall address',
  'firewall address6',
  'firewall addrgrp',
  'firewall addrgrp6',
  'firewall service custom',
  'firewall service group',
  'firewall schedule recurring',
  'firewall schedule group',
  'firewall policy',
]);

/** The one virtual domain with policies, where the device has several. */
function domainOf(root: FortiEntry): FortiEntry {
  const domains = entriesOf(root.tables.get('vdom')).filter(([, domain]) => domain.tables.has('firewall policy'));
  const [domain, ...more] = domains;
  if (more.length > 0) throw unreadable(`policies of ${domains.length} virtual domains`, 'those of one');
  if (domain === undefined) return root;
  const global = root.tables.get('global')?.own.tables.get('system global');
  return { ...domain[1], tables: new Map([...(global === undefined ? [] : [['system global', global] as const]), ...domain[1].tables]) };
}

type Device = {
  readonly addresses: Readonly<Record<Family, (name: string) => IntervalSet>>;
  /** What sides of policies are, by their names. */
  readonly sides: Map<string, IntervalSet>;
  readonly services: (name: string) => readonly ServicePart[];
  readonly minutes: (name: string) => IntervalSet;
  readonly timezone: string | undefined;
  readonly between: ZonePair | undefined;
};

function rulebookOf(root: FortiEntry, reporter: Reporter, between: ZonePair | undefined): Rulebook {
  const policies = entriesOf(root.tables.get('firewall policy')).map(([, entry]) => entry);
  const device = deviceOf(root, between ?? onlyPair(policies));
  const rules = policies.flatMap((policy, index) => {
    const text = `policy ${policy.name}`;
    return reporter.at({ line: policy.line, text }, () => rulesOf(policy, device, index === policies.length - 1)) ?? [];
  });
  return { rules: withSessions(rules, 'deny'), unread: reporter.unread };
}

/** Where all policies that name interfaces name the same pair, that is what the table is about. */
function onlyPair(policies: readonly FortiEntry[]): ZonePair | undefined {
  const pairs = new Set<string>();
  for (const { settings } of policies) {
    const [from, to] = [settings.get('srcintf') ?? [], settings.get('dstintf') ?? []];
    if (!from.includes('any') || !to.includes('any')) pairs.add(from.length === 1 && to.length === 1 ? `${from[0]}\n${to[0]}` : '');
  }
  const [pair = '', ...more] = pairs;
  const [from, to] = pair.split('\n');
  return more.length > 0 || from === undefined || to === undefined ? undefined : { from, to };
}

function deviceOf({ tables }: FortiEntry, between: ZonePair | undefined): Device {
  const zone = tables.get('system global')?.own.settings.get('timezone')?.[0];
  const recurring = new Map(entriesOf(tables.get('firewall schedule recurring')));
  const schedules = namedReader({
    kind: 'schedule',
    objects: new Map([...recurring].map(([name, entry]) => [name, named(() => recurringMinutes(entry))] as const)),
    groups: groupsOf(tables.get('firewall schedule group')),
    join: joinSets,
  });
  return {
    between,
    timezone: zone,
    addresses: { 4: addressReader(tables, 4), 6: addressReader(tables, 6) },
    sides: new Map(),
    services: namedReader({
      kind: 'service',
      objects: new Map([
        ...predefinedParts(),
        ...entriesOf(tables.get('firewall service custom')).map(([name, entry]) => [name, named(() => serviceParts(entry))] as const),
      ]),
      groups: groupsOf(tables.get('firewall service group')),
      join: joinParts,
    }),
    minutes: (name) => {
      const minutes = schedules(name);
      // Before FortiOS 7.4 a zone is a number of the device's own list.
      if (zone === undefined || !/^[A-Za-z]+(?:\/|$)/.test(zone))
        throw unreadable(`schedule \`${name}\` on a clock of zone \`${zone ?? ''}\``, '`set timezone` with a name');
      return minutes;
    },
  };
}

function groupsOf(table: FortiTable | undefined): ReadonlyMap<string, readonly string[]> {
  return new Map(entriesOf(table).map(([name, entry]) => [name, groupMembers(entry)]));
}

function addressReader(tables: FortiEntry['tables'], family: Family): (name: string) => IntervalSet {
  const suffix = family === 4 ? '' : '6';
  const groups = tables.get(`firewall addrgrp${suffix}`);
  return namedReader({
    kind: `IPv${family} address`,
    objects: new Map([
      ['all', { value: [familyLine[family]] }],
      ['none', { value: [] }],
      ...entriesOf(tables.get(`firewall address${suffix}`)).map(([name, entry]) => [name, named(() => addressSet(entry, family))] as const),
      ...entriesOf(groups).flatMap(([name, entry]) =>
        isPlainGroup(entry) ? [] : [[name, { unread: 'it is more than its members' }] as const],
      ),
    ]),
    groups: groupsOf(groups),
    join: joinSets,
    excluded: { members: new Map(entriesOf(groups).map(([name, entry]) => [name, excludedMembers(entry)])), subtract },
  });
}

/** Of a policy, what bears on no decision of it: what is done to packets of a session that it accepts, and what is noted of them. */
const idle = namesIn(`
  name uuid comments label global-label logtraffic logtraffic-start capture-packet nat ippool poolname
  poolname6 fixedport permit-any-host utm-status inspection-mode profile-type profile-group
  profile-protocol-options ssl-ssh-profile av-profile webfilter-profile dnsfilter-profile ips-sensor
  application-list file-filter-profile traffic-shaper traffic-shaper-reverse per-ip-shaper
  auto-asic-offload match-vip send-deny-packet tcp-mss-sender tcp-mss-receiver session-ttl
  schedule-timeout anti-replay np-acceleration
`);

const decisive = namesIn(`
  srcintf dstintf action status schedule service service-negate internet-service internet-service-src
  srcaddr dstaddr srcaddr6 dstaddr6 srcaddr-negate dstaddr-negate srcaddr6-negate dstaddr6-negate
`);

function rulesOf(policy: FortiEntry, device: Device, isLast: boolean): readonly ReadRule[] {
  const { settings, line, name } = policy;
  onlyKeys(policy, [...idle, ...decisive]);
  if (!isEnabled(settings, 'status', 'enable') || !asksInterfaces(policy, device.between)) return [];
  if (isEnabled(settings, 'internet-service', 'disable') || isEnabled(settings, 'internet-service-src', 'disable'))
    throw unreadable(`an internet service of policy \`${name}\``, 'addresses and services');
  const accepts = isAccept(policy);
  const schedule = valueOf(settings, 'schedule', '');
  const time = schedule === 'always' ? {} : { minute: device.minutes(schedule) };
  const parts = partsOf(policy, device);
  const boxes = sidesOf(settings, device).flatMap((side) => parts.map((part) => ({ ...everything, ...side, ...part, ...time })));
  const title = settings.get('name')?.[0] ?? name;
  const isEnd = isLast && title === 'edict-end' && accepts && schedule === 'always' && isEverything(boxes);
  return boxes.map((box) => ({
    box,
    decision: isEnd ? 'not-applicable' : accepts ? 'allow' : 'deny',
    ...(schedule === 'always' || device.timezone === undefined ? {} : { timezone: device.timezone }),
    where: { line, text: title },
  }));
}

function isAccept({ settings, name }: FortiEntry): boolean {
  const action = valueOf(settings, 'action', 'deny');
  if (action !== 'accept' && action !== 'deny') throw unreadable(`action \`${action}\` of policy \`${name}\``, '`accept` or `deny`');
  return action === 'accept';
}

function isEverything(boxes: readonly ReadRule['box'][]): boolean {
  const [sources, destinations] = [union(...boxes.map(({ source }) => source)), union(...boxes.map(({ destination }) => destination))];
  return (
    boxes.length > 0 &&
    isEqual(sources, everything.source) &&
    isEqual(destinations, everything.destination) &&
    boxes.every(({ service }) => isEqual(service, anyService))
  );
}

function isEnabled(settings: FortiEntry['settings'], key: string, otherwise: 'enable' | 'disable'): boolean {
  const word = valueOf(settings, key, otherwise);
  if (word !== 'enable' && word !== 'disable') throw unreadable(`\`${key}\` \`${word}\``, '`enable` or `disable`');
  return word === 'enable';
}

function asksInterfaces({ settings, name }: FortiEntry, between: ZonePair | undefined): boolean {
  const [from, to] = [settings.get('srcintf') ?? [], settings.get('dstintf') ?? []];
  if (from.length === 0 || to.length === 0) throw unreadable(`policy \`${name}\` without interfaces`, '`any` at least');
  if (from.includes('any') && to.includes('any')) return true;
  if (between === undefined) throw unreadable(`the interfaces of policy \`${name}\``, '`any`, or to be told which are asked about');
  return (from.includes('any') || from.includes(between.from)) && (to.includes('any') || to.includes(between.to));
}

type Sides = Pick<ReadRule['box'], 'source' | 'destination'>;

/** IPv4 and IPv6 in one: no packet is from the one to the other. Nothing where a side is empty. */
function sidesOf(settings: FortiEntry['settings'], device: Device): readonly Sides[] {
  const [source, destination] = [sideOf(settings, 'srcaddr', device), sideOf(settings, 'dstaddr', device)];
  return source.length === 0 || destination.length === 0 ? [] : [{ source, destination }];
}

/** The same names give the same set object. */
function sideOf(settings: FortiEntry['settings'], side: 'srcaddr' | 'dstaddr', { addresses, sides }: Device): IntervalSet {
  const parts = families.map((family) => {
    const key = family === 4 ? side : `${side}6`;
    const names = settings.get(key) ?? [];
    return { family, names, isNegated: names.length > 0 && isEnabled(settings, `${key}-negate`, 'disable') };
  });
  const known = JSON.stringify(parts);
  const held = sides.get(known);
  if (held !== undefined) return held;
  const sets = parts.map(({ family, names, isNegated }) => {
    const set = joinSets(names.map(addresses[family]));
    return isNegated ? subtract([familyLine[family]], set) : set;
  });
  const set = union(...sets);
  sides.set(known, set);
  return set;
}

function partsOf({ settings, name }: FortiEntry, device: Device): readonly ServicePart[] {
  const names = settings.get('service') ?? [];
  if (names.length === 0) throw unreadable(`policy \`${name}\` without a service`, '`ALL` at least');
  const parts = joinParts(names.map(device.services));
  if (!isEnabled(settings, 'service-negate', 'disable')) return parts;
  return parts.reduce<readonly ServicePart[]>(
    (left, part) => left.flatMap((each) => without(each, part)),
    [{ service: everything.service, sourcePort: everything.sourcePort }],
  );
}

function without(from: ServicePart, part: ServicePart): readonly ServicePart[] {
  const outside = { ...from, service: subtract(from.service, part.service) };
  const beside = { service: intersect(from.service, part.service), sourcePort: subtract(from.sourcePort, part.sourcePort) };
  return [outside, beside].filter(({ service, sourcePort }) => service.length > 0 && sourcePort.length > 0);
}
