/**
 * Policies to nftables: one file `edict.nft` that replaces the table `inet edict_policy` in one transaction.
 *
 * - A request is a new connection: `ct state established,related accept` comes first, so that answers pass.
 * - Rules stand by weight: deny, allow, claim. Deny and claim go to the chain `refuse`, which answers with a TCP reset or ICMP
 *   "admin prohibited", so that whoever is refused is told at once. What no rule speaks of meets the chain's policy, accept:
 *   that is "not applicable", and it is left to the firewall's other tables.
 * - A rule with exceptions jumps to a chain of its own, which returns for each exception.
 * - The table's comment holds the artifact's digest; each rule's comment and counter belong to its `policy/rule`.
 * - Isolation of hosts is no part of it: the connector keeps that in a table of its own, so that one never undoes the other.
 *
 * The kernel tells time by its own zone, set outside of any ruleset, so that time windows cannot be said. An exception in a
 * window is then left out of a deny or claim, and made permanent on an allow: the artifact refuses more, never less.
 */
import { EdictError } from '../../../errors.ts';
import type { Inventory } from '../../../context/inventory.ts';
import { type Family, familyLine, inFamily, families, printAddress, printCidrs } from '../../addresses.ts';
import { allRules, inRule } from '../../clauses.ts';
import type { IntervalSet } from '../../intervals.ts';
import type { NetworkRule, Policy, RuleEffect, RuleExcept } from '../../model.ts';
import { type Resolve, resolver } from '../../resolve.ts';
import { parseService } from '../../service-selector.ts';
import { artifactOf, selfDigest } from '../artifact.ts';
import type { Compilation } from '../target.ts';
import { timedLosses, withoutWindows } from './windows.ts';

export const tableName = 'edict_policy';

export function compileNftables(policies: readonly Policy[], inventory: Inventory): Compilation {
  const text = printTable(withoutWindows(policies), resolver(inventory));
  return { artifact: artifactOf('nftables', { 'edict.nft': text }), losses: timedLosses(policies, inventory) };
}

type Writer = {
  readonly resolve: Resolve;
  readonly sets: Map<IntervalSet, { readonly name: string; readonly selector: string }>;
  readonly chains: string[];
};

const effects: readonly RuleEffect[] = ['deny', 'allow', 'claim'];

const verdictOf: Readonly<Record<RuleEffect, string>> = { deny: 'goto refuse', allow: 'accept', claim: 'goto refuse' };

function printTable(policies: readonly Policy[], resolve: Resolve): string {
  const writer: Writer = { resolve, sets: new Map(), chains: [] };
  const rules = allRules(policies);
  const lines = effects.flatMap((effect) =>
    rules.filter(({ rule }) => rule.effect === effect).flatMap(({ id, rule }) => inRule(id, () => printRule(writer, id, rule))),
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
    '  chain forward {',
    '    type filter hook forward priority filter; policy accept;',
    '    ct state established,related accept',
    ...lines.map((line) => `    ${line}`),
    '  }',
    '}',
    '',
  ].join('\n');
}

function printRule(writer: Writer, id: string, { effect, match, except = [] }: NetworkRule): readonly string[] {
  const verdict = `counter ${verdictOf[effect]} comment "${commentOf(id)}"`;
  if (except.length === 0) return matches(writer, match).map((match) => `${match}${verdict}`);
  const chain = `rule_${writer.chains.filter((line) => line.startsWith('  chain ')).length}`;
  const returns = except.flatMap((entry) => matches(writer, entry).map((match) => `    ${match}return`));
  writer.chains.push(`  chain ${chain} {`, ...returns, `    ${verdict}`, '  }');
  return matches(writer, match).map((match) => `${match}jump ${chain}`);
}

/** At most 128 bytes fit; two ids of 64 and a slash are 129. */
function commentOf(id: string): string {
  return id.slice(0, 128);
}

/** One line for each address family, or one for both where no address is asked for. Each ends with a blank. */
function matches(writer: Writer, { from = 'any', to = 'any', service = 'any' }: RuleExcept): readonly string[] {
  const ports = printService(service);
  const sides = [
    { selector: from, key: 'saddr' },
    { selector: to, key: 'daddr' },
  ].map((side) => ({ ...side, set: writer.resolve(side.selector) }));
  if (sides.every(({ set }) => isWhole(set, 4) && isWhole(set, 6))) return [ports];
  return families.flatMap((family) => {
    if (sides.some(({ set }) => inFamily(set, family).length === 0)) return [];
    const named = sides.filter(({ set }) => !isWhole(set, family));
    if (named.length === 0) return [`meta nfproto ipv${family} ${ports}`];
    const word = family === 4 ? 'ip' : 'ip6';
    return [`${named.map(({ selector, key, set }) => `${word} ${key} @${setName(writer, selector, set)}_${family} `).join('')}${ports}`];
  });
}

function isWhole(set: IntervalSet, family: Family): boolean {
  const [part, ...rest] = inFamily(set, family);
  return rest.length === 0 && part?.low === familyLine[family].low && part.high === familyLine[family].high;
}

function setName(writer: Writer, selector: string, set: IntervalSet): string {
  const held = writer.sets.get(set) ?? { name: `set_${writer.sets.size}`, selector };
  writer.sets.set(set, held);
  return held.name;
}

function printService(text: string): string {
  if (text === 'any') return '';
  if (text === 'icmp') return 'meta l4proto { icmp, ipv6-icmp } ';
  const [service] = parseService(text);
  if (typeof service !== 'object' || (service.protocol !== 6 && service.protocol !== 17))
    throw new EdictError('policy-invalid', `\`${text}\` cannot be said`, {});
  const { low, high } = service;
  const protocol = service.protocol === 6 ? 'tcp' : 'udp';
  if (low === 0 && high === 65_535) return `meta l4proto ${protocol} `;
  return `${protocol} dport ${low === high ? low : `${low}-${high}`} `;
}

function printSets({ sets }: Writer): readonly string[] {
  return [...sets].flatMap(([set, { name, selector }]) => [
    `  # ${selector.replaceAll(/[^A-Za-z0-9._:/-]/g, '_')}`,
    ...families
      .filter((family) => inFamily(set, family).length > 0)
      .flatMap((family) => printFamilySet(`${name}_${family}`, inFamily(set, family), family)),
  ]);
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
