/** What one term of aerleon's language matches, as regions; written from the language's documentation of its keywords. */
import { type Family, anyAddress } from '../../addresses.ts';
import { type Direction, flowSet } from '../../request/flow.ts';
import { type IntervalSet, intersect, subtract, union } from '../../intervals.ts';
import { anyService, hasPorts, icmpSet, protocolSet, serviceSet } from '../../service-selector.ts';
import { unreadable } from '../filter.ts';
import { dscpNumber, establishedFlags, flagsWith, icmpType, protocolNumber, tcpFlags } from '../protocols.ts';
import { cutOut, meet, numberSet, otherThan, type Region, wordSet } from '../region.ts';
import { type AerleonDefinitions, networkOf, ofFamilies, type PortRange, portsOf } from './definitions.ts';
import type { Dialect } from './dialects.ts';
import type { AerleonTerm } from './parse.ts';

export type TermContext = {
  readonly dialect: Dialect;
  readonly options: readonly string[];
  readonly definitions: AerleonDefinitions;
};

/** Keywords that say nothing of what is matched. */
const idle = new Set([
  'action',
  'comment',
  'counter',
  'dscp-set',
  'encapsulate',
  'expiration',
  'filter-term',
  'log-limit',
  'log_name',
  'logging',
  'loss-priority',
  'name',
  'next-ip',
  'owner',
  'pan-application',
  'platform',
  'platform-exclude',
  'policer',
  'port-mirror',
  'priority',
  'qos',
  'routing-instance',
  'stateless-reply',
  'timeout',
  'traffic-class-count',
  'verbatim',
  'vpn',
]);

const tags = ['source-tag', 'destination-tag'] as const;

type Part = (term: AerleonTerm, context: TermContext) => readonly Region[];

/** Keywords that match, each with the part that reads it; alternatives are regions of which any may hold. */
const parts: ReadonlyMap<readonly string[], Part> = new Map<readonly string[], Part>([
  [
    [
      'source-address',
      'source-exclude',
      'destination-address',
      'destination-exclude',
      'address',
      'address-exclude',
      'restrict-address-family',
    ],
    addresses,
  ],
  [['protocol', 'protocol-except', 'source-port', 'destination-port', 'port', 'icmp-type', 'icmp-code'], services],
  [['option'], options],
  [['source-interface', 'destination-interface'], interfaces],
  [['packet-length', 'fragment-offset', 'ttl', 'hop-limit', 'dscp-match', 'dscp-except', 'precedence'], numbers],
  [['source-tag', 'destination-tag', 'target-resources', 'target-service-accounts', 'source-zone', 'destination-zone'], labels],
]);

export function regionsOf(term: AerleonTerm, context: TermContext): readonly Region[] {
  const known = new Set([...idle, ...[...parts.keys()].flat()]);
  for (const keyword of term.fields.keys()) if (!known.has(keyword)) throw unreadable(`keyword \`${keyword}\``);
  return [...parts.values()].reduce<readonly Region[]>(
    (regions, part) => {
      const alternatives = part(term, context);
      return regions.flatMap((region) => alternatives.map((alternative) => meet(region, alternative)));
    },
    [{ flow: flowSet({ directions: directionsOf(term, context) }) }],
  );
}

export function valuesOf({ fields }: AerleonTerm, keyword: string): readonly string[] {
  return (fields.get(keyword) ?? []).map((value) => value.replace(/,$/, '')).filter((value) => value !== '');
}

function directionsOf(term: AerleonTerm, { dialect, options: header }: TermContext): readonly Direction[] | undefined {
  if (dialect.interfaceDirects === true) {
    if (term.fields.has('destination-interface')) return ['out'];
    if (term.fields.has('source-interface')) return ['in'];
  }
  return dialect.directions?.(header);
}

