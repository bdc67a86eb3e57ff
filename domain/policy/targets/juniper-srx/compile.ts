/**
 * Policies to a Juniper SRX (Junos OS): one file `edict.set` of `set` commands, all within the configuration group `edict`, which the
 * first command empties, so that loading the file replaces what an earlier one said and nothing else.
 *
 * - Rules are global policies, which name no zones, in order of weight; the first that matches decides the session.
 * - The device's own end is `default-policy`, "deny all" unless it says otherwise. Where there are connections of which the policies
 *   do not speak, it is set to `permit-all`, so that the group refuses nothing that no rule refuses.
 * - What the device says outside of groups takes precedence over a group: a time zone or default policy of its own is for who loads the
 *   file to look at.
 * - Answers need no rule: a policy decides the first packet, and the session lets the others pass.
 * - Schedulers run on the device's clock: where there is one, the group sets the time zone. A policy has one scheduler, and a scheduler
 *   has one span a day here, so that a rule with two spans on a day is two policies.
 *
 * Junos OS, Security Policies User Guide: "Global Security Policies", "Scheduling Security Policies", "Security Policy Applications",
 * "Address Books and Address Sets", "default-policy"; CLI User Guide: "Configuration Groups".
 */
import type { Inventory } from '../../../context/inventory.ts';
import { EdictError } from '../../../errors.ts';
import type { Policy } from '../../model.ts';
import { artifactOf, selfDigest } from '../artifact.ts';
import { type AddressElement, cidrText, elementsOf } from '../rulebase/elements.ts';
import { rulebaseOf, type Rulebase, type Side } from '../rulebase/lines.ts';
import { omissionLosses } from '../rulebase/losses.ts';
import { byName, groupName, mostListed, nameOf, onceByName } from '../rulebase/names.ts';
import { type SayableLine, sayableOf } from '../rulebase/sayable.ts';
import { rangeText, type ServiceEntry } from '../rulebase/services.ts';
import { clockText, dayEnd, type DaySpan, daySpans, scheduleName, spanLayers } from '../rulebase/week.ts';
import type { Compilation } from '../target.ts';

export function compileJuniperSrx(policies: readonly Policy[], inventory: Inventory): Compilation {
  const rulebase = rulebaseOf(policies, inventory);
  const { lines, omissions } = sayableOf(rulebase, { missing: missingWord, canNegate: false });
  const losses = omissionLosses('juniper-srx', omissions, { lines, isOpen: rulebase.isOpen }, { policies, inventory });
  return { artifact: artifactOf('juniper-srx', { 'edict.set': printConfiguration(rulebase, lines) }), losses };
}

/** Ports are those of TCP and UDP. */
function missingWord({ protocol, ports, sourcePorts }: ServiceEntry): string | undefined {
  if (protocol === 6 || protocol === 17 || (ports === undefined && sourcePorts === undefined)) return undefined;
  return 'an application of Junos OS has ports for TCP and UDP only';
}

/**
 * "Best Practices for Defining Policies on High-End SRX Series Devices", for the largest: policies in a context, and source or
 * destination addresses of one policy. Smaller devices hold less.
 */
export const srxBudget = { rules: 80_000, entries: 4_096 };

type Objects = {
  readonly addresses: Map<string, readonly string[]>;
  readonly sets: Map<string, readonly string[]>;
  readonly applications: Map<string, readonly string[]>;
  readonly applicationSets: Map<string, readonly string[]>;
  readonly schedulers: Map<string, readonly string[]>;
};

type Writer = Objects & { readonly sideOf: (side: Side) => string };

/** Of policies, addresses and applications (Junos OS CLI Reference: names of up to 63 characters). */
const longestName = 63;

function printConfiguration({ timezone, isOpen }: Rulebase, lines: readonly SayableLine[]): string {
  const objects: Objects = {
    addresses: new Map(),
    sets: new Map(),
    applications: new Map(),
    applicationSets: new Map(),
    schedulers: new Map(),
  };
  const writer = { ...objects, sideOf: onceByName((side: Side) => sideName(objects, side)) };
  const policies = lines.flatMap((line) => printLine(writer, line));
  const parts = Object.values(objects).flatMap((part) => byName(part).flatMap(([, text]) => text));
  const count = policies.filter((text) => / then (?:permit|deny)$/.test(text)).length;
  if (count > srxBudget.rules) throw tooMany(`${count} policies in the global context`, srxBudget.rules);
  const commands = [
    `apply-macro edict artifact "${selfDigest}"`,
    ...(timezone === undefined ? [] : [`system time-zone ${timezone}`]),
    ...parts,
    ...policies,
    ...(isOpen ? ['security policies default-policy permit-all'] : []),
  ];
  return [
    '# Written by Edict; changed by hand, it is drift.',
    'delete groups edict',
    ...commands.map((command) => `set groups edict ${command}`),
    'set apply-groups edict',
    '',
  ].join('\n');
}

