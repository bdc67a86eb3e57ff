/**
 * Policies to iptables: `iptables.rules` and `ip6tables.rules`, each of which iptables-restore and ip6tables-restore put in the place of
 * the whole table `filter` at once.
 *
 * - The built-in chains accept what no rule speaks of: that is "not applicable". What goes through the host is in FORWARD always, what
 *   comes to it and leaves it in INPUT and OUTPUT where a rule says so; a rule that names no direction stands in each of them.
 * - What belongs to a connection that was let in follows it: established and related packets are accepted first, but for states that
 *   some rule names. Where rules name states, each says its own.
 * - Rules stand by weight (deny, allow, claim), then by id. Deny and claim go to `edict_refuse`, which answers with a TCP reset or an
 *   ICMP "administratively prohibited".
 * - Where a rule has several sources, destinations and services, each kind has a chain of its own, so that their numbers add up
 *   instead of multiplying; exceptions return from a chain of theirs. Chains are named by the digest of the rule's id.
 * - `-m time` counts in UTC: windows in UTC are exact. In another zone the day moves with its summer time, so that an exception in a
 *   window is left out of a deny or claim, and holds at every time on an allow: the artifact refuses more, never less.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { digestOfText } from '../../../digest.ts';
import { type Family, inFamily } from '../../addresses.ts';
import type { Box } from '../../boxes.ts';
import { allRules, boxOf, inRule, matchBox, type NamedFlows, namedFlows, serviceReader, windowReader } from '../../clauses.ts';
import type { NetworkRule, Policy, RuleEffect, RuleExcept } from '../../model.ts';
import { type ConnectionState, type Direction, states } from '../../request/flow.ts';
import { resolver } from '../../resolve.ts';
import { artifactOf, selfDigest } from '../artifact.ts';
import { timedLosses, withoutWindows } from '../nftables/windows.ts';
import type { Compilation, Loss } from '../target.ts';
import { addressWords, type Alternatives, serviceWords, timeWords } from './words.ts';

export const fileOf: Readonly<Record<Family, string>> = { 4: 'iptables.rules', 6: 'ip6tables.rules' };

/** What `-m time` counts in. */
const ownZone = 'UTC';

/** Throws what `matchBox` throws. */
export function compileIptables(policies: readonly Policy[], inventory: Inventory): Compilation {
  const exact = inOwnZone(policies);
  const said = exact ? policies : withoutWindows(policies);
  const losses = exact ? [] : timedLosses(policies, inventory).map(asOwn);
  const rules = rulesOf(said, inventory);
  return { artifact: artifactOf('iptables', { [fileOf[6]]: printTable(rules, 6), [fileOf[4]]: printTable(rules, 4) }), losses };
}

function inOwnZone(policies: readonly Policy[]): boolean {
  const read = windowReader();
  return allRules(policies).every(({ rule: { except = [] } }) =>
    except.every(({ during }) => during === undefined || read(during).timezone === ownZone),
  );
}

function asOwn(loss: Loss): Loss {
  const instead = loss.reason.slice(loss.reason.lastIndexOf(': ') + 2);
  return {
    ...loss,
    target: 'iptables',
    reason: `\`-m time\` counts in UTC, and the window is in a zone with a clock of its own: ${instead}`,
  };
}

type Rule = { readonly id: string; readonly rule: NetworkRule; readonly match: Box; readonly excepts: readonly Timed[] };

type Timed = { readonly box: Box; readonly times: Alternatives };

type Rules = { readonly list: readonly Rule[]; readonly named: NamedFlows };

const effects: readonly RuleEffect[] = ['deny', 'allow', 'claim'];

function rulesOf(policies: readonly Policy[], inventory: Inventory): Rules {
  const words = { resolve: resolver(inventory), services: serviceReader(), windows: windowReader() };
  const timed = (except: RuleExcept): Timed => ({
    box: boxOf(except, words),
    times: except.during === undefined ? [''] : timeWords(words.windows(except.during).minutes),
  });
  const all = allRules(policies);
  const list = effects.flatMap((effect) =>
    all
      .filter(({ rule }) => rule.effect === effect)
      .map(({ id, rule }): Rule =>
        inRule(id, () => ({ id, rule, match: matchBox(rule.match, words), excepts: (rule.except ?? []).map(timed) })),
      ),
  );
  return { list, named: namedFlows(all.map(({ rule }) => rule)) };
}

type Chains = Map<string, readonly string[]>;

