/**
 * Policies as a rulebase: lines of which the first that matches a new connection decides, without exceptions, each in the words that
 * devices have: a set of sources, a set of destinations, services, a schedule, and a verdict.
 *
 * A rule's exceptions are cut out of its match, which makes at most one line for each field of each exception. Lines of one weight
 * decide alike and stand in order of their rule's id, so that the order in which a policy lists its rules means nothing here.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { EdictError } from '../../../errors.ts';
import { element } from '../../element.ts';
import { type Box, isEmpty, subtractBoxes } from '../../boxes.ts';
import { comparedBox } from '../../compare.ts';
import { allRules, clausesOf, type ClauseRule, type NetworkClause } from '../../clauses.ts';
import { type ConnectionState, flowSet } from '../../request/flow.ts';
import { type IntervalSet, intersect, isEqual, isSubset, subtract } from '../../intervals.ts';
import type { AddressSelector, NetworkRule, Policy, RuleEffect, ServiceSelector } from '../../model.ts';
import { anyAddress } from '../../addresses.ts';
import { type Resolve, resolver } from '../../resolve.ts';
import { anyMinute } from '../../time-window.ts';
import type { Loss } from '../target.ts';
import { mark, nameOf, shortDigest } from './names.ts';
import { serviceEntries } from './services.ts';

export type Side = {
  /** Of the address object or group that holds the set; `any` for all addresses. */
  readonly name: string;
  readonly set: IntervalSet;
  /** By what the inventory says: an object of that name is made, whatever it holds. */
  readonly isNamed: boolean;
};

export type Line = {
  /** `policy/rule`. */
  readonly id: string;
  /** `policy.rule`, with the number of the part where the rule has several; unique, not yet cut to a device's length. */
  readonly name: string;
  readonly decision: 'allow' | 'deny';
  readonly from: Side;
  readonly to: Side;
  readonly box: Box;
  /** Absent: at every time. */
  readonly minutes: IntervalSet | undefined;
};

/** A rule of which a part is left out, and why; `unspoken`: what the device decides all the same where no rule speaks. */
export type Omission = Pick<Loss, 'rule' | 'direction' | 'reason'> & {
  readonly covers?:
    | 'unspoken'
    | { readonly from: AddressSelector }
    | { readonly to: AddressSelector }
    | { readonly service: ServiceSelector };
};

/** An allow that is left out lets less pass, a refusal more. */
export function omissionOf({ id, decision }: Pick<Line, 'id' | 'decision'>, reason: string): Omission {
  return { rule: id, direction: decision === 'allow' ? 'under-permits' : 'over-permits', reason };
}

export type Rulebase = {
  readonly lines: readonly Line[];
  /** Of every schedule; absent where there is none. */
  readonly timezone: string | undefined;
  /** Rules of which something concerns other messages than those that begin a connection through the device. */
  readonly omissions: readonly Omission[];
  /** Some request meets none of the lines: at the end the device must let pass what the policies do not speak of. */
  readonly isOpen: boolean;
};

/** What a device's rulebase is asked about: connections that begin, through the device. */
export const sessionFlow: IntervalSet = flowSet({ directions: ['forward'], states: ['new'] });

const decisionOf: Readonly<Record<RuleEffect, Line['decision']>> = { deny: 'deny', allow: 'allow', claim: 'deny' };
const weight: Readonly<Record<RuleEffect, number>> = { deny: 0, allow: 1, claim: 2 };

/** Throws what `clausesOf` throws, and `policy-invalid` for a time zone without a name. */
export function rulebaseOf(policies: readonly Policy[], inventory: Inventory): Rulebase {
  const resolve = resolver(inventory);
  const all = clausesOf(policies, resolve);
  const { rules, clauses, timezone } = all;
  if (timezone !== undefined && !/^[A-Za-z]/.test(timezone))
    throw new EdictError('policy-invalid', `no device has a time zone \`${timezone}\``, { expected: 'a name such as `Europe/Zurich`' });
  const written = new Map(allRules(policies).map(({ id, rule }) => [id, rule]));
  const ofRule = rules.map((): NetworkClause[] => []);
  for (const clause of clauses) if (clause.role !== 'unsure') element(ofRule, clause.rule).push(clause);
  const naming: Naming = { resolve, names: new Map(), flows: new Map() };
  const ordered = rules
    .map((rule, index) => ({ rule, clauses: element(ofRule, index) }))
    .toSorted((a, b) => weight[a.rule.effect] - weight[b.rule.effect] || (a.rule.id < b.rule.id ? -1 : 1));
  const lines = ordered.flatMap(({ rule, clauses: own }) => linesOf(rule, own, { naming, written: written.get(rule.id) }));
  const beyond = subtract(comparedBox(all).flow, sessionFlow);
  const omissions = clauses.flatMap(({ role, rule, box }) =>
    role === 'match' && intersect(box.flow, beyond).length > 0 ? [beyondSessions(element(rules, rule))] : [],
  );
  const unspoken = sessionStates.flatMap((state) => unspokenOf(policies, state));
  return { lines, timezone, omissions: [...omissions, ...unspoken], isOpen: !lines.some(coversEverything) };
}

