/** The cases that every target of their kinds meets: those under test/cases/policy, and small ones for hostile names and for changes. */
import type { Inventory } from '../../../domain/context/inventory.ts';
import type { NetworkRule, Policy, RuleKind } from '../../../domain/policy/model.ts';
import { type AnyTarget, targetOf as registered } from '../../../domain/policy/targets/index.ts';
import { policyOf, smallInventory } from '../arbitrary.ts';
import { policyCases } from '../cases.ts';
import type { Conformance, ConformanceCase } from './conformance.ts';

const shared = new Map<string, ConformanceCase>(policyCases.map((each) => [each.name, each]));

/** What a target's artifact is read by people for: the golden case of network targets. */
const cardholder: ConformanceCase = { ...sharedCase('who reaches the cardholder database'), name: 'cardholder-database' };

export function sharedCase(name: string): ConformanceCase {
  const found = shared.get(name);
  if (found === undefined) throw new Error(`no case \`${name}\` under test/cases/policy`);
  return found;
}

/** The shared cases whose rules are all of kinds that the target takes, then its own. */
export function casesOf(conformance: Conformance): readonly ConformanceCase[] {
  return [...[...shared.values()].filter((each) => takes(targetOf(conformance), each)), ...(conformance.cases ?? [])];
}

export function goldenCases(conformance: Conformance): readonly ConformanceCase[] {
  return [...(takes(targetOf(conformance), cardholder) ? [cardholder] : []), ...(conformance.cases ?? [])];
}

export function plantedCase({ planted }: Conformance): ConformanceCase {
  return planted ?? sharedCase('a policy with something of everything');
}

export function targetOf({ target }: Conformance): AnyTarget {
  return registered(target);
}

function takes(target: AnyTarget, { policies }: ConformanceCase): boolean {
  const kinds: readonly RuleKind[] = target.kinds;
  return policies.every(({ rules }) => rules.every(({ kind }) => kinds.includes(kind)));
}

export const networkRule = (id: string, match: Partial<NetworkRule['match']>, rest: Partial<NetworkRule> = {}): NetworkRule => ({
  kind: 'network',
  id,
  requirement: 'q1',
  effect: 'deny',
  match: { from: 'any', to: 'any', service: 'any', ...match },
  ...rest,
});

/** A rule about an asset of the given name. */
export function hostileAsset(name: string): ConformanceCase {
  const inventory: Inventory = {
    ...smallInventory,
    assets: [...smallInventory.assets, { ...smallInventory.assets[0]!, name, addresses: ['203.0.113.77'] }],
  };
  return { name: 'hostile', policies: [policyOf('p', [networkRule('a', { from: `asset:${name}` })])], inventory };
}

/** All of it in continuous integration; a part where somebody waits for the answer. */
export const isWhole = process.env['CI'] !== undefined;

const everyHostileName = [
  'x\n  }\n}\nflush ruleset\n',
  '" accept comment "',
  '\r\npermit ip any any\r\n',
  "'; drop table policies; --",
  '*/ permit any any /*',
  '${7*7}',
  '{{7*7}}',
  '<!--]]><rule/>',
  '# !$(id)`id`\\',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '\u2028\u202E\u0000',
  'a'.repeat(5_000),
] as const;

export const hostileNames: readonly string[] = isWhole ? everyHostileName : everyHostileName.filter((_, index) => index % 7 === 0);

/** The same policies with one rule's effect turned, or one rule more: the smallest changes that people make. */
export function smallChanges(policies: readonly Policy[]): readonly (readonly [string, readonly Policy[]])[] {
  const [first, ...others] = policies;
  if (first === undefined) return [];
  const last = first.rules.at(-1);
  if (last === undefined) return [];
  const withRules = (rules: Policy['rules']): readonly Policy[] => [{ ...first, rules }, ...others];
  return [
    ['a rule less', withRules(first.rules.slice(0, -1))],
    ['a rule more', withRules([...first.rules, { ...last, id: 'one-more' }])],
  ];
}
