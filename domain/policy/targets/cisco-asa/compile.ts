/**
 * Policies to Cisco's ASA (9.5(2) and later): one file `edict.asa` of commands: time ranges, network objects and object groups whose names
 * begin with `edict-`, the access list `edict`, and its place as the global access rules of every interface.
 *
 * - Entries stand in order of weight, and the first that matches decides the connection; answers need none. `any` and `ip` are of both
 *   families, and a group may hold both.
 * - At the end the device denies. Where there are connections of which the policies do not speak, a last entry permits them, marked by
 *   a remark that no rule has.
 * - Objects are named by what they hold too: commands add to a group that is there already, and a group that is used cannot be taken away.
 * - Time ranges run on the device's clock, which no name of a zone sets: the file says which one they are meant for.
 * - Sessions of ICMP go both ways only where ICMP is inspected, so that the file asks for it.
 *
 * CLI Book 2 (firewall), 9.18: "Access Control Lists" (remarks: 100 characters), "Objects for Access Control" (names: 64 characters),
 * "Access Rules"; command reference: "access-list extended", "time-range" (an end is inclusive to its minute).
 */
import type { Inventory } from '../../../context/inventory.ts';
import { familyLine } from '../../addresses.ts';
import { type IntervalSet, isEqual } from '../../intervals.ts';
import type { Policy } from '../../model.ts';
import { artifactOf, selfDigest } from '../artifact.ts';
import { periods } from '../cisco-ios/periods.ts';
import { type AddressElement, elementsOf, isHost } from '../rulebase/elements.ts';
import { type Rulebase, rulebaseOf, type Side } from '../rulebase/lines.ts';
import { omissionLosses } from '../rulebase/losses.ts';
import { byName, mark, nameOf, onceByName, shortDigest } from '../rulebase/names.ts';
import { type SayableLine, sayableOf } from '../rulebase/sayable.ts';
import type { PortRange, ServiceEntry } from '../rulebase/services.ts';
import type { Compilation } from '../target.ts';

export function compileCiscoAsa(policies: readonly Policy[], inventory: Inventory): Compilation {
  const rulebase = rulebaseOf(policies, inventory);
  const { lines, omissions } = sayableOf(rulebase, { missing: missingWord, canNegate: false });
  const losses = omissionLosses('cisco-asa', omissions, { lines, isOpen: rulebase.isOpen }, { policies, inventory });
  return { artifact: artifactOf('cisco-asa', { 'edict.asa': printConfiguration(rulebase, lines) }), losses };
}

const protocolWords: ReadonlyMap<number, string> = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [58, 'icmp6'],
  [132, 'sctp'],
]);

function missingWord({ protocol, ports, sourcePorts }: ServiceEntry): string | undefined {
  if (protocol === 0) return 'an entry of ASA has protocol numbers from 1; 0 stands for all of them';
  if (protocolWords.has(protocol) || (ports === undefined && sourcePorts === undefined)) return undefined;
  return 'an entry of ASA has ports for TCP, UDP and SCTP only';
}

/** Lines of each block, by its first line; blocks in the order in which one refers to another. */
type Blocks = Map<string, readonly string[]>;

type Objects = { readonly times: Blocks; readonly objects: Blocks; readonly groups: Blocks };

type Writer = Objects & { readonly sideOf: (side: Side) => string };

const longestRemark = 100;
const longestName = 64;

function printConfiguration({ timezone, isOpen }: Rulebase, lines: readonly SayableLine[]): string {
  const made: Objects = { times: new Map(), objects: new Map(), groups: new Map() };
  const writer: Writer = { ...made, sideOf: onceByName((side: Side) => sideText(made, side)) };
  let rule = '';
  const entries = lines.flatMap((line) => {
    const remark = line.id === rule ? [] : [`remark ${line.id.slice(0, longestRemark)}`];
    rule = line.id;
    return [...remark, ...printLine(writer, line).map((entry) => `extended ${entry}`)];
  });
  const end = isOpen ? ['remark edict-end: what the policies do not speak of', 'extended permit ip any any'] : [];
  return [
    '! Written by Edict; changed by hand, it is drift.',
    `! edict artifact ${selfDigest}`,
    ...(timezone === undefined ? [] : [`! edict clock ${timezone}`]),
    ...[writer.times, writer.objects, writer.groups].flatMap(printBlocks),
    'clear configure access-list edict',
    ...[...entries, ...end].map((entry) => `access-list edict ${entry}`),
    'access-group edict global',
    'policy-map global_policy',
    ' class inspection_default',
    '  inspect icmp',
    '  inspect icmp error',
    '',
  ].join('\n');
}