function printLine(writer: Writer, line: SayableLine): readonly string[] {
  const layers = line.minutes === undefined ? [undefined] : spanLayers(daySpans(line.minutes));
  const match = [
    `source-address ${writer.sideOf(line.from)}`,
    `destination-address ${writer.sideOf(line.to)}`,
    ...applicationNames(writer, line.services).map((name) => `application ${name}`),
  ];
  return layers.flatMap((spans, layer) => {
    const name = nameOf(layers.length === 1 ? line.name : `${line.name}.t${layer + 1}`, longestName);
    return [
      `description "${line.id}"`,
      ...match.map((text) => `match ${text}`),
      ...(spans === undefined ? [] : [`scheduler-name ${schedulerName(writer, spans)}`]),
      `then ${line.decision === 'allow' ? 'permit' : 'deny'}`,
    ].map((text) => `security policies global policy ${name} ${text}`);
  });
}

function sideName(writer: Objects, { name, set, isNamed }: Side): string {
  if (name === 'any') return name;
  const members = elementsOf(set, [4]).map((element) => addressName(writer, element));
  if (members.length > srxBudget.entries) throw tooMany(`${members.length} addresses in \`${name}\``, srxBudget.entries);
  const [only = '', ...more] = members;
  if (more.length === 0 && !isNamed) return only;
  writer.sets.set(
    name,
    members.map((member) => `security address-book global address-set ${name} address ${member}`),
  );
  return name;
}

function tooMany(what: string, most: number): EdictError {
  return new EdictError('policy-invalid', `${what} are more than an SRX takes`, {
    expected: `at most ${most}`,
    help: 'name wider networks, or put the rules on several devices',
  });
}

function addressName(writer: Objects, element: AddressElement): string {
  const name = nameOf(element.name, longestName);
  const text = element.bits === undefined ? `range-address ${element.first} to ${element.last}` : cidrText(element);
  if (!writer.addresses.has(name)) writer.addresses.set(name, [`security address-book global address ${name} ${text}`]);
  return name;
}

function applicationNames(writer: Writer, services: SayableLine['services']): readonly string[] {
  if (services === 'any') return ['any'];
  for (const entry of services) if (!writer.applications.has(entry.name)) writer.applications.set(entry.name, printApplication(entry));
  const names = services.map(({ name }) => name);
  if (names.length <= mostListed) return names;
  const set = groupName('services', names);
  writer.applicationSets.set(
    set,
    names.map((name) => `applications application-set ${set} application ${name}`),
  );
  return [set];
}

const protocolWords: ReadonlyMap<number, string> = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [58, 'icmp6'],
]);

function printApplication({ name, protocol, ports, sourcePorts, icmp }: ServiceEntry): readonly string[] {
  const word = protocol === 58 ? 'icmp6' : 'icmp';
  return [
    `protocol ${protocolWords.get(protocol) ?? protocol}`,
    ...(sourcePorts === undefined ? [] : [`source-port ${rangeText(sourcePorts)}`]),
    ...(ports === undefined ? [] : [`destination-port ${rangeText(ports)}`]),
    ...(icmp === undefined ? [] : [`${word}-type ${icmp.type}`]),
    ...(icmp?.code === undefined ? [] : [`${word}-code ${icmp.code}`]),
  ].map((text) => `applications application ${name} ${text}`);
}

const dayWords = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

function schedulerName(writer: Writer, spans: readonly DaySpan[]): string {
  const name = scheduleName(spans);
  if (!writer.schedulers.has(name)) {
    writer.schedulers.set(
      name,
      spans.map(({ day, start, end }) => `schedulers scheduler ${name} ${dayWords[day]} ${spanText(start, end)}`),
    );
  }
  return name;
}

/** A day's last second is 23:59:59: there is no 24:00. */
function spanText(start: number, end: number): string {
  if (start === 0 && end === dayEnd) return 'all-day';
  return `start-time ${clockText(start)}:00 stop-time ${end === dayEnd ? '23:59:59' : `${clockText(end)}:00`}`;
}
