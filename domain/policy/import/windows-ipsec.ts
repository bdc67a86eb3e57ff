/**
 * Filters of a Windows IPsec policy as commands of netsh (Microsoft, "netsh ipsec static"): a rule gives a filter list its action. Of the
 * filters that match a packet the most specific decides, whatever their order; what none matches passes. A filter is mirrored unless it says
 * that it is not: it then also matches the packets that answer. Two filters of different actions that overlap, of which neither is the more
 * specific one, are not understood.
 */
import { anyAddress, familyOf, inFamily, parseAddress } from '../addresses.ts';
import { type IntervalSet, isSubset, union } from '../intervals.ts';
import { anyService, hasPorts, protocolSet, serviceSet } from '../service-selector.ts';
import { type Filter, type FilterRule, gatherUnread, type Place, type Unread, unreadable } from './filter.ts';
import { networkIn } from './networks.ts';
import { protocolNumber } from './protocols.ts';
import { isNowhere, meet, mirrored, numberSet, type Region, wholeOf } from './region.ts';

type Settings = ReadonlyMap<string, string>;

type Command = Place & { readonly settings: Settings };

/** A filter has one port a side at most: those that differ in nothing else are one, with all of their ports. */
type PortFilter = Place & { readonly settings: Settings; readonly ports: readonly number[]; readonly sourcePorts: readonly number[] };

/** Filters by the list that they are in, actions by name. */
type Commands = {
  readonly filters: Map<string, PortFilter[]>;
  readonly actions: Map<string, FilterRule['decision']>;
  readonly rules: Command[];
};

export function readWindowsIpsec(text: string): Filter {
  const unread: Unread[] = [];
  const commands: Commands = { filters: new Map(), actions: new Map(), rules: [] };
  for (const [index, line] of text.split('\n').entries()) {
    const place = { line: index + 1, text: line };
    if (line.trim() === '' || /^(:|rem )/i.test(line.trim())) continue;
    gatherUnread(unread, place, () => addCommand(commands, place));
  }
  const rules = commands.rules.flatMap((rule) => gatherUnread(unread, rule, () => rulesOf(rule, commands)) ?? []);
  return { rules: bySpecificity(rules, unread), unread };
}

const known: Readonly<Record<string, readonly string[]>> = {
  policy: ['name', 'description', 'assign', 'mmpfs', 'qmpermm', 'mmlifetime', 'activatedefaultrule', 'pollinginterval'],
  filterlist: ['name', 'description'],
  filteraction: ['name', 'description', 'action'],
  filter: ['filterlist', 'description', 'mirrored', 'srcaddr', 'dstaddr', 'srcmask', 'dstmask', 'srcport', 'dstport', 'protocol'],
  rule: ['name', 'description', 'policy', 'filterlist', 'filteraction', 'activate'],
};

