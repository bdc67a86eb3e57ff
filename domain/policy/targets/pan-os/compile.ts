/**
 * Policies to Palo Alto's PAN-OS: one file `edict.xml`, the configuration of a virtual system: address, service, application and
 * schedule objects, and the security rulebase.
 *
 * - Rules are universal and name no zones; they stand in order of weight, and the first that matches decides the session.
 * - A service object has ports of TCP or UDP; what else a rule speaks of is a custom application, known by its IP protocol or its ICMP
 *   type. A rule that matches on applications and one that matches on services are two rules.
 * - At the end the device denies between zones and allows within one ("intrazone-default", "interzone-default"). Where there are
 *   connections of which the policies do not speak, both are set to allow, so that nothing is refused that no rule refuses.
 * - An IPv4 address is compared with IPv6 addresses as one of ::/96. An address of ::/96 of which the IPv4 twin is not meant as well
 *   is left out.
 * - Answers need no rule: the rulebase decides the first packet of a session.
 * - Schedules run on the firewall's clock: where there is one, the file sets its time zone.
 * - The artifact's digest is the comment of the tag `edict`.
 *
 * PAN-OS Web Interface Help: "Policies > Security", "Objects > Addresses", "Objects > Services", "Objects > Applications" (Advanced:
 * Defaults), "Objects > Schedules", "Objects > Tags"; PAN-OS Administrator's Guide, "Policy"; PAN-OS and Panorama API Guide for the places in the XML.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { familyLine, inFamily } from '../../addresses.ts';
import { type IntervalSet, intersect, subtract } from '../../intervals.ts';
import type { Policy } from '../../model.ts';
import { artifactOf, selfDigest } from '../artifact.ts';
import { type AddressElement, cidrText, elementsOf } from '../rulebase/elements.ts';
import { type Rulebase, rulebaseOf, type Side } from '../rulebase/lines.ts';
import { omissionLosses } from '../rulebase/losses.ts';
import { byName, groupName, mostListed, nameOf, onceByName } from '../rulebase/names.ts';
import { type SayableLine, sayableOf } from '../rulebase/sayable.ts';
import { rangeText, type ServiceEntry } from '../rulebase/services.ts';
import { clockText, dayEnd, type DaySpan, daySpans, scheduleName } from '../rulebase/week.ts';
import type { Compilation } from '../target.ts';

export function compilePanOs(policies: readonly Policy[], inventory: Inventory): Compilation {
  const rulebase = rulebaseOf(policies, inventory);
  const { lines, omissions } = sayableOf(rulebase, { missing: missingWord, canNegate: false, tellable: withoutTwins });
  const losses = omissionLosses('pan-os', omissions, { lines, isOpen: rulebase.isOpen }, { policies, inventory });
  return { artifact: artifactOf('pan-os', { 'edict.xml': printConfiguration(rulebase, lines) }), losses };
}

function missingWord(entry: ServiceEntry): string | undefined {
  if (isService(entry) || (entry.ports === undefined && entry.sourcePorts === undefined)) return undefined;
  return 'a service of PAN-OS has ports for TCP and UDP only';
}

const [ipv4, ipv6] = [familyLine[4], familyLine[6]];

const withoutTwins = {
  rest: '::/96',
  reason:
    'PAN-OS compares the IPv4 address a.b.c.d as ::a.b.c.d: what is meant in IPv6 alone cannot be said of ::/96, and is left out there',
  /** Addresses of ::/96 stay where their IPv4 twins are in the set as well. */
  part: (set: IntervalSet): IntervalSet => {
    const alone = subtract(twinsOf(set), inFamily(set, 4));
    if (alone.length === 0) return set;
    return subtract(
      set,
      alone.map(({ low, high }) => ({ low: low + ipv6.low, high: high + ipv6.low })),
    );
  },
};

