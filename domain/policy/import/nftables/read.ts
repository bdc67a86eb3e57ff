/**
 * Goes through the chains of nftables as the kernel does, and reports what is accepted and refused, in order. Of several chains on one
 * hook each must accept; a verdict in one ends that one alone (nft(8), "Verdict statement").
 */
import { anyAddress, type Family, inFamily } from '../../addresses.ts';
import type { Decision } from '../../model.ts';
import { type Direction, flowSet } from '../../request/flow.ts';
import { bothMustAllow, type Filter, type FilterRule, gatherUnread, type Unread, unreadable } from '../filter.ts';
import { cutOutAll, isNowhere, meet, type Region, wholeOf } from '../region.ts';
import { parseNftJson } from './json.ts';
import { regionOfMatch } from './match.ts';
import { parseNftRuleset } from './parse.ts';
import type { NftChain, NftItem, NftMapEntry, NftRule, NftRuleset, NftStatement, NftTable, NftVerdict } from './tree.ts';

const hooks: Readonly<Record<string, Direction>> = { input: 'in', output: 'out', forward: 'forward' };

const deepest = 16;

/** `accepted`: what a chain's policy to accept comes to. */
export type NftOptions = { readonly accepted: Decision };

export function readNftRuleset(text: string, { accepted }: NftOptions): Filter {
  const ruleset = text.trimStart().startsWith('{') ? parseNftJson(text) : parseNftRuleset(text);
  const unread: Unread[] = [...ruleset.unread];
  const rules = Object.entries(hooks).flatMap(([hook, direction]) => {
    const based = chainsOn(ruleset, hook);
    const lists = based.map(({ table, chain }) => baseRules({ table, unread }, chain, { direction, accepted }));
    return lists.reduce(bothMustAllow, []);
  });
  for (const problem of strayTables(ruleset)) unread.push(problem);
  const byLine = new Map(unread.map((each) => [`${each.line} ${each.reason}`, each]));
  return { rules, unread: [...byLine.values()].toSorted((a, b) => a.line - b.line) };
}

type Based = { readonly table: NftTable; readonly chain: NftChain };

function chainsOn({ tables }: NftRuleset, hook: string): readonly Based[] {
  return tables
    .filter(({ family }) => familiesOf[family] !== undefined)
    .flatMap((table) =>
      [...table.chains.values()]
        .filter((chain) => chain.hook?.hook === hook && chain.hook.type === 'filter')
        .map((chain) => ({ table, chain })),
    )
    .toSorted((a, b) => (a.chain.hook?.priority ?? 0) - (b.chain.hook?.priority ?? 0));
}

const familiesOf: Readonly<Record<string, readonly Family[] | undefined>> = { ip: [4], ip6: [6], inet: [4, 6] };

/** Chains on other hooks, of other types and families change or refuse packets in ways that are not read. */
function strayTables({ tables }: NftRuleset): readonly Unread[] {
  return tables.flatMap(({ family, name, place, chains }) =>
    [...chains].flatMap(([chain, { hook, rules }]) => {
      if (hook === undefined || (rules.length === 0 && hook.policy === 'accept')) return [];
      if (familiesOf[family] !== undefined && hook.type === 'filter' && hooks[hook.hook] !== undefined) return [];
      const { line, text } = rules[0] ?? place;
      return [
        {
          line,
          text,
          reason: `chain \`${chain}\` of table \`${family} ${name}\` is of type \`${hook.type}\` on hook \`${hook.hook}\``,
        },
      ];
    }),
  );
}

type Walk = { readonly table: NftTable; readonly unread: Unread[] };

function baseRules(
  walk: Walk,
  chain: NftChain,
  { direction, accepted }: { readonly direction: Direction; readonly accepted: Decision },
): readonly FilterRule[] {
  const families = familiesOf[walk.table.family] ?? [];
  const set = families.flatMap((family) => inFamily(anyAddress, family));
  const region: Region = { source: set, destination: set, flow: flowSet({ directions: [direction] }) };
  const found = walkChain(walk, chain.rules, { regions: [region], depth: 0 });
  return [...found, { region, decision: chain.hook?.policy === 'drop' ? 'deny' : accepted }];
}