const hooks: readonly (readonly [Direction, string])[] = [
  ['in', 'INPUT'],
  ['forward', 'FORWARD'],
  ['out', 'OUTPUT'],
];

const refusal: Readonly<Record<Family, string>> = { 4: 'icmp-admin-prohibited', 6: 'icmp6-adm-prohibited' };

function printTable({ list, named }: Rules, family: Family): string {
  const chains: Chains = new Map([
    ['edict_artifact', [`-m comment --comment "edict artifact ${selfDigest}"`]],
    ['edict_refuse', ['-p tcp -j REJECT --reject-with tcp-reset', `-j REJECT --reject-with ${refusal[family]}`]],
  ]);
  const printed = list.map((each) => ({ direction: each.rule.match.direction, lines: printRule(each, { family, named, chains }) }));
  for (const [direction, hook] of hooks) {
    const spoken = direction === 'forward' || named.directions.includes(direction);
    const own = printed.filter((rule) => spoken && (rule.direction === undefined || rule.direction === direction));
    chains.set(hook, spoken ? [...following(named), ...own.flatMap(({ lines }) => lines)] : []);
  }
  return print(chains);
}

function following(named: NamedFlows): readonly string[] {
  const left = (['established', 'related'] as const).filter((state) => !named.states.includes(state));
  return left.length === 0 ? [] : [`${stateWords(left)}-j ACCEPT`];
}

function stateWords(given: readonly ConnectionState[]): string {
  return `-m conntrack --ctstate ${states
    .filter((state) => given.includes(state))
    .join(',')
    .toUpperCase()} `;
}

function print(chains: Chains): string {
  const builtIn = hooks.map(([, hook]) => hook);
  const own = [...chains.keys()].filter((name) => !builtIn.includes(name)).toSorted();
  return [
    '# Written by Edict; changed by hand, it is drift.',
    '*filter',
    ...builtIn.map((hook) => `:${hook} ACCEPT [0:0]`),
    ...own.map((name) => `:${name} - [0:0]`),
    ...[...own, ...builtIn].flatMap((name) => (chains.get(name) ?? []).map((line) => `-A ${name} ${line}`)),
    'COMMIT',
    '',
  ].join('\n');
}

type Writer = { readonly family: Family; readonly named: NamedFlows; readonly chains: Chains };

/** Lines for the built-in chains; what they jump to goes to `chains`. */
function printRule({ id, rule, match, excepts }: Rule, { family, named, chains }: Writer): readonly string[] {
  const state = named.states.length === 0 ? '' : stateWords(rule.match.state ?? ['new']);
  const name = `edict_${digestOfText(id).slice('sha256:'.length, 'sha256:'.length + 12)}`;
  const parts = [[state], ...partsOf(match, family)];
  if (parts.some((part) => part.length === 0)) return [];
  const verdict = `-m comment --comment "${id}" -j ${rule.effect === 'allow' ? 'ACCEPT' : 'edict_refuse'}`;
  const returns = excepts.flatMap(({ box, times }) => product([...partsOf(box, family), times]).map((line) => `${line}-j RETURN`));
  if (returns.length > 0) chains.set(`${name}_x`, [...returns, verdict]);
  return levels(parts, returns.length > 0 ? `-j ${name}_x` : verdict, { name, chains });
}

function partsOf(box: Box, family: Family): readonly Alternatives[] {
  if (inFamily(box.source, family).length === 0 || inFamily(box.destination, family).length === 0) return [[]];
  return [
    addressWords(box.source, 'source', family),
    addressWords(box.destination, 'destination', family),
    serviceWords(box.service, box.sourcePort, family),
  ];
}

function product(parts: readonly Alternatives[]): readonly string[] {
  return parts.reduce<readonly string[]>((lines, part) => lines.flatMap((line) => part.map((word) => `${line}${word}`)), ['']);
}

/** What has one alternative stands in the first line; of the others the first stands there too, and each further one has a chain. */
function levels(
  parts: readonly Alternatives[],
  verdict: string,
  { name, chains }: { readonly name: string; readonly chains: Chains },
): readonly string[] {
  const single = product(parts.filter((part) => part.length === 1));
  const [first = [''], ...more] = parts.filter((part) => part.length > 1);
  const target = (level: number): string => (level === more.length ? verdict : `-j ${name}_${level}`);
  for (const [level, part] of more.entries())
    chains.set(
      `${name}_${level}`,
      part.map((word) => `${word}${target(level + 1)}`),
    );
  return first.map((word) => `${single.join('')}${word}${target(0)}`);
}