function addresses(term: AerleonTerm, { dialect, options: header, definitions }: TermContext): readonly Region[] {
  const restricted = valuesOf(term, 'restrict-address-family').map((word): Family => (word === 'inet6' ? 6 : 4));
  const families = dialect.families(header).filter((family) => restricted.length === 0 || restricted.includes(family));
  const setOf = (keyword: string, exclude: string): IntervalSet => {
    const names = valuesOf(term, keyword);
    const all = names.length === 0 ? anyAddress : union(...names.map((name) => networkOf(name, definitions)));
    return ofFamilies(subtract(all, union(...valuesOf(term, exclude).map((name) => networkOf(name, definitions)))), families);
  };
  const both = { source: setOf('source-address', 'source-exclude'), destination: setOf('destination-address', 'destination-exclude') };
  if (tagsAreSources(term, { dialect, options: header })) {
    const tagged = tagRegions(term, 'source-tag').map((tag) =>
      meet(tag, { source: ofFamilies(anyAddress, families), destination: both.destination }),
    );
    return term.fields.has('source-address') ? [both, ...tagged] : tagged;
  }
  if (!term.fields.has('address')) return [both];
  const either = setOf('address', 'address-exclude');
  const bySource = meet(both, { source: either });
  return dialect.address(header) === 'source' ? [bySource] : [bySource, meet(both, { destination: either })];
}

function services(term: AerleonTerm, context: TermContext): readonly Region[] {
  const { definitions } = context;
  const names = valuesOf(term, 'protocol');
  const portsIn = (keyword: string): readonly PortRange[] | undefined =>
    term.fields.has(keyword)
      ? valuesOf(term, keyword).flatMap((name) => portsOf(name, names.length === 0 ? ['tcp', 'udp'] : names, definitions))
      : undefined;
  const [from, to, either] = [portsIn('source-port'), portsIn('destination-port'), portsIn('port')];
  const base = servicesAt(term, names, extended(term, context, to));
  const source = from === undefined ? {} : { sourcePort: numberSet(from) };
  if (either === undefined) return [{ service: base, ...source }];
  return [
    {
      service: intersect(
        base,
        servicesAt(term, names, () => either),
      ),
      ...source,
    },
    meet({ service: base, sourcePort: numberSet(either) }, source),
  ];
}

type Ports = (protocol: number) => readonly PortRange[] | undefined;

/** `established` without tracking adds the unprivileged ports, of the protocols for which the platform has no other word. */
function extended(term: AerleonTerm, { dialect, options: header }: TermContext, named: readonly PortRange[] | undefined): Ports {
  const established = dialect.tracking(header) !== 'states' && valuesOf(term, 'option').includes('established');
  const added: readonly number[] = dialect.highPorts.map((name) => (name === 'tcp' ? 6 : 17));
  return (protocol) => (established && added.includes(protocol) ? [...(named ?? []), highPorts] : named);
}

function servicesAt(term: AerleonTerm, names: readonly string[], ports: Ports): IntervalSet {
  const excepted = valuesOf(term, 'protocol-except');
  if (excepted.length > 0) return subtract(anyService, union(...excepted.map((name) => protocolSet(numberOf(name)))));
  if (names.length === 0 && ports(6) === undefined) return anyService;
  return union(...(names.length === 0 ? ['tcp', 'udp'] : names).map((name) => protocolAt(term, numberOf(name), ports(numberOf(name)))));
}

function numberOf(name: string): number {
  const number = protocolNumber(name);
  if (number === undefined) throw unreadable(`unknown protocol \`${name}\``);
  return number;
}

function protocolAt(term: AerleonTerm, protocol: number, ports: readonly PortRange[] | undefined): IntervalSet {
  if (ports !== undefined && hasPorts(protocol)) return union(...ports.map(({ low, high }) => serviceSet({ protocol, low, high })));
  const version = protocol === 1 ? 4 : protocol === 58 ? 6 : undefined;
  const types = valuesOf(term, 'icmp-type');
  if (version === undefined || types.length === 0) return protocolSet(protocol);
  const codes = valuesOf(term, 'icmp-code').map(Number);
  return union(
    ...types.flatMap((type) =>
      codes.length === 0
        ? [icmpSet(version, icmpType(type, version))]
        : codes.map((code) => icmpSet(version, icmpType(type, version), code)),
    ),
  );
}

