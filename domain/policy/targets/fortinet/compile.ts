/**
 * Policies to Fortinet's FortiOS: one file `edict.conf` of CLI commands: address, service and schedule objects whose names begin with
 * `edict-`, and the policy table of the virtual domain, which the file empties first, so that it says all of it.
 *
 * - Policies name any interface, stand in order of weight, and the first that matches decides the session. Their number is made from
 *   their name: an order of its own, the one in the file, is what counts.
 * - IPv4 and IPv6 addresses are objects of different kinds; one policy takes both.
 * - At the end the device denies. Where there are connections of which the policies do not speak, a last policy, `edict-end`, accepts
 *   them, so that nothing is refused that no rule refuses.
 * - Answers need no policy: the first packet is decided, and the session lets the others pass.
 * - Schedules run on the device's clock: where there is one, the file sets its time zone.
 * - A deny also speaks of what a virtual IP forwards (`match-vip`). The artifact's digest is the comment of the service category `edict`.
 *
 * FortiOS CLI Reference: "config firewall policy", "address", "address6", "addrgrp", "service custom", "schedule recurring", "config
 * system global"; Administration Guide: "Firewall policy", "Protocol number and service".
 */
import type { Inventory } from '../../../context/inventory.ts';
import { type Family, familyLine, familyOf, inFamily } from '../../addresses.ts';
import { type IntervalSet, isEqual } from '../../intervals.ts';
import type { Policy } from '../../model.ts';
import { artifactOf, selfDigest } from '../artifact.ts';
import { type AddressElement, elementsOf } from '../rulebase/elements.ts';
import { type Rulebase, rulebaseOf, type Side } from '../rulebase/lines.ts';
import { omissionLosses } from '../rulebase/losses.ts';
import { byName, groupName, mark, mostListed, nameOf, onceByName, shortDigest } from '../rulebase/names.ts';
import { type SayableLine, sayableOf } from '../rulebase/sayable.ts';
import { rangeText, type ServiceEntry } from '../rulebase/services.ts';
import { clockText, type DaySpan, daySpans, scheduleName, spanGroups } from '../rulebase/week.ts';
import type { Compilation } from '../target.ts';

export function compileFortinet(policies: readonly Policy[], inventory: Inventory): Compilation {
  const rulebase = rulebaseOf(policies, inventory);
  const { lines, omissions } = sayableOf(rulebase, { missing: missingWord, canNegate: true });
  const losses = omissionLosses('fortinet', omissions, { lines, isOpen: rulebase.isOpen }, { policies, inventory });
  return { artifact: artifactOf('fortinet', { 'edict.conf': printConfiguration(rulebase, lines) }), losses };
}

const portWords: ReadonlyMap<number, string> = new Map([
  [6, 'tcp'],
  [17, 'udp'],
  [132, 'sctp'],
]);

function missingWord({ protocol, ports, sourcePorts }: ServiceEntry): string | undefined {
  if (protocol === 0 || protocol === 255) return 'a service of FortiOS has protocol numbers 1 to 254; 0 stands for all of them';
  if (portWords.has(protocol) || (ports === undefined && sourcePorts === undefined)) return undefined;
  return 'a service of FortiOS has ports for TCP, UDP and SCTP only';
}

/** By table, in the order in which one refers to another; in each the commands of an entry by its name. */
const tables = [
  'firewall address',
  'firewall address6',
  'firewall addrgrp',
  'firewall addrgrp6',
  'firewall service custom',
  'firewall service group',
  'firewall schedule recurring',
  'firewall schedule group',
] as const;

type Objects = { readonly [table in (typeof tables)[number]]: Map<string, readonly string[]> };

type Writer = Objects & { readonly sideOf: Readonly<Record<Family, (side: Side) => string>> };

/** CLI Reference, "Maximum length" of a name: 79 of addresses, services and their groups; 35 of policies; 31 of schedules. */
const longestName = 79;
const longestPolicyName = 35;

function printConfiguration({ timezone, isOpen }: Rulebase, lines: readonly SayableLine[]): string {
  const objects = Object.fromEntries(tables.map((table) => [table, new Map<string, readonly string[]>()])) as Objects;
  const sideOf = (family: Family) => onceByName((side: Side) => sideName(objects, side, family));
  const writer = { ...objects, sideOf: { 4: sideOf(4), 6: sideOf(6) } };
  const policies = lines.flatMap((line) => printLine(writer, line));
  const numbers = new Set<number>();
  const entries = [...policies, ...(isOpen ? [end] : [])].map(({ name, commands }) =>
    printEntry(`${numberOf(name, numbers)}`, [`set name "${name}"`, ...commands]),
  );
  return [
    '# Written by Edict; changed by hand, it is drift.',
    ...(timezone === undefined ? [] : ['config system global', `    set timezone "${timezone}"`, 'end']),
    ...printTable('firewall service category', [printEntry('"edict"', [`set comment "edict artifact ${selfDigest}"`])]),
    ...tables.flatMap((table) =>
      printTable(
        table,
        byName(writer[table]).map(([name, commands]) => printEntry(`"${name}"`, commands)),
      ),
    ),
    'config firewall policy',
    '    purge',
    ...entries.flat(),
    'end',
    '',
  ].join('\n');
}

function printTable(table: string, entries: readonly (readonly string[])[]): readonly string[] {
  return entries.length === 0 ? [] : [`config ${table}`, ...entries.flat(), 'end'];
}

function printEntry(name: string, commands: readonly string[]): readonly string[] {
  return [`    edit ${name}`, ...commands.map((command) => `        ${command}`), '    next'];
}

