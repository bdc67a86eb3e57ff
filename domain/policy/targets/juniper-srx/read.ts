/**
 * Reads a Juniper SRX's configuration back: which sessions its security policies permit, in the order in which the device asks them.
 * Written from Juniper's "Security Policies User Guide": the policies between the session's two zones come first, in order; then the
 * global ones, of which those that name zones speak of these alone; then `default-policy`, which denies unless it says `permit-all`.
 * A policy whose scheduler is off is not there. `permit-all` lets pass what no policy speaks of: "not applicable".
 */
import { anyAddress, type Family, familyLine } from '../../addresses.ts';
import { everything } from '../../boxes.ts';
import { type IntervalSet, subtract } from '../../intervals.ts';
import { joinSets, type Named, namedReader } from '../rulebase-reading/named.ts';
import { onlyFile, type ReadOptions, type Rulebook, unreadable, withSessions, type ZonePair } from '../rulebase-reading/reading.ts';
import { everyService, joinParts, type ServicePart } from '../rulebase-reading/services.ts';
import { readPrefix, readRange } from '../rulebase-reading/words.ts';
import type { Artifact, ReadRule } from '../target.ts';
import { applicationPart, predefinedParts, schedulerMinutes } from './applications.ts';
import { type Book, type Configuration, gatherJunos, type SrxPolicy } from './configuration.ts';

const file = 'edict.set';

export function readJuniperSrx(artifact: Artifact): readonly ReadRule[] {
  const configuration = gatherJunos(onlyFile(artifact, 'juniper-srx', file), file, {});
  if (configuration.artifact !== artifact.digest)
    throw unreadable(`the macro's artifact \`${configuration.artifact ?? ''}\``, `\`${artifact.digest}\``);
  return rulebookOf(configuration, {}).rules;
}

/** Any device's configuration, in braces or as `set` commands. */
export function readJunos(text: string, name: string, options: ReadOptions = {}): Rulebook {
  return rulebookOf(gatherJunos(text, name, options), options);
}

function rulebookOf(configuration: Configuration, options: ReadOptions): Rulebook {
  const { contexts, defaultPolicy = 'deny-all', reporter } = configuration;
  const between = pairOf(configuration, options);
  const device = deviceOf(configuration, between);
  const own = between === undefined ? undefined : contexts.get(`${between.from} ${between.to}`);
  const asked = [...(own?.values() ?? []), ...(contexts.get('global')?.values() ?? [])];
  const rules = asked.flatMap(
    (policy) => reporter.at({ line: policy.line, text: `policy ${policy.name}` }, () => rulesOf(policy, device)) ?? [],
  );
  if (defaultPolicy !== 'deny-all' && defaultPolicy !== 'permit-all')
    reporter.at({ line: 1, text: defaultPolicy }, () => {
      throw unreadable(`default policy \`${defaultPolicy}\``, '`deny-all` or `permit-all`');
    });
  return { rules: withSessions(rules, defaultPolicy === 'permit-all' ? 'not-applicable' : 'deny'), unread: reporter.unread };
}

/** The one pair of zones that policies stand between, or the one that is asked about. */
function pairOf({ contexts, reporter }: Configuration, { between }: ReadOptions): ZonePair | undefined {
  if (between !== undefined) return between;
  const pairs = [...contexts].filter(([name]) => name !== 'global');
  for (const [name, policies] of pairs.slice(1)) {
    const [policy] = policies.values();
    reporter.at({ line: policy?.line ?? 1, text: `from and to zones ${name}` }, () => {
      throw unreadable('policies between several pairs of zones', 'one pair, or to be told which');
    });
  }
  const [from, to] = pairs[0]?.[0].split(' ') ?? [];
  return from === undefined || to === undefined ? undefined : { from, to };
}

type Device = {
  readonly between: ZonePair | undefined;
  readonly sources: (name: string) => IntervalSet;
  readonly destinations: (name: string) => IntervalSet;
  readonly applications: (name: string) => readonly ServicePart[];
  readonly minutes: (name: string) => IntervalSet;
  readonly timezone: string | undefined;
};

function deviceOf(configuration: Configuration, between: ZonePair | undefined): Device {
  const { schedulers, timezone } = configuration;
  return {
    between,
    sources: addressReader(configuration, between?.from),
    destinations: addressReader(configuration, between?.to),
    applications: applicationReader(configuration),
    minutes: (name) => {
      const days = schedulers.get(name);
      if (days === undefined) throw unreadable(`scheduler \`${name}\``, 'a scheduler that is defined');
      if (timezone === undefined) throw unreadable(`scheduler \`${name}\` on a clock of no zone`, '`system time-zone`');
      return schedulerMinutes(days);
    },
    timezone,
  };
}

const wholeFamily = (family: Family): Named<IntervalSet> => ({ value: [familyLine[family]] });

