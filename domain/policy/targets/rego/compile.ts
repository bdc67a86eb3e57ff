/**
 * Policies to Rego: policy.rego never changes; data.json holds the rules in order, their addresses as lists of CIDRs, and an index
 * (rule-index.ts), so that a decision does not walk them all. Nothing is lost in this target.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { EdictError } from '../../../errors.ts';
import { inFamily, printCidrs } from '../../addresses.ts';
import { allRules, inRule, windowReader } from '../../clauses.ts';
import type { IntervalSet } from '../../intervals.ts';
import type { NetworkRule, Policy, RuleExcept, TimeWindow } from '../../model.ts';
import { type Resolve, resolver } from '../../resolve.ts';
import type { Window } from '../../time-window.ts';
import { artifactOf } from '../artifact.ts';
import type { Compilation } from '../target.ts';
import { policyText } from './policy-text.ts';
import { indexOf } from './rule-index.ts';
import { regoService, type Service } from './service.ts';

type RegoExcept = {
  readonly from: string;
  readonly to: string;
  readonly service: Service;
  readonly during: { readonly timezone: string; readonly minutes: readonly (readonly number[])[] } | null;
};

type RegoRule = {
  readonly id: string;
  readonly effect: string;
  readonly from: string;
  readonly to: string;
  readonly service: Service;
  readonly except: readonly RegoExcept[];
};

type Words = { readonly nameOf: (selector: string) => string; readonly windows: (text: TimeWindow) => Window };

export function compileRego(policies: readonly Policy[], inventory: Inventory): Compilation {
  const resolve = resolver(inventory);
  const sets = setTable(resolve);
  const words: Words = { nameOf: sets.nameOf, windows: windowReader() };
  const rules = allRules(policies);
  const list = rules.map(({ id, rule }) => inRule(id, () => regoRule(id, rule, words)));
  checkTimezones(list);
  const index = indexOf(rules.map(({ rule: { match } }) => ({ to: resolve(match.to), service: regoService(match.service) })));
  const data = { edict: { isolations: [], rules: { index, list, sets: sets.sets } } };
  const files = {
    'data.json': `${JSON.stringify(data)}\n`,
    'policy.rego': policyText,
  };
  return { artifact: artifactOf('rego', files), losses: [] };
}

function regoRule(id: string, { effect, match, except = [] }: NetworkRule, words: Words): RegoRule {
  if (match.sourcePorts !== undefined || match.direction !== undefined || match.state !== undefined)
    throw new EdictError('policy-invalid', `source ports, directions and states of rule \`${id}\` cannot be said in Rego's data`, {});
  return {
    id,
    effect,
    from: words.nameOf(match.from),
    to: words.nameOf(match.to),
    service: regoService(match.service),
    except: except.map((entry) => regoExcept(entry, words)),
  };
}

function regoExcept({ from = 'any', to = 'any', service = 'any', during }: RuleExcept, { nameOf, windows }: Words): RegoExcept {
  const window = during === undefined ? undefined : windows(during);
  return {
    from: nameOf(from),
    to: nameOf(to),
    service: regoService(service),
    during:
      window === undefined
        ? null
        : { timezone: window.timezone, minutes: window.minutes.map(({ low, high }) => [Number(low), Number(high)]) },
  };
}

type SetTable = {
  readonly sets: { [name: string]: { readonly 4: readonly string[]; readonly 6: readonly string[] } };
  readonly nameOf: (selector: string) => string;
};

/** Sets are named by number: no word of a user's becomes a key. */
function setTable(resolve: Resolve): SetTable {
  const names = new Map<IntervalSet, string>();
  const sets: SetTable['sets'] = {};
  const nameOf = (selector: string): string => {
    if (selector === 'any') return 'any';
    const set = resolve(selector);
    const held = names.get(set);
    if (held !== undefined) return held;
    const name = `s${names.size}`;
    names.set(set, name);
    sets[name] = { 4: printCidrs(inFamily(set, 4)), 6: printCidrs(inFamily(set, 6)) };
    return name;
  };
  return { sets, nameOf };
}

function checkTimezones(rules: readonly RegoRule[]): void {
  const zones = new Set(rules.flatMap(({ except }) => except.flatMap(({ during }) => (during === null ? [] : [during.timezone]))));
  if (zones.size > 1)
    throw new EdictError('policy-timezones-mixed', `the policies speak of ${[...zones].map((zone) => `\`${zone}\``).join(' and ')}`, {
      expected: 'one time zone in all policies that are in force together',
    });
}