const tcp = protocolSet(6);
const highPorts = { low: 1_024, high: 65_535 };

function options(term: AerleonTerm, { dialect, options: header }: TermContext): readonly Region[] {
  const words = valuesOf(term, 'option').map((word) => word.toLowerCase());
  const tracking = dialect.tracking(header);
  const established = words.filter((word) => word === 'established' || word === 'tcp-established');
  const regions = [flagRegion(words), ...fragmentRegions(words)];
  if (established.length > 0) return establishedRegions(term, tracking).map((each) => meet(each, ...regions));
  const met = meet(...regions);
  return tracking !== 'opening' || met['tcp-flags'] !== undefined || !letsPass(term) ? [met] : openingOnly(met);
}

function letsPass(term: AerleonTerm): boolean {
  return ['accept', 'next'].includes(valuesOf(term, 'action')[0] ?? 'accept');
}

/** TCP by the packet that opens the connection, all else as it is. */
function openingOnly(region: Region): readonly Region[] {
  return [meet(region, { service: tcp, 'tcp-flags': flagsWith(18, 2) }), ...cutOut(region, { service: tcp })];
}

/** By state where connections are tracked, else by the flags of TCP; UDP shows nothing but its ports. */
function establishedRegions(term: AerleonTerm, tracking: 'states' | 'opening' | 'none'): readonly Region[] {
  if (tracking === 'states') return [{ flow: flowSet({ states: ['established', 'related'] }) }];
  const stray = valuesOf(term, 'protocol')
    .map(numberOf)
    .find((number) => number !== 6 && number !== 17);
  if (stray !== undefined && tracking === 'none') throw unreadable(`\`established\` for protocol ${stray} without connection tracking`);
  return [{ service: tcp, 'tcp-flags': establishedFlags }, ...cutOut({}, { service: tcp })];
}

const flagWords: Readonly<Record<string, readonly [mask: number, set: number]>> = {
  initial: [18, 2],
  'tcp-initial': [18, 2],
  all: [63, 63],
  none: [63, 0],
};

const idleOptions = new Set([
  'sample',
  'inactive',
  'not-syn-ack',
  'established',
  'tcp-established',
  'first-fragment',
  'is-fragment',
  'fragments',
]);

function flagRegion(words: readonly string[]): Region {
  const sets = words.flatMap((word) => {
    const flag = Object.hasOwn(tcpFlags, word) ? tcpFlags[word] : undefined;
    const [mask, set] = (Object.hasOwn(flagWords, word) ? flagWords[word] : undefined) ?? [flag, flag];
    if (mask !== undefined && set !== undefined) return [flagsWith(mask, set)];
    if (!idleOptions.has(word)) throw unreadable(`option \`${word}\``);
    return [];
  });
  return sets.length === 0 ? {} : { service: tcp, 'tcp-flags': sets.reduce(intersect) };
}

const moreFragments = 8_192;

function fragmentRegions(words: readonly string[]): readonly Region[] {
  const trailing = numberSet([
    { low: 1, high: moreFragments - 1 },
    { low: moreFragments + 1, high: 2 * moreFragments - 1 },
  ]);
  return [
    ...(words.includes('is-fragment') || words.includes('fragments') ? [{ fragment: trailing }] : []),
    ...(words.includes('first-fragment') ? [{ fragment: numberSet([{ low: moreFragments, high: moreFragments }]) }] : []),
  ];
}

