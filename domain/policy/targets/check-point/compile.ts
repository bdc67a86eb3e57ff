/**
 * Policies to Check Point: one file `edict.json` of calls to the management API (`mgmt_cli`, version 1.8), in order: objects whose names
 * begin with `edict_`, then an access layer `edict` with its rules, from the top.
 *
 * - Rules name no VPN and no gateways, stand in order of weight, and the first that matches decides the connection in this layer.
 * - `implicit-cleanup-action` is what the layer does with what no rule matches: `accept` where there are connections of which the
 *   policies do not speak, so that they are left to the layers behind it, as if this one were not there; else `drop`.
 * - Answers need no rule: inspection is stateful.
 * - Time objects run on each gateway's own clock. No call sets its zone, so that the file says which one it is meant for, under
 *   `time-zone`, for who installs it to see to.
 * - The calls make the layer from nothing; where there is one of that name, it is to be emptied first. Its comment holds the artifact's
 *   digest. Objects are set where they exist (`set-if-exists`).
 *
 * Check Point Management API Reference: "add-access-layer", "add-access-rule", "add-host", "add-network", "add-address-range",
 * "add-group", "add-service-tcp" and its kin, "add-time" ("each gateway may interpret this time differently according to its time zone").
 */
import type { Inventory } from '../../../context/inventory.ts';
import { element } from '../../element.ts';
import type { Policy } from '../../model.ts';
import { artifactOf, selfDigest } from '../artifact.ts';
import { type AddressElement, elementsOf, isHost } from '../rulebase/elements.ts';
import { type Rulebase, rulebaseOf, type Side } from '../rulebase/lines.ts';
import { omissionLosses } from '../rulebase/losses.ts';
import { byName, groupName, mostListed, nameOf, onceByName, shortDigest } from '../rulebase/names.ts';
import { type SayableLine, sayableOf } from '../rulebase/sayable.ts';
import { rangeText, type ServiceEntry } from '../rulebase/services.ts';
import { clockText, dayEnd, type DaySpan, daySpans, spanGroups } from '../rulebase/week.ts';
import type { Compilation } from '../target.ts';

export function compileCheckPoint(policies: readonly Policy[], inventory: Inventory): Compilation {
  const rulebase = rulebaseOf(policies, inventory);
  const { lines, omissions } = sayableOf(rulebase, { missing: missingWord, canNegate: true });
  const losses = omissionLosses('check-point', omissions, { lines, isOpen: rulebase.isOpen }, { policies, inventory });
  return { artifact: artifactOf('check-point', { 'edict.json': printCalls(rulebase, lines) }), losses };
}

const portCommands: ReadonlyMap<number, string> = new Map([
  [6, 'add-service-tcp'],
  [17, 'add-service-udp'],
  [132, 'add-service-sctp'],
]);

function missingWord({ protocol, ports, sourcePorts }: ServiceEntry): string | undefined {
  if (portCommands.has(protocol) || (ports === undefined && sourcePorts === undefined)) return undefined;
  return 'a service of Check Point has ports for TCP, UDP and SCTP only';
}

type Body = { readonly [key: string]: unknown };

type Call = { readonly command: string; readonly body: Body };

/** By name, in the order in which one kind refers to another. */
type Objects = {
  readonly addresses: Map<string, Call>;
  readonly groups: Map<string, Call>;
  readonly services: Map<string, Call>;
  readonly serviceGroups: Map<string, Call>;
  readonly times: Map<string, Call>;
};

type Writer = Objects & { readonly sideOf: (side: Side) => string };

/** A bound of ours: the API's reference names none. */
const longestName = 100;

/**
 * Within a name of an object `-` ends a word, and none of the words may be one of INSPECT's (sk40179, "Characters and reserved words":
 * `something-inbound`), as `icmp` or `host` are. What the inventory calls a thing may hold `_` itself, and is told apart.
 */
function objectName(name: string, isNamed = false): string {
  const told = isNamed && name.includes('_') ? `${name}_${shortDigest(name)}` : name;
  return told.replaceAll('-', '_');
}

function printCalls({ timezone, isOpen }: Rulebase, lines: readonly SayableLine[]): string {
  const made: Objects = { addresses: new Map(), groups: new Map(), services: new Map(), serviceGroups: new Map(), times: new Map() };
  const writer = { ...made, sideOf: onceByName((side: Side) => sideName(made, side)) };
  const rules = lines.map((line) => ruleCall(writer, line));
  const layer = {
    name: 'edict',
    firewall: true,
    'add-default-rule': false,
    'implicit-cleanup-action': isOpen ? 'accept' : 'drop',
    comments: `edict artifact ${selfDigest}`,
  };
  const objects = Object.values(made).flatMap((part) => byName(part).map(([, call]) => call));
  const calls = [...objects, { command: 'add-access-layer', body: layer }, ...rules];
  return [
    '{',
    ...(timezone === undefined ? [] : [`"time-zone": ${JSON.stringify(timezone)},`]),
    '"calls": [',
    calls.map((call) => JSON.stringify(call)).join(',\n'),
    ']',
    '}',
    '',
  ].join('\n');
}