/** The IPv4 addresses that the device takes for members of a set's IPv6 addresses. */
function twinsOf(set: IntervalSet): IntervalSet {
  const twins = intersect(set, [{ low: ipv6.low, high: ipv6.low + ipv4.high }]);
  return twins.map(({ low, high }) => ({ low: low - ipv6.low, high: high - ipv6.low }));
}

/** Else it is an application. */
function isService({ protocol }: ServiceEntry): boolean {
  return protocol === 6 || protocol === 17;
}

/** Each by name; every line is indented from there. */
type Objects = {
  readonly address: Map<string, string>;
  readonly 'address-group': Map<string, string>;
  readonly application: Map<string, string>;
  readonly 'application-group': Map<string, string>;
  readonly service: Map<string, string>;
  readonly 'service-group': Map<string, string>;
  readonly schedule: Map<string, string>;
};

type Writer = Objects & { readonly sideOf: (side: Side) => string };

/**
 * Web Interface Help, "Security Policy General Tab", "Objects > Addresses", "Objects > Services": up to 63 characters; "Objects > Applications" and
 * "Objects > Schedules": up to 31, which those that are made here never reach.
 */
const longestName = 63;

function printConfiguration({ timezone, isOpen }: Rulebase, lines: readonly SayableLine[]): string {
  const made: Objects = {
    address: new Map(),
    'address-group': new Map(),
    application: new Map(),
    'application-group': new Map(),
    service: new Map(),
    'service-group': new Map(),
    schedule: new Map(),
  };
  const writer = { ...made, sideOf: onceByName((side: Side) => sideName(made, side)) };
  const rules = lines.flatMap((line) => printLine(writer, line));
  const objects = Object.entries(made).flatMap(([kind, entries]) => printObjects(kind, byName(entries)));
  return [
    '<?xml version="1.0"?>',
    '<!-- Written by Edict; changed by hand, it is drift. -->',
    '<config version="10.1.0" urldb="paloaltonetworks">',
    '<devices><entry name="localhost.localdomain">',
    ...(timezone === undefined ? [] : [`<deviceconfig><system><timezone>${timezone}</timezone></system></deviceconfig>`]),
    '<vsys><entry name="vsys1">',
    `<tag><entry name="edict"><comments>edict artifact ${selfDigest}</comments></entry></tag>`,
    ...objects,
    '<rulebase>',
    '<security><rules>',
    ...rules,
    '</rules></security>',
    ...(isOpen ? [openEnd] : []),
    '</rulebase>',
    '</entry></vsys>',
    '</entry></devices>',
    '</config>',
    '',
  ].join('\n');
}

const openEnd = `<default-security-rules><rules>${['intrazone-default', 'interzone-default']
  .map((name) => `<entry name="${name}"><action>allow</action></entry>`)
  .join('')}</rules></default-security-rules>`;

function printObjects(kind: string, entries: readonly (readonly [string, string])[]): readonly string[] {
  if (entries.length === 0) return [];
  return [`<${kind}>`, ...entries.map(([name, text]) => `<entry name="${name}">${text}</entry>`), `</${kind}>`];
}

function members(names: readonly string[]): string {
  return names.map((name) => `<member>${name}</member>`).join('');
}

function printLine(writer: Writer, line: SayableLine): readonly string[] {
  if (line.services === 'any') return [printRule(writer, line, { name: line.name, applications: ['any'], services: ['any'] })];
  const services = line.services.filter(isService).map((entry) => serviceName(writer, entry));
  const applications = line.services.filter((entry) => !isService(entry)).map((entry) => applicationName(writer, entry));
  const both = services.length > 0 && applications.length > 0;
  return [
    ...(services.length === 0
      ? []
      : [printRule(writer, line, { name: line.name, applications: ['any'], services: grouped(writer, 'service', services) })]),
    ...(applications.length === 0
      ? []
      : [
          printRule(writer, line, {
            name: both ? `${line.name}.other` : line.name,
            applications: grouped(writer, 'application', applications),
            services: ['any'],
          }),
        ]),
  ];
}