function interfaces(term: AerleonTerm): readonly Region[] {
  const [from, to] = [valuesOf(term, 'source-interface'), valuesOf(term, 'destination-interface')];
  return [
    { ...(from.length === 0 ? {} : { 'in-interface': wordSet(from) }), ...(to.length === 0 ? {} : { 'out-interface': wordSet(to) }) },
  ];
}

function numbers(term: AerleonTerm): readonly Region[] {
  const rangesOf = (keyword: string) => valuesOf(term, keyword).map(rangeOf);
  const offsets = rangesOf('fragment-offset').flatMap(({ low, high }) => [
    { low, high },
    { low: low + moreFragments, high: high + moreFragments },
  ]);
  const simple = (['packet-length', 'ttl', 'precedence'] as const).flatMap((keyword) =>
    term.fields.has(keyword) ? [{ [keyword]: numberSet(rangesOf(keyword)) }] : [],
  );
  return [
    meet(
      ...simple,
      ...(term.fields.has('hop-limit') ? [{ ttl: numberSet(rangesOf('hop-limit')) }] : []),
      ...(offsets.length > 0 ? [{ fragment: numberSet(offsets) }] : []),
      ...(term.fields.has('dscp-match') ? [{ dscp: numberSet(valuesOf(term, 'dscp-match').map(dscpOf)) }] : []),
      ...(term.fields.has('dscp-except') ? [{ dscp: otherThan('dscp', numberSet(valuesOf(term, 'dscp-except').map(dscpOf))) }] : []),
    ),
  ];
}

function rangeOf(text: string): PortRange {
  const [, low, high = low] = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(text) ?? [];
  if (low === undefined) throw unreadable(`\`${text}\` is no number and no range`);
  return { low: Number(low), high: Number(high) };
}

function dscpOf(text: string): PortRange {
  const value = dscpNumber(text);
  return value === undefined ? rangeOf(text) : { low: value, high: value };
}

function tagsAreSources(term: AerleonTerm, { dialect, options: header }: Pick<TermContext, 'dialect' | 'options'>): boolean {
  return dialect.tagsAreSources === true && term.fields.has('source-tag') && dialect.directions?.(header)?.includes('in') === true;
}

function tagRegions(term: AerleonTerm, keyword: 'source-tag' | 'destination-tag'): readonly Region[] {
  return valuesOf(term, keyword).map((tag) => ({ [`${keyword} ${tag}`]: wordSet(['on']) }));
}

/** Tags are on or off, each by itself; a network, a service account or a zone is one of many. Platforms without tags leave them out. */
function labels(term: AerleonTerm, context: TermContext): readonly Region[] {
  const tagged = tags
    .filter((keyword) => context.dialect.hasTags === true && !(keyword === 'source-tag' && tagsAreSources(term, context)))
    .map((keyword) => alternatives(tagRegions(term, keyword)));
  const single = (
    [
      ['source-zone', 'source-zone'],
      ['destination-zone', 'destination-zone'],
      ['target-service-accounts', 'service-account'],
    ] as const
  ).map(([keyword, dimension]) => (term.fields.has(keyword) ? [{ [dimension]: wordSet(valuesOf(term, keyword)) }] : [{}]));
  return [...tagged, ...single, [resources(term)]].reduce<readonly Region[]>(
    (regions, more) => regions.flatMap((region) => more.map((each) => meet(region, each))),
    [{}],
  );
}

function alternatives(regions: readonly Region[]): readonly Region[] {
  return regions.length === 0 ? [{}] : regions;
}

function resources(term: AerleonTerm): Region {
  const text = (term.fields.get('target-resources') ?? []).join(' ');
  const pairs = [...text.matchAll(/\(\s*([^\s,()]+)\s*,\s*([^\s,()]+)\s*\)/g)].map(([, project, network]) => `${project}/${network}`);
  if (pairs.length === 0 && text !== '') throw unreadable(`target resources \`${text}\``);
  return pairs.length === 0 ? {} : { 'target-network': wordSet(pairs) };
}