function ruleCall(writer: Writer, line: SayableLine): Call {
  return {
    command: 'add-access-rule',
    body: {
      layer: 'edict',
      position: 'bottom',
      name: nameOf(line.name, longestName),
      source: [writer.sideOf(line.from)],
      destination: [writer.sideOf(line.to)],
      service: serviceNames(writer, line.services),
      ...(line.isNegated ? { 'service-negate': true } : {}),
      ...(line.minutes === undefined ? {} : { time: timeNames(writer, daySpans(line.minutes)) }),
      action: line.decision === 'allow' ? 'Accept' : 'Drop',
      track: { type: 'None' },
      comments: line.id,
    },
  };
}

function object(command: string, name: string, rest: Body): Call {
  return { command, body: { name, ...rest, 'set-if-exists': true } };
}

function sideName(writer: Objects, { name, set, isNamed }: Side): string {
  if (name === 'any') return 'Any';
  const members = elementsOf(set, [4, 6]).map((each) => addressName(writer, each));
  const [only = '', ...more] = members;
  if (more.length === 0 && !isNamed) return only;
  const group = objectName(name, isNamed);
  writer.groups.set(group, object('add-group', group, { members }));
  return group;
}

function addressName({ addresses }: Objects, address: AddressElement): string {
  const name = objectName(nameOf(address.name, longestName));
  if (!addresses.has(name)) addresses.set(name, addressCall(name, address));
  return name;
}

/** No network has a mask of length 0: all addresses of a family are a range. */
function addressCall(name: string, address: AddressElement): Call {
  const { first, last, bits, family } = address;
  if (isHost(address)) return object('add-host', name, { 'ip-address': first });
  if (bits !== undefined && bits > 0) return object('add-network', name, { [`subnet${family}`]: first, [`mask-length${family}`]: bits });
  return object('add-address-range', name, { [`ipv${family}-address-first`]: first, [`ipv${family}-address-last`]: last });
}

function serviceNames(writer: Writer, services: SayableLine['services']): readonly string[] {
  if (services === 'any') return ['Any'];
  const names = services.map(({ name }) => objectName(name));
  for (const [at, name] of names.entries())
    if (!writer.services.has(name)) writer.services.set(name, serviceCall(name, element(services, at)));
  if (names.length <= mostListed) return names;
  const group = objectName(groupName('services', names));
  writer.serviceGroups.set(group, object('add-service-group', group, { members: names }));
  return [group];
}

function serviceCall(name: string, { protocol, ports, sourcePorts, icmp }: ServiceEntry): Call {
  const command = portCommands.get(protocol);
  if (icmp !== undefined) {
    const code = icmp.code === undefined ? {} : { 'icmp-code': icmp.code };
    return object(protocol === 1 ? 'add-service-icmp' : 'add-service-icmp6', name, { 'icmp-type': icmp.type, ...code });
  }
  if (command === undefined || (ports === undefined && sourcePorts === undefined))
    return object('add-service-other', name, { 'ip-protocol': protocol, 'match-for-any': false });
  return object(command, name, {
    port: ports === undefined ? '0-65535' : rangeText(ports),
    ...(sourcePorts === undefined ? {} : { 'source-port': rangeText(sourcePorts) }),
    'match-for-any': false,
  });
}

const dayWords = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** A time object's name has at most 11 characters (SmartConsole refuses more). Several times of a rule are any of them. */
function timeNames({ times }: Writer, spans: readonly DaySpan[]): readonly string[] {
  return spanGroups(spans).map(({ days, start, end }) => {
    const weekdays = days.map((day) => dayWords[day] ?? '');
    const range = { enabled: true, index: 1, from: clockText(start), to: end === dayEnd ? '23:59' : clockText(end) };
    const name = `e${shortDigest(`${weekdays.join(',')} ${range.from}-${range.to}`).slice(0, 10)}`;
    const recurrence = { pattern: 'Weekly', weekdays };
    times.set(name, object('add-time', name, { 'start-now': true, 'end-never': true, 'hours-ranges': [range], recurrence }));
    return name;
  });
}