const addressWords: readonly (readonly [string, Named<IntervalSet>])[] = [
  ['any', { value: anyAddress }],
  ['any-ipv4', wholeFamily(4)],
  ['any-ipv6', wholeFamily(6)],
];

/** A zone's own address book comes before the global one. */
function addressReader({ books }: Configuration, zone: string | undefined): (name: string) => IntervalSet {
  const own = [...books]
    .filter(([name, { zones }]) => name !== 'global' && zone !== undefined && zones.includes(zone))
    .map(([, book]) => book);
  const global = books.get('global');
  const visible: readonly Book[] = [...(global === undefined ? [] : [global]), ...own];
  const objects = visible.flatMap((book) => [...book.objects].map(([name, words]) => [name, addressOf(words)] as const));
  const groups = visible.flatMap((book) => [...book.groups]);
  return namedReader({ kind: 'address', objects: new Map([...objects, ...addressWords]), groups: new Map(groups), join: joinSets });
}

function addressOf(words: readonly string[]): Named<IntervalSet> {
  const [first = '', second = '', to, third = ''] = words;
  try {
    if (words.length === 1) return { value: readPrefix(first) };
    if (words.length === 4 && first === 'range-address' && to === 'to') return { value: readRange(second, third) };
  } catch {
    // Said where it is used, with the line of the policy.
  }
  return { unread: `\`${words.join(' ')}\` is no prefix and no range` };
}

function applicationReader({ applications, applicationSets }: Configuration): (name: string) => readonly ServicePart[] {
  const objects = [...applications].map(([name, terms]) => [name, applicationOf(terms)] as const);
  const own = namedReader({ kind: 'application', objects: new Map(objects), groups: applicationSets, join: joinParts });
  const words = namedReader({
    kind: 'application',
    objects: new Map([['any', { value: everyService }]]),
    groups: new Map(),
    join: joinParts,
  });
  return (name) => {
    if (applications.has(name) || applicationSets.has(name)) return own(name);
    return predefinedParts(name) ?? words(name);
  };
}

/** Of several terms, each is a way to be the application; a definition without terms is one. */
function applicationOf(terms: ReadonlyMap<string, ReadonlyMap<string, string>>): Named<readonly ServicePart[]> {
  try {
    const said = [...terms].filter(([term, attributes]) => term !== '' || attributes.has('protocol') || terms.size === 1);
    return { value: joinParts(said.map(([, attributes]) => [applicationPart(attributes)])) };
  } catch (error) {
    return { unread: error instanceof Error ? error.message : 'it is not understood' };
  }
}

function rulesOf(policy: SrxPolicy, device: Device): readonly ReadRule[] {
  const { match, actions, scheduler, name, line } = policy;
  if (!asksZones(policy, device.between)) return [];
  const [action, ...more] = actions;
  if (action === undefined || more.length > 0 || !['permit', 'deny', 'reject'].includes(action))
    throw unreadable(`the action of policy \`${name}\``, 'one of permit, deny and reject');
  for (const condition of ['dynamic-application', 'source-identity', 'url-category'])
    if ((match.get(condition) ?? []).some((word) => word !== 'any' && word !== 'none'))
      throw unreadable(`\`${condition}\` of policy \`${name}\``, '`any`');
  const source = sideOf(policy, 'source-address', device.sources);
  const destination = sideOf(policy, 'destination-address', device.destinations);
  const minutes = scheduler === undefined ? undefined : device.minutes(scheduler);
  return joinParts(wordsOf(policy, 'application').map(device.applications)).map(({ service, sourcePort }) => ({
    box: { ...everything, source, destination, service, sourcePort, ...(minutes === undefined ? {} : { minute: minutes }) },
    decision: action === 'permit' ? 'allow' : 'deny',
    ...(minutes === undefined || device.timezone === undefined ? {} : { timezone: device.timezone }),
    where: { line, text: name },
  }));
}

/** Whether a global policy speaks of the zones that are asked about. */
function asksZones({ match, name }: SrxPolicy, between: ZonePair | undefined): boolean {
  return (['from', 'to'] as const).every((side) => {
    const zones = match.get(`${side}-zone`);
    if (zones === undefined || zones.includes('any')) return true;
    if (between === undefined) throw unreadable(`the zones of policy \`${name}\``, 'no zones, or to be told which are asked about');
    return zones.includes(between[side]);
  });
}

function sideOf(
  policy: SrxPolicy,
  condition: 'source-address' | 'destination-address',
  resolve: (name: string) => IntervalSet,
): IntervalSet {
  const set = joinSets(wordsOf(policy, condition).map(resolve));
  return policy.match.has(`${condition}-excluded`) ? subtract(anyAddress, set) : set;
}

function wordsOf({ match, name }: SrxPolicy, condition: string): readonly string[] {
  const words = match.get(condition) ?? [];
  if (words.length === 0) throw unreadable(`policy \`${name}\` without ${condition}`, `at least \`match ${condition} any\``);
  return words;
}
