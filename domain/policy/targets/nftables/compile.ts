/**
 * Policies to nftables: one file `edict.nft` that replaces the table `inet edict_policy` in one transaction.
 *
 * - One chain for each direction that is spoken of: what goes through the host always, what comes to it and leaves it where a rule
 *   says so. A rule that names no direction stands in each of them.
 * - What belongs to a connection that was let in follows it: `ct state established,related accept` comes first, but for states that
 *   some rule names. Where rules name states, each says its own.
 * - Rules stand by weight (deny, allow, claim), then by id. Deny and claim go to the chain `refuse`, which answers with a TCP reset or
 *   ICMP "admin prohibited", so that whoever is refused is told at once. What no rule speaks of meets the chain's policy, accept:
 *   that is "not applicable", and it is left to the firewall's other tables.
 * - A rule with exceptions jumps to a chain of its own, which returns for each exception. Chains are named by rule, sets by selector,
 *   so that a change of one leaves the others as they are.
 * - The table's comment holds the artifact's digest; each rule's comment and counter belong to its `policy/rule`.
 * - Isolation of hosts is no part of it: the connector keeps that in a table of its own, so that one never undoes the other.
 *
 * The kernel tells time by its own zone, set outside of any ruleset, so that time windows cannot be said. An exception in a
 * window is then left out of a deny or claim, and made permanent on an allow: the artifact refuses more, never less.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { digestOfText } from '../../../digest.ts';
import { families, type Family, familyLine, inFamily, printAddress, printCidrs } from '../../addresses.ts';
import { allRules, inRule, type NamedFlows, namedFlows } from '../../clauses.ts';
import type { IntervalSet } from '../../intervals.ts';
import type { NetworkRule, Policy, RuleEffect, RuleExcept } from '../../model.ts';
import { type ConnectionState, type Direction, states } from '../../request/flow.ts';
import { type Resolve, resolver } from '../../resolve.ts';
import { artifactOf, selfDigest } from '../artifact.ts';
import type { Compilation } from '../target.ts';
import { printServices } from './services.ts';
import { timedLosses, withoutWindows } from './windows.ts';

export const tableName = 'edict_policy';

export function compileNftables(policies: readonly Policy[], inventory: Inventory): Compilation {
  const text = printTable(withoutWindows(policies), resolver(inventory));
  return { artifact: artifactOf('nftables', { 'edict.nft': text }), losses: timedLosses(policies, inventory) };
}

type Writer = {
  readonly resolve: Resolve;
  /** By selector. */
  readonly sets: Map<string, IntervalSet>;
  readonly chains: string[];
  readonly named: NamedFlows;
};

const effects: readonly RuleEffect[] = ['deny', 'allow', 'claim'];

const verdictOf: Readonly<Record<RuleEffect, string>> = { deny: 'goto refuse', allow: 'accept', claim: 'goto refuse' };

const hooks: readonly (readonly [Direction, string])[] = [
  ['in', 'input'],
  ['out', 'output'],
  ['forward', 'forward'],
];

type Printed = { readonly direction: Direction | undefined; readonly lines: readonly string[] };

function printTable(policies: readonly Policy[], resolve: Resolve): string {
  const rules = allRules(policies);
  const writer: Writer = { resolve, sets: new Map(), chains: [], named: namedFlows(rules.map(({ rule }) => rule)) };
  const printed = effects.flatMap((effect) =>
    rules
      .filter(({ rule }) => rule.effect === effect)
      .map(({ id, rule }): Printed => ({ direction: rule.match.direction, lines: inRule(id, () => printRule(writer, id, rule)) })),
  );
  return [
    `# Written by Edict; changed by hand, it is drift.`,
    `table inet ${tableName}`,
    `delete table inet ${tableName}`,
    `table inet ${tableName} {`,
    `  comment "edict artifact ${selfDigest}"`,
    ...printSets(writer),
    '  chain refuse {',
    '    meta l4proto tcp reject with tcp reset',
    '    reject with icmpx admin-prohibited',
    '  }',
    ...writer.chains,
    ...hooks
      .filter(([direction]) => direction === 'forward' || writer.named.directions.includes(direction))
      .flatMap((hook) => printHook(hook, printed, writer)),
    '}',
    '',
  ].join('\n');
}

