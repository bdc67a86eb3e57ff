/**
 * Policies as what a point that keeps state can say of new connections: lines of addresses and services alone, in order of weight
 * (deny, allow, claim) and of id, so that the order of files and rules changes nothing.
 *
 * What a language has no words for (times, source ports, a protocol's ports) is said so that more is refused, never less: a deny or
 * claim is widened, an allow narrowed, and exceptions the other way round. What cannot be widened to anything sayable is left out.
 * Each rule of which that is true is `inexact`.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { type Box, everything, isEmpty, subtractBoxes } from '../../boxes.ts';
import { clausesOf, type NetworkClause } from '../../clauses.ts';
import { element } from '../../element.ts';
import { intersect, type IntervalSet, isEqual, isSubset } from '../../intervals.ts';
import type { Policy, RuleEffect } from '../../model.ts';
import { anySourcePort, flowSet, noSourcePort } from '../../request/flow.ts';
import { resolver } from '../../resolve.ts';
import { anyMinute } from '../../time-window.ts';

export type Entry = {
  /** `policy/rule`. */
  readonly id: string;
  readonly effect: RuleEffect;
  readonly decision: 'allow' | 'deny';
  /** Every minute, the language's flows; source ports as they are where the language has them. */
  readonly box: Box;
};

export type Inexact = { readonly rule: string; readonly reason: string };

export type Language = {
  readonly sourcePorts: boolean;
  /** The largest set within, or the smallest around, that it can say; `around` may fall short where there is none. */
  readonly services: (set: IntervalSet, how: 'within' | 'around') => IntervalSet;
  /** What its services lack, for people. */
  readonly lacks: string;
  /** Why a rule is not said as it stands that is about one direction, or about other packets than those that begin a connection. */
  readonly flows: string;
  /** The flows that what is said is about. */
  readonly about: IntervalSet;
};

export type Entries = { readonly entries: readonly Entry[]; readonly inexact: readonly Inexact[] };

const weight: Readonly<Record<RuleEffect, number>> = { deny: 0, allow: 1, claim: 2 };

const anyNew = flowSet({ states: ['new'] });

const newThrough = flowSet({ directions: ['forward'], states: ['new'] });

/** Throws what `clausesOf` throws. */
export function entriesOf(policies: readonly Policy[], inventory: Inventory, language: Language): Entries {
  const { rules, clauses } = clausesOf(policies, resolver(inventory));
  const ofRule = rules.map((): NetworkClause[] => []);
  for (const clause of clauses) if (clause.role !== 'unsure') element(ofRule, clause.rule).push(clause);
  const said = rules
    .map(({ id, effect }, index) => ({ id, effect, clauses: element(ofRule, index) }))
    .toSorted((a, b) => weight[a.effect] - weight[b.effect] || (a.id < b.id ? -1 : 1))
    .map((rule) => sayRule(rule, language));
  return { entries: said.flatMap(({ entries }) => entries), inexact: said.flatMap(({ inexact }) => inexact) };
}

type Spoken = { readonly id: string; readonly effect: RuleEffect; readonly clauses: readonly NetworkClause[] };

function sayRule({ id, effect, clauses: [match, ...excepts] }: Spoken, language: Language): Entries {
  if (match === undefined) return { entries: [], inexact: [] };
  const reasons = new Set<string>();
  if (!isSubset(anyNew, match.box.flow) || !isSubset(match.box.flow, anyNew)) reasons.add(language.flows);
  if (!begins(match)) return { entries: [], inexact: [...reasons].map((reason) => ({ rule: id, reason })) };
  const [outer, inner] = effect === 'allow' ? (['within', 'around'] as const) : (['around', 'within'] as const);
  const whole = say(match.box, { how: outer, language, reasons });
  const holes = excepts.filter(begins).map(({ box }) => say(box, { how: inner, language, reasons }));
  const boxes = subtractBoxes([whole], holes)
    .map((box) => ({ ...box, service: sayServices(box.service, { how: outer, language, reasons }) }))
    .filter((box) => !isEmpty(box));
  const decision = effect === 'allow' ? 'allow' : 'deny';
  return {
    entries: boxes.map((box) => ({ id, effect, decision, box })),
    inexact: [...reasons].map((reason) => ({ rule: id, reason })),
  };
}

function begins({ box }: NetworkClause): boolean {
  return intersect(box.flow, newThrough).length > 0;
}

type Saying = { readonly how: 'within' | 'around'; readonly language: Language; readonly reasons: Set<string> };

const allPorts: IntervalSet = [{ low: 0n, high: BigInt(noSourcePort - 1) }];

function say(box: Box, { how, language, reasons }: Saying): Box {
  const [minute, anyTime] = wholly(box.minute, anyMinute, everything.minute, how);
  const [sourcePort, anyPort] = language.sourcePorts ? [box.sourcePort, true] : wholly(box.sourcePort, allPorts, anySourcePort, how);
  const service = sayServices(box.service, { how, language, reasons });
  if (!anyTime) reasons.add('it has no time windows');
  if (!anyPort) reasons.add('it has no source ports');
  return { ...box, minute, sourcePort, service, flow: language.about };
}

function sayServices(set: IntervalSet, { how, language, reasons }: Saying): IntervalSet {
  const service = language.services(set, how);
  if (!isEqual(service, set)) reasons.add(language.lacks);
  return service;
}

/** All of a line, or nothing of it. */
function wholly(set: IntervalSet, whole: IntervalSet, full: IntervalSet, how: Saying['how']): readonly [IntervalSet, boolean] {
  if (isSubset(whole, set)) return [full, true];
  return [how === 'within' ? [] : full, false];
}