/** FNV-1a of the name, in 31 bits; a number that is taken gives way to the next. */
function numberOf(name: string, taken: Set<number>): number {
  let number = 0x811c_9dc5;
  for (let at = 0; at < name.length; at += 1) number = Math.imul(number ^ name.charCodeAt(at), 0x0100_0193);
  number = (number >>> 1) + 1;
  while (taken.has(number)) number += 1;
  taken.add(number);
  return number;
}

type Entry = { readonly name: string; readonly commands: readonly string[] };

const anyInterface = ['set srcintf "any"', 'set dstintf "any"'];

const end: Entry = {
  name: 'edict-end',
  commands: [
    ...anyInterface,
    'set action accept',
    'set srcaddr "all"',
    'set dstaddr "all"',
    'set srcaddr6 "all"',
    'set dstaddr6 "all"',
    'set schedule "always"',
    'set service "ALL"',
    'set comments "what the policies do not speak of"',
  ],
};

const families: readonly Family[] = [4, 6];

function printLine(writer: Writer, line: SayableLine): readonly Entry[] {
  const present = families.filter((family) => hasFamily(line.from.set, family) && hasFamily(line.to.set, family));
  if (present.length === 0) return [];
  const addresses = present.flatMap((family) => {
    const suffix = family === 4 ? '' : '6';
    return [`set srcaddr${suffix} "${writer.sideOf[family](line.from)}"`, `set dstaddr${suffix} "${writer.sideOf[family](line.to)}"`];
  });
  const schedule = line.minutes === undefined ? 'always' : scheduleOf(writer, daySpans(line.minutes));
  return [
    {
      name: nameOf(line.name, longestPolicyName),
      commands: [
        ...anyInterface,
        ...(line.decision === 'allow' ? ['set action accept'] : ['set action deny', 'set match-vip enable']),
        ...addresses,
        `set schedule "${schedule}"`,
        `set service ${quoted(serviceNames(writer, line.services))}`,
        ...(line.isNegated ? ['set service-negate enable'] : []),
        `set comments "${line.id}"`,
      ],
    },
  ];
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(' ');
}

function hasFamily(set: IntervalSet, family: Family): boolean {
  return set.some(({ low }) => familyOf(low) === family);
}

function sideName(writer: Objects, { name, set, isNamed }: Side, family: Family): string {
  const part = inFamily(set, family);
  if (isEqual(part, [familyLine[family]])) return 'all';
  const members = elementsOf(part, [4, 6]).map((element) => addressName(writer, element));
  const [only = '', ...more] = members;
  if (more.length === 0 && !isNamed) return only;
  writer[family === 4 ? 'firewall addrgrp' : 'firewall addrgrp6'].set(name, [`set member ${quoted(members)}`]);
  return name;
}

function addressName(writer: Objects, element: AddressElement): string {
  const name = nameOf(element.name, longestName);
  const objects = writer[element.family === 4 ? 'firewall address' : 'firewall address6'];
  if (!objects.has(name)) objects.set(name, addressCommands(element));
  return name;
}

function addressCommands({ family, first, last, bits }: AddressElement): readonly string[] {
  if (bits === undefined) return ['set type iprange', `set start-ip ${first}`, `set end-ip ${last}`];
  return [family === 4 ? `set subnet ${first} ${netmask(bits)}` : `set ip6 ${first}/${bits}`];
}

function netmask(bits: number): string {
  return [0, 8, 16, 24].map((start) => 256 - 2 ** (8 - Math.min(8, Math.max(0, bits - start)))).join('.');
}

function serviceNames(writer: Writer, services: SayableLine['services']): readonly string[] {
  if (services === 'any') return ['ALL'];
  const custom = writer['firewall service custom'];
  for (const entry of services) if (!custom.has(entry.name)) custom.set(entry.name, ['set category "edict"', ...serviceCommands(entry)]);
  const names = services.map(({ name }) => name);
  if (names.length <= mostListed) return names;
  const group = groupName('services', names);
  writer['firewall service group'].set(group, [`set member ${quoted(names)}`]);
  return [group];
}

function serviceCommands({ protocol, ports, sourcePorts, icmp }: ServiceEntry): readonly string[] {
  const word = portWords.get(protocol);
  if (word !== undefined) {
    const source = sourcePorts === undefined ? '' : `:${rangeText(sourcePorts)}`;
    return [`set ${word}-portrange ${ports === undefined ? '0-65535' : rangeText(ports)}${source}`];
  }
  if (protocol !== 1 && protocol !== 58) return ['set protocol IP', `set protocol-number ${protocol}`];
  return [
    `set protocol ${protocol === 1 ? 'ICMP' : 'ICMP6'}`,
    ...(icmp === undefined ? [] : [`set icmptype ${icmp.type}`]),
    ...(icmp?.code === undefined ? [] : [`set icmpcode ${icmp.code}`]),
  ];
}

const dayWords = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** A schedule has days and one span; several are a group. */
function scheduleOf(writer: Writer, spans: readonly DaySpan[]): string {
  const names = spanGroups(spans).map(({ days, start, end: stop }) => {
    const name = scheduleName(days.map((day) => ({ day, start, end: stop })));
    writer['firewall schedule recurring'].set(name, [
      `set start ${clockText(start)}`,
      `set end ${clockText(stop % 1_440)}`,
      `set day ${days.map((day) => dayWords[day]).join(' ')}`,
    ]);
    return name;
  });
  const [only, ...more] = names;
  if (only !== undefined && more.length === 0) return only;
  const group = `${mark}times-${shortDigest(names.join(' '))}`;
  writer['firewall schedule group'].set(group, [`set member ${quoted(names)}`]);
  return group;
}