function printHook([direction, hook]: readonly [Direction, string], printed: readonly Printed[], { named }: Writer): readonly string[] {
  const following = (['established', 'related'] as const).filter((state) => !named.states.includes(state));
  const own = printed.filter((rule) => rule.direction === undefined || rule.direction === direction);
  return [
    `  chain ${hook} {`,
    `    type filter hook ${hook} priority filter; policy accept;`,
    ...(following.length === 0 ? [] : [`    ct state ${following.join(',')} accept`]),
    ...own.flatMap(({ lines }) => lines.map((line) => `    ${line}`)),
    '  }',
  ];
}

function printRule(writer: Writer, id: string, { effect, match, except = [] }: NetworkRule): readonly string[] {
  const verdict = `counter ${verdictOf[effect]} comment "${commentOf(id)}"`;
  const own = matches(writer, match).map((line) => `${printState(writer, match.state)}${line}`);
  if (except.length === 0) return own.map((line) => `${line}${verdict}`);
  const chain = `rule_${id}`;
  const returns = except.flatMap((entry) => matches(writer, entry).map((line) => `    ${line}return`));
  writer.chains.push(`  chain ${chain} {`, ...returns, `    ${verdict}`, '  }');
  return own.map((line) => `${line}jump ${chain}`);
}

function printState({ named }: Writer, given: readonly ConnectionState[] = ['new']): string {
  return named.states.length === 0 ? '' : `ct state ${states.filter((state) => given.includes(state)).join(',')} `;
}

/** At most 128 bytes fit; two ids of 64 and a slash are 129. */
function commentOf(id: string): string {
  return id.slice(0, 128);
}

/** One line for each address family, or one for both where no address is asked for, and for each kind of service. Each ends with a blank. */
function matches(writer: Writer, part: RuleExcept & Pick<NetworkRule['match'], 'sourcePorts'>): readonly string[] {
  const { from = 'any', to = 'any', service = 'any', sourcePorts } = part;
  const services = printServices(service, sourcePorts);
  const sides = [
    { selector: from, key: 'saddr' },
    { selector: to, key: 'daddr' },
  ].map((side) => ({ ...side, set: writer.resolve(side.selector) }));
  if (sides.every(({ set }) => isWhole(set, 4) && isWhole(set, 6))) return services.map(({ text }) => text);
  return families.flatMap((family) => {
    if (sides.some(({ set }) => inFamily(set, family).length === 0)) return [];
    const named = sides.filter(({ set }) => !isWhole(set, family));
    const word = family === 4 ? 'ip' : 'ip6';
    const addresses = named.map(({ selector, key, set }) => `${word} ${key} @${setName(writer, selector, set)}_${family} `).join('');
    const prefix = named.length === 0 ? `meta nfproto ipv${family} ` : addresses;
    return services.filter((line) => line.family === undefined || line.family === family).map(({ text }) => `${prefix}${text}`);
  });
}

function isWhole(set: IntervalSet, family: Family): boolean {
  const [part, ...rest] = inFamily(set, family);
  return rest.length === 0 && part?.low === familyLine[family].low && part.high === familyLine[family].high;
}

function setName(writer: Writer, selector: string, set: IntervalSet): string {
  writer.sets.set(selector, set);
  return nameOf(selector);
}

/** No word of a user's is trusted to be a name: what is left of it helps the reader, the digest tells it from others. */
function nameOf(selector: string): string {
  const digest = digestOfText(selector).slice('sha256:'.length, 'sha256:'.length + 12);
  return `set_${selector.slice(0, 40).replaceAll(/[^A-Za-z0-9]/g, '_')}_${digest}`;
}

function printSets({ sets }: Writer): readonly string[] {
  return [...sets]
    .map(([selector, set]) => ({ name: nameOf(selector), set }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap(({ name, set }) =>
      families
        .filter((family) => inFamily(set, family).length > 0)
        .flatMap((family) => printFamilySet(`${name}_${family}`, inFamily(set, family), family)),
    );
}

function printFamilySet(name: string, set: IntervalSet, family: Family): readonly string[] {
  const elements = set.map((interval) => {
    const [cidr, ...more] = printCidrs([interval]);
    return cidr !== undefined && more.length === 0
      ? cidr.replace(family === 4 ? /\/32$/ : /\/128$/, '')
      : `${printAddress(interval.low)}-${printAddress(interval.high)}`;
  });
  return [`  set ${name} {`, `    type ipv${family}_addr`, '    flags interval', `    elements = { ${elements.join(', ')} }`, '  }'];
}
