/**
 * Rules that say the same but in one place become one, where a single selector says both: services, networks that make a larger
 * one or a range, or assets that are just what a name of the inventory holds.
 */
import type { Inventory } from '../../context/inventory.ts';
import { familyOf, printAddress } from '../addresses.ts';
import { element } from '../element.ts';
import { type Interval, type IntervalSet, isEqual, union } from '../intervals.ts';
import type { NetworkRule, Rule } from '../model.ts';
import { type Resolve, resolver, selectorsOf } from '../resolve.ts';
import { hasPorts, maxPort, protocolName, selectedServices, serviceAt } from '../service-selector.ts';

export type Merge = { readonly into: string; readonly from: readonly string[] };

export type Merged = { readonly rules: readonly Rule[]; readonly merges: readonly Merge[] };

const places = ['from', 'to', 'service'] as const;
type Place = (typeof places)[number];

/** In the order of the first rule of each merge; until no two can be merged. */
export function mergeRules(rules: readonly Rule[], inventory: Inventory): Merged {
  const words = wordsOf(inventory);
  let merged: Merged = { rules, merges: [] };
  for (let again = true; again;) {
    const before = merged.rules.length;
    for (const place of places) merged = mergeIn(merged, place, words);
    again = merged.rules.length < before;
  }
  return merged;
}

type Words = {
  readonly setOf: (place: Place, selector: string) => IntervalSet;
  /** A selector of exactly this set. */
  readonly say: (place: Place, set: IntervalSet) => string | undefined;
};

function wordsOf(inventory: Inventory): Words {
  const resolve = resolver(inventory);
  const named = namesBySet(resolve, inventory);
  return {
    setOf: (place, selector) => (place === 'service' ? selectedServices(selector) : resolve(selector)),
    say: (place, set) => (place === 'service' ? serviceText(set) : (named(set) ?? addressText(set))),
  };
}

function namesBySet(resolve: Resolve, inventory: Inventory): (set: IntervalSet) => string | undefined {
  const key = (set: IntervalSet) => set.map(({ low, high }) => `${low}-${high}`).join(' ');
  const names = new Map<string, string>();
  for (const selector of selectorsOf(inventory)) {
    const set = emptyWhereUnknown(resolve, selector);
    if (set.length > 0 && !names.has(key(set))) names.set(key(set), selector);
  }
  return (set) => names.get(key(set));
}

/** A name that holds no address is refused by the resolver. */
function emptyWhereUnknown(resolve: Resolve, selector: string): IntervalSet {
  try {
    return resolve(selector);
  } catch {
    return [];
  }
}

/** One run of one family, as the network that it is, or as a range. */
function addressText(set: IntervalSet): string | undefined {
  const [only, ...others] = set;
  if (only === undefined || others.length > 0 || familyOf(only.low) !== familyOf(only.high)) return undefined;
  const [low, high] = [printAddress(only.low), printAddress(only.high)];
  if (low === high) return low;
  const size = only.high - only.low + 1n;
  const bits = size.toString(2).length - 1;
  const width = familyOf(only.low) === 4 ? 32 : 128;
  const isNetwork = size === 1n << BigInt(bits) && only.low % size === 0n;
  return isNetwork ? `${low}/${width - bits}` : `${low}-${high}`;
}

/** More than these are easier to read as several rules. */
const mostServices = 8;

/** Runs of ports, by comma. */
function serviceText(set: IntervalSet): string | undefined {
  if (set.length > mostServices) return undefined;
  const texts = set.map(runText);
  const text = texts.includes(undefined) ? undefined : texts.join(',');
  return text !== undefined && isEqual(selectedServices(text), set) ? text : undefined;
}

function runText({ low, high }: Interval): string | undefined {
  const [first, last] = [serviceAt(low), serviceAt(high)];
  const name = protocolName(first.protocol);
  if (name === undefined || first.protocol !== last.protocol || !hasPorts(first.protocol)) return undefined;
  if (first.detail === last.detail) return `${name}/${first.detail}`;
  return first.detail === 0 && last.detail === maxPort ? name : `${name}/${first.detail}-${last.detail}`;
}

function mergeIn({ rules, merges }: Merged, place: Place, words: Words): Merged {
  const groups = new Map<string, NetworkRule[]>();
  for (const rule of rules) {
    if (rule.kind !== 'network' || rule.exception !== undefined) continue;
    const key = keyWithout(rule, place);
    groups.set(key, [...(groups.get(key) ?? []), rule]);
  }
  const replaced = new Map<string, NetworkRule | undefined>();
  const found: Merge[] = [];
  for (const group of groups.values()) {
    const one = group.length < 2 ? undefined : mergeGroup(group, place, words);
    for (const { rule, from } of one ?? []) {
      for (const gone of from) replaced.set(gone, undefined);
      replaced.set(rule.id, rule);
      found.push({ into: rule.id, from });
    }
  }
  const left = rules.flatMap((rule) => (replaced.has(rule.id) ? (replaced.get(rule.id) ?? []) : [rule]));
  return { rules: left, merges: [...merges, ...found] };
}

/** Everything that a rule says, but its id, its requirement and the place. */
function keyWithout({ id: _id, requirement: _requirement, match, ...rest }: NetworkRule, place: Place): string {
  return JSON.stringify([rest, { ...match, [place]: '' }]);
}

type GroupMerge = { readonly rule: NetworkRule; readonly from: readonly string[] };

/** All of them where one selector says so, else neighbours as they lie on the line. */
function mergeGroup(group: readonly NetworkRule[], place: Place, words: Words): readonly GroupMerge[] {
  const whole = sayTogether(group, place, words);
  if (whole !== undefined) return [whole];
  const start = (rule: NetworkRule) => element(words.setOf(place, rule.match[place]), 0).low;
  const ordered = group.toSorted((a, b) => (start(a) < start(b) ? -1 : 1));
  const found: GroupMerge[] = [];
  for (let at = 0; at < ordered.length;) {
    let run: GroupMerge | undefined;
    let end = at + 1;
    for (; end < ordered.length; end += 1) {
      const longer = sayTogether(ordered.slice(at, end + 1), place, words);
      if (longer === undefined) break;
      run = longer;
    }
    if (run !== undefined) found.push(run);
    at = end;
  }
  return found;
}

function sayTogether(group: readonly NetworkRule[], place: Place, words: Words): GroupMerge | undefined {
  const set = union(...group.map((rule) => words.setOf(place, rule.match[place])));
  const selector = words.say(place, set);
  if (selector === undefined) return undefined;
  const [first, ...others] = group;
  if (first === undefined) return undefined;
  return { rule: { ...first, match: { ...first.match, [place]: selector } }, from: others.map(({ id }) => id) };
}