function printBlocks(blocks: Blocks): readonly string[] {
  return byName(blocks).flatMap(([head, lines]) => [head, ...lines.map((line) => ` ${line}`)]);
}

function printLine(writer: Writer, line: SayableLine): readonly string[] {
  const action = line.decision === 'allow' ? 'permit' : 'deny';
  const [from, to] = [writer.sideOf(line.from), writer.sideOf(line.to)];
  const time = line.minutes === undefined ? '' : ` time-range ${timeName(writer, line.minutes)}`;
  return servicesOf(writer, line.services).map(
    ({ protocol, source, destination }) => `${action} ${protocol} ${from}${source} ${to}${destination}${time}`,
  );
}

type Words = { readonly protocol: string; readonly source: string; readonly destination: string };

/** Services without source ports and messages are one group, the others an entry each. */
function servicesOf(writer: Writer, services: SayableLine['services']): readonly Words[] {
  if (services === 'any') return [{ protocol: 'ip', source: '', destination: '' }];
  const plain = services.filter(({ sourcePorts, icmp }) => sourcePorts === undefined && icmp === undefined);
  if (plain.length < 2) return services.map(wordsOf);
  const members = plain.map(wordsOf).map(({ protocol, destination }) => {
    return `service-object ${protocol}${destination === '' ? '' : ` destination${destination}`}`;
  });
  const name = `${mark}services-${shortDigest(members.join('\n'))}`;
  writer.groups.set(`object-group service ${name}`, members);
  const others = services.filter((entry) => !plain.includes(entry));
  return [{ protocol: `object-group ${name}`, source: '', destination: '' }, ...others.map(wordsOf)];
}

function wordsOf({ protocol, ports, sourcePorts, icmp }: ServiceEntry): Words {
  const message = icmp === undefined ? '' : ` ${icmp.type}${icmp.code === undefined ? '' : ` ${icmp.code}`}`;
  return {
    protocol: protocolWords.get(protocol) ?? `${protocol}`,
    source: portText(sourcePorts),
    destination: `${portText(ports)}${message}`,
  };
}

function portText(range: PortRange | undefined): string {
  if (range === undefined) return '';
  return range.low === range.high ? ` eq ${range.low}` : ` range ${range.low} ${range.high}`;
}

function sideText(writer: Objects, { name, set, isNamed }: Side): string {
  if (name === 'any') return 'any';
  if (isEqual(set, [familyLine[4]])) return 'any4';
  if (isEqual(set, [familyLine[6]])) return 'any6';
  const elements = elementsOf(set, [4, 6]);
  const [only, ...more] = elements;
  if (only !== undefined && more.length === 0 && !isNamed) return only.bits === undefined ? objectText(writer, only) : networkText(only);
  const members = elements.map((element) => {
    return `network-object ${element.bits === undefined ? objectText(writer, element) : networkText(element)}`;
  });
  const group = groupOf(name, set, isNamed);
  writer.groups.set(`object-group network ${group}`, members);
  return `object-group ${group}`;
}

/** What the inventory calls it, and a digest of what it holds today. */
function groupOf(name: string, set: IntervalSet, isNamed: boolean): string {
  if (!isNamed) return name;
  const digest = shortDigest(set.map(({ low, high }) => `${low}-${high}`).join(' '));
  return `${nameOf(name, longestName - digest.length - 1)}-${digest}`;
}

/** A range is only said by an object. */
function objectText({ objects }: Objects, { name, first, last }: AddressElement): string {
  const object = nameOf(name, longestName);
  objects.set(`object network ${object}`, [`range ${first} ${last}`]);
  return `object ${object}`;
}

function networkText(element: AddressElement): string {
  const { family, first, bits = 0 } = element;
  if (isHost(element)) return `host ${first}`;
  return family === 6 ? `${first}/${bits}` : `${first} ${netmask(bits)}`;
}

function netmask(bits: number): string {
  return [0, 8, 16, 24].map((start) => 256 - 2 ** (8 - Math.min(8, Math.max(0, bits - start)))).join('.');
}

function timeName({ times }: Writer, minutes: IntervalSet): string {
  const lines = periods(minutes);
  const name = `${mark}time-${shortDigest(lines.join('\n'))}`;
  times.set(`time-range ${name}`, lines);
  return name;
}