type Arriving = { readonly regions: readonly Region[]; readonly depth: number };

function walkChain(walk: Walk, rules: readonly NftRule[], { regions, depth }: Arriving): readonly FilterRule[] {
  if (depth > deepest) throw unreadable('jumps that go too deep', `at most ${deepest}`);
  const found: FilterRule[] = [];
  let arriving = regions;
  for (const rule of rules) {
    const place = { line: rule.line, text: rule.text };
    gatherUnread(walk.unread, place, () => {
      if (rule.reason !== undefined) throw unreadable(rule.reason);
      for (const { region, verdict } of branchesOf(walk.table, rule.statements)) {
        const step = follow(walk, verdict, { rule, region, arriving, depth });
        found.push(...step.rules);
        arriving = step.left;
      }
    });
  }
  return found;
}

type Branch = { readonly region: Region; readonly verdict: NftVerdict };

/** A rule's ends: one, or as many as its map has entries. A rule without a verdict has none. */
function branchesOf(table: NftTable, statements: readonly NftStatement[]): readonly Branch[] {
  let regions: readonly Region[] = [{}];
  for (const statement of statements) {
    if (statement.kind === 'verdict') return regions.map((region) => ({ region, verdict: statement.verdict }));
    if (statement.kind === 'match') regions = narrow(table, regions, statement);
    if (statement.kind === 'vmap') {
      const entries = isNamed(statement.entries) ? entriesOf(table, statement.entries.map) : statement.entries;
      return entries.flatMap(([key, verdict]) =>
        narrow(table, regions, { left: statement.left, op: '==', right: [key] }).map((region) => ({ region, verdict })),
      );
    }
  }
  return [];
}

function isNamed(entries: readonly NftMapEntry[] | { readonly map: string }): entries is { readonly map: string } {
  return !Array.isArray(entries);
}

function entriesOf({ maps }: NftTable, name: string): readonly (readonly [NftItem, NftVerdict])[] {
  const entries = maps.get(name);
  if (entries === undefined) throw unreadable(`map \`${name}\` is not there`);
  return entries;
}

function narrow(
  table: NftTable,
  regions: readonly Region[],
  match: { readonly left: string; readonly op: string; readonly right: readonly NftItem[] },
): readonly Region[] {
  return regions
    .map((region) => meet(region, regionOfMatch(match, { table, service: region['service'] ?? wholeOf('service') })))
    .filter((region) => !isNowhere(region));
}

type Step = { readonly rule: NftRule; readonly region: Region; readonly arriving: readonly Region[]; readonly depth: number };

function follow(
  walk: Walk,
  verdict: NftVerdict,
  { rule, region, arriving, depth }: Step,
): { readonly rules: readonly FilterRule[]; readonly left: readonly Region[] } {
  const matched = arriving.map((each) => meet(each, region)).filter((each) => !isNowhere(each));
  const decide = (decision: Decision) => ({
    rules: matched.map((each) => ({ region: each, decision, where: { line: rule.line, text: rule.text } })),
    left: arriving,
  });
  switch (verdict.kind) {
    case 'accept':
      return decide('allow');
    case 'drop':
    case 'reject':
      return decide('deny');
    case 'continue':
      return { rules: [], left: arriving };
    case 'return':
      return { rules: [], left: cutOutAll(arriving, [region]) };
    case 'jump':
    case 'goto': {
      const chain = walk.table.chains.get(verdict.chain);
      if (chain === undefined || chain.hook !== undefined)
        throw unreadable(`a jump to \`${verdict.chain}\``, 'a chain of this table without a hook');
      const rules = walkChain(walk, chain.rules, { regions: matched, depth: depth + 1 });
      return { rules, left: verdict.kind === 'goto' ? cutOutAll(arriving, [region]) : arriving };
    }
  }
}