function addCommand(commands: Commands, place: Place): void {
  const [, kind = '', rest = ''] = /^netsh ipsec static add (\S+)\s*(.*)$/i.exec(place.text.trim()) ?? [];
  const keys = Object.hasOwn(known, kind) ? known[kind] : undefined;
  if (keys === undefined) throw unreadable('a line that adds nothing', Object.keys(known).join(', '));
  const settings: Settings = new Map(
    [...rest.matchAll(/([a-z]+)=("[^"]*"|\S*)/gi)].map(([, key = '', value = '']) => [key.toLowerCase(), value.replaceAll('"', '')]),
  );
  for (const key of settings.keys()) if (!keys.includes(key)) throw unreadable(`\`${key}\` of a ${kind}`, keys.join(', '));
  const add = Object.hasOwn(adders, kind) ? adders[kind] : undefined;
  add?.(commands, { ...place, settings });
}

/** A policy and a filter list are there once something is in them. */
const adders: Readonly<Record<string, (commands: Commands, command: Command) => void>> = {
  filteraction: ({ actions }, { settings }) => {
    actions.set(valueOf(settings, 'name'), decisionOf(settings.get('action') ?? 'negotiate'));
  },
  rule: ({ rules }, command) => {
    if (choice(command.settings, 'activate')) rules.push(command);
  },
  filter: ({ filters }, command) => {
    const filter = { ...command, ...portsOf(command.settings) };
    regionsOf(filter);
    const name = valueOf(command.settings, 'filterlist');
    const list = filters.get(name) ?? [];
    list.push(filter);
    filters.set(name, list);
  },
};

function portsOf(settings: Settings): Pick<PortFilter, 'ports' | 'sourcePorts'> {
  return { ports: portOf(settings, 'dstport'), sourcePorts: portOf(settings, 'srcport') };
}

function merged(filters: readonly PortFilter[], side: 'ports' | 'sourcePorts'): readonly PortFilter[] {
  const other = side === 'ports' ? 'sourcePorts' : 'ports';
  const alike = new Map<string, { readonly first: PortFilter; readonly ports: number[] }>();
  for (const filter of filters) {
    const own = ['srcaddr', 'srcmask', 'dstaddr', 'dstmask', 'protocol', 'mirrored'].map((key) => filter.settings.get(key));
    const key = JSON.stringify([own, filter[other], filter[side].length === 0]);
    const held = alike.get(key) ?? { first: filter, ports: [] };
    held.ports.push(...filter[side]);
    alike.set(key, held);
  }
  return [...alike.values()].map(({ first, ports }) => ({ ...first, [side]: ports }));
}

function valueOf(settings: Settings, key: string): string {
  const value = settings.get(key);
  if (value === undefined || value === '') throw unreadable(`a command without \`${key}\``);
  return value;
}

/** Yes unless told. */
function choice(settings: Settings, key: string): boolean {
  const value = settings.get(key) ?? 'yes';
  if (value !== 'yes' && value !== 'no') throw unreadable(`\`${key}=${value}\``, '`yes` or `no`');
  return value === 'yes';
}

function decisionOf(action: string): FilterRule['decision'] {
  if (action === 'permit') return 'allow';
  if (action === 'block') return 'deny';
  throw unreadable(`action \`${action}\``, '`permit` or `block`');
}

function rulesOf({ settings }: Command, { filters, actions }: Commands): readonly FilterRule[] {
  const decision = actions.get(valueOf(settings, 'filteraction'));
  if (decision === undefined) throw unreadable(`filter action \`${settings.get('filteraction') ?? ''}\` is not there`);
  const own = filters.get(valueOf(settings, 'filterlist')) ?? [];
  return merged(merged(own, 'ports'), 'sourcePorts').flatMap((filter) =>
    regionsOf(filter).map((region) => ({ region, decision, where: { line: filter.line, text: filter.text } })),
  );
}

function regionsOf(filter: PortFilter): readonly Region[] {
  const { settings, sourcePorts } = filter;
  const region: Region = {
    source: addressesOf(settings, 'src'),
    destination: addressesOf(settings, 'dst'),
    service: servicesOf(filter),
    ...(sourcePorts.length === 0 ? {} : { sourcePort: numberSet(sourcePorts.map((port) => ({ low: port, high: port }))) }),
  };
  return choice(settings, 'mirrored') ? [region, ...mirrored(region)] : [region];
}

/** `any` is every IPv4 address. A mask is a prefix or a netmask. */
function addressesOf(settings: Settings, side: 'src' | 'dst'): IntervalSet {
  const text = valueOf(settings, `${side}addr`);
  const mask = settings.get(`${side}mask`);
  if (text === 'any') return inFamily(anyAddress, 4);
  return networkIn(mask === undefined ? text : `${text}/${prefixOf(mask)}`);
}

function prefixOf(mask: string): string {
  const value = parseAddress(mask);
  if (value === undefined || familyOf(value) !== 4) return mask;
  const bits = (value & 0xffff_ffffn).toString(2).padStart(32, '0');
  if (!/^1*0*$/.test(bits)) throw unreadable(`mask \`${mask}\``, 'a netmask without gaps');
  return `${bits.indexOf('0') < 0 ? 32 : bits.indexOf('0')}`;
}

/** Nothing where it is any. */
function portOf(settings: Settings, key: string): readonly number[] {
  const text = settings.get(key) ?? '0';
  if (!/^[0-9]{1,5}$/.test(text) || Number(text) > 65_535) throw unreadable(`port \`${text}\``, 'a port; 0 is any');
  return Number(text) === 0 ? [] : [Number(text)];
}

function servicesOf({ settings, ports, sourcePorts }: PortFilter): IntervalSet {
  const word = (settings.get('protocol') ?? 'any').toLowerCase();
  const protocol = word === 'raw' ? 255 : protocolNumber(word);
  const asksPorts = ports.length > 0 || sourcePorts.length > 0;
  if (asksPorts && (protocol === undefined || !hasPorts(protocol))) throw unreadable(`a port of protocol \`${word}\``, 'TCP or UDP');
  if (word === 'any') return anyService;
  if (protocol === undefined) throw unreadable(`protocol \`${word}\``);
  if (ports.length === 0) return protocolSet(protocol);
  return union(...runsOf(ports).map((run) => serviceSet({ protocol, ...run })));
}

function runsOf(ports: readonly number[]): readonly { readonly low: number; readonly high: number }[] {
  return numberSet(ports.map((port) => ({ low: port, high: port }))).map(({ low, high }) => ({ low: Number(low), high: Number(high) }));
}

/** Where all have one action, their order means nothing; else every filter is looked at with every other. */
const mostFilters = 2_000;

function bySpecificity(rules: readonly FilterRule[], unread: Unread[]): readonly FilterRule[] {
  if (new Set(rules.map(({ decision }) => decision)).size < 2) return rules;
  if (rules.length > mostFilters) {
    unread.push({ line: 1, text: '', reason: `more than ${mostFilters} filters of different actions` });
    return rules;
  }
  const depths = rules.map((rule) => ({ rule, depth: rules.filter((other) => other !== rule && isWithin(rule, other)).length }));
  for (const rule of rules) if (rules.some((other) => clashes(rule, other))) unread.push({ ...clash, ...rule.where });
  return depths.toSorted((a, b) => b.depth - a.depth).map(({ rule }) => rule);
}

const clash = { line: 1, text: '', reason: 'a filter that overlaps with one of another action, and neither is the more specific one' };

function clashes(rule: FilterRule, other: FilterRule): boolean {
  if (rule.decision === other.decision || isNowhere(meet(rule.region, other.region))) return false;
  return isWithin(rule, other) === isWithin(other, rule);
}

function isWithin({ region }: FilterRule, { region: outer }: FilterRule): boolean {
  return Object.entries(outer).every(([dimension, set]) => isSubset(region[dimension] ?? wholeOf(dimension), set));
}