function beyondSessions({ id, effect }: ClauseRule): Omission {
  const reason = 'the device asks its rules only about connections that begin, through it: other directions and states are left out';
  return omissionOf({ id, decision: decisionOf[effect] }, reason);
}

type SessionState = { readonly states: readonly ConnectionState[] } & Pick<Loss, 'direction' | 'reason'>;

/** What the device does by itself, for every message of a state. */
const sessionStates: readonly SessionState[] = [
  { states: ['established', 'related'], direction: 'over-permits', reason: 'whatever belongs to a session passes, without a rule' },
  { states: ['invalid'], direction: 'under-permits', reason: 'whatever belongs to no session and begins none is dropped, without a rule' },
];

/** Where a rule names such a state, the device decides on it also for others. */
function unspokenOf(policies: readonly Policy[], { states, direction, reason }: SessionState): readonly Omission[] {
  const naming = allRules(policies)
    .filter(({ rule }) => rule.match.state?.some((state) => states.includes(state)) === true)
    .map(({ id }) => id)
    .toSorted();
  return naming.slice(0, 1).map((rule) => ({ rule, direction, reason, covers: 'unspoken' }));
}

type Naming = {
  readonly resolve: Resolve;
  readonly names: Map<IntervalSet, string>;
  /** The part of a rule's flows that the rulebase is asked about. */
  readonly flows: Map<IntervalSet, IntervalSet>;
};

type Source = { readonly naming: Naming; readonly written: NetworkRule | undefined };

function linesOf({ id, effect }: ClauseRule, clauses: readonly NetworkClause[], { naming, written }: Source): readonly Line[] {
  const [match, ...excepts] = clauses;
  if (match === undefined) return [];
  const boxes = subtractBoxes(
    [atSessions(match.box, naming)],
    excepts.map(({ box }) => box),
  ).filter((box) => !isEmpty(box));
  return boxes.map((box, part) => ({
    id,
    name: `${id.replace('/', '.')}${boxes.length === 1 ? '' : `.${part + 1}`}`,
    decision: decisionOf[effect],
    from: sideOf(box.source, selectorsOf(written, 'from'), naming),
    to: sideOf(box.destination, selectorsOf(written, 'to'), naming),
    box,
    minutes: minutesOf(box.minute),
  }));
}

function atSessions(box: Box, { flows }: Naming): Box {
  const flow = flows.get(box.flow) ?? intersect(box.flow, sessionFlow);
  flows.set(box.flow, flow);
  return { ...box, flow };
}

/** "No time given", behind the week, is no time of a device. */
function minutesOf(minute: IntervalSet): IntervalSet | undefined {
  return isSubset(anyMinute, minute) ? undefined : intersect(minute, anyMinute);
}

function selectorsOf(rule: NetworkRule | undefined, side: 'from' | 'to'): readonly AddressSelector[] {
  if (rule === undefined) return [];
  return [rule.match, ...(rule.except ?? [])].flatMap((part) => part[side] ?? []);
}

function sideOf(set: IntervalSet, selectors: readonly AddressSelector[], { resolve, names }: Naming): Side {
  if (isEqual(set, anyAddress)) return { name: 'any', set, isNamed: false };
  const selector = selectors.find((each) => standsForNames.test(each) && isEqual(resolve(each), set));
  if (selector !== undefined) return { name: `${mark}${nameOf(selector.replace(':', '-'), 50)}`, set, isNamed: true };
  const held = names.get(set) ?? `${mark}set-${shortDigest(set.map(({ low, high }) => `${low}-${high}`).join(' '))}`;
  names.set(set, held);
  return { name: held, set, isNamed: false };
}

/** What the inventory says: such a set keeps its name when the inventory changes. */
const standsForNames = /^(?:zone|service|group|asset):/;

function coversEverything({ box, minutes, from, to }: Line): boolean {
  return from.name === 'any' && to.name === 'any' && minutes === undefined && serviceEntries(box.service, box.sourcePort) === 'any';
}