function grouped(writer: Writer, kind: 'service' | 'application', names: readonly string[]): readonly string[] {
  if (names.length <= mostListed) return names;
  const name = groupName(`${kind}s`, names);
  writer[`${kind}-group`].set(name, `<members>${members(names)}</members>`);
  return [name];
}

type Words = { readonly name: string; readonly applications: readonly string[]; readonly services: readonly string[] };

function printRule(writer: Writer, line: SayableLine, { name, applications, services }: Words): string {
  const any = members(['any']);
  return [
    `<entry name="${nameOf(name, longestName)}">`,
    `<from>${any}</from><to>${any}</to>`,
    `<source>${members([writer.sideOf(line.from)])}</source><destination>${members([writer.sideOf(line.to)])}</destination>`,
    `<source-user>${any}</source-user><category>${any}</category>`,
    `<application>${members(applications)}</application><service>${members(services)}</service>`,
    ...(line.minutes === undefined ? [] : [`<schedule>${scheduleOf(writer, daySpans(line.minutes))}</schedule>`]),
    `<action>${line.decision}</action><description>${line.id}</description>`,
    '</entry>',
  ].join('\n');
}

function sideName(writer: Objects, { name, set, isNamed }: Side): string {
  if (name === 'any') return name;
  const held = elementsOf(set, [4, 6]).map((element) => addressName(writer, element));
  const [only = '', ...more] = held;
  if (more.length === 0 && !isNamed) return only;
  writer['address-group'].set(name, `<static>${members(held)}</static>`);
  return name;
}

function addressName({ address }: Objects, element: AddressElement): string {
  const name = nameOf(element.name, longestName);
  const text =
    element.bits === undefined ? `<ip-range>${element.first}-${element.last}</ip-range>` : `<ip-netmask>${cidrText(element)}</ip-netmask>`;
  if (!address.has(name)) address.set(name, text);
  return name;
}

function serviceName({ service }: Writer, { name, protocol, ports, sourcePorts }: ServiceEntry): string {
  const word = protocol === 6 ? 'tcp' : 'udp';
  const port = `<port>${ports === undefined ? '0-65535' : rangeText(ports)}</port>`;
  const source = sourcePorts === undefined ? '' : `<source-port>${rangeText(sourcePorts)}</source-port>`;
  if (!service.has(name)) service.set(name, `<protocol><${word}>${port}${source}</${word}></protocol>`);
  return name;
}

/** At most 31 characters for an application's name. */
function applicationName({ application }: Writer, { name, protocol, icmp }: ServiceEntry): string {
  if (!application.has(name)) {
    const kind =
      '<category>networking</category><subcategory>ip-protocol</subcategory><technology>network-protocol</technology><risk>1</risk>';
    application.set(name, `${kind}<default>${identText(protocol, icmp)}</default>`);
  }
  return name;
}

function identText(protocol: number, icmp: ServiceEntry['icmp']): string {
  if (icmp === undefined) return `<ident-by-ip-protocol>${protocol}</ident-by-ip-protocol>`;
  const word = protocol === 58 ? 'ident-by-icmp6-type' : 'ident-by-icmp-type';
  const code = icmp.code === undefined ? '' : `<code>${icmp.code}</code>`;
  return `<${word}><type>${icmp.type}</type>${code}</${word}>`;
}

const dayWords = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

function scheduleOf({ schedule }: Writer, spans: readonly DaySpan[]): string {
  const name = scheduleName(spans);
  if (!schedule.has(name)) {
    const days = dayWords.map((word, day) => {
      const own = spans.filter((span) => span.day === day);
      return own.length === 0 ? '' : `<${word}>${members(own.map(({ start, end }) => `${clockText(start)}-${endText(end)}`))}</${word}>`;
    });
    schedule.set(name, `<schedule-type><recurring><weekly>${days.join('')}</weekly></recurring></schedule-type>`);
  }
  return name;
}

/** A day ends with 23:59 on this device. */
function endText(end: number): string {
  return end === dayEnd ? '23:59' : clockText(end);
}
