/**
 * Policies for points that look at each packet by itself: lines of fields alone, without direction or connection state, in order
 * of weight (deny, allow, claim) and of rule.
 *
 * - A rule's exceptions are cut out of its match. One in a time window that the point cannot tell is left out of a deny or claim, and
 *   holds at every time on an allow: more is refused, never less.
 * - A rule on new connections speaks of every packet that its fields match. One that new connections through the point are not
 *   part of (`established` alone, or traffic to the point itself) is left out.
 * - What a point has no words for (ports of a protocol that it does not read) is said wider by a deny or claim and left out of an allow.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { families, type Family, inFamily } from '../../addresses.ts';
import { type Box, everything, foreignService, isEmpty, subtractBoxes } from '../../boxes.ts';
import { clausesOf, type NetworkClause } from '../../clauses.ts';
import { element } from '../../element.ts';
import { type IntervalSet, intersect, isSubset, subtract } from '../../intervals.ts';
import type { Policy, RuleEffect } from '../../model.ts';
import { flowSet } from '../../request/flow.ts';
import { resolver } from '../../resolve.ts';
import { anyService } from '../../service-selector.ts';
import { anyMinute } from '../../time-window.ts';
import { saidInstead, unsaidProtocols, type Words } from './services.ts';

export type StatelessLine = {
  /** `policy/rule`. */
  readonly id: string;
  readonly effect: RuleEffect;
  readonly decision: 'allow' | 'deny';
  readonly family: Family;
  /** Of addresses of that family alone. */
  readonly box: Box;
};

/** A rule that could not be said as it stands, why, and where that may show (`Loss.covers`). `flow`: only where rules ask for states or directions. */
export type Inexact = { readonly rule: string; readonly reason: string; readonly covers?: 'rule'; readonly about?: 'flow' };

export type Stateless = { readonly lines: readonly StatelessLine[]; readonly inexact: readonly Inexact[] };

const newThrough = flowSet({ directions: ['forward'], states: ['new'] });

/** What a packet filter between two networks sees: every packet that goes through it. */
const anyThrough = flowSet({ directions: ['forward'] });

const decisionOf: Readonly<Record<RuleEffect, StatelessLine['decision']>> = { deny: 'deny', allow: 'allow', claim: 'deny' };

const weight: Readonly<Record<RuleEffect, number>> = { deny: 0, allow: 1, claim: 2 };

/** Throws what `clausesOf` throws. */
export function statelessLines(policies: readonly Policy[], inventory: Inventory, words: Words): Stateless {
  const { rules, clauses, timezone } = clausesOf(policies, resolver(inventory));
  const isTold = timezone !== undefined && timezone === words.zone;
  const ofRule = rules.map((): NetworkClause[] => []);
  for (const clause of clauses) if (clause.role !== 'unsure') element(ofRule, clause.rule).push(clause);
  const said = rules
    .map((rule, index) => ({ ...rule, clauses: element(ofRule, index) }))
    .toSorted((a, b) => weight[a.effect] - weight[b.effect] || (a.id < b.id ? -1 : 1))
    .map((rule) => sayRule(rule, words, isTold));
  return { lines: said.flatMap(({ lines }) => lines), inexact: said.flatMap(({ inexact }) => inexact) };
}

type Spoken = { readonly id: string; readonly effect: RuleEffect; readonly clauses: readonly NetworkClause[] };

function sayRule({ id, effect, clauses }: Spoken, words: Words, isTold: boolean): Stateless {
  const inexact = [...whyInexact(id, effect, isTold ? clauses.filter((clause) => !isTimed(clause)) : clauses)];
  const lines: StatelessLine[] = [];
  for (const family of families) {
    for (const box of boxesOf(effect, clauses, isTold).map((each) => ofFamily(each, family))) {
      if (isEmpty(box)) continue;
      const unsaid = unsaidProtocols(box, family, words);
      const boxes = saidInstead(box, unsaid, effect === 'allow' ? 'narrower' : 'wider').filter((each) => !isEmpty(each));
      lines.push(...boxes.map((each) => ({ id, effect, decision: decisionOf[effect], family, box: each })));
      if (unsaid.length > 0) inexact.push({ rule: id, reason: reasonOf(effect, unsaid), covers: 'rule' });
    }
  }
  return { lines, inexact };
}

function reasonOf(effect: RuleEffect, unsaid: readonly number[]): string {
  return `it does not look into protocol ${unsaid.join(', ')}: ${effect === 'allow' ? 'that part is left out' : 'the whole of it is refused'}`;
}

/** Without what no packet of the family is, where that is not simply everything. */
function spoken(service: IntervalSet, family: Family): IntervalSet {
  return isSubset(anyService, service) ? service : subtract(service, foreignService(family));
}

function ofFamily(box: Box, family: Family): Box {
  const { destination, source, service } = box;
  return { ...box, destination: inFamily(destination, family), source: inFamily(source, family), service: spoken(service, family) };
}

function boxesOf(effect: RuleEffect, [match, ...excepts]: readonly NetworkClause[], isTold: boolean): readonly Box[] {
  if (match === undefined || !beginsHere(match)) return [];
  const holes = excepts
    .filter((except) => beginsHere(except) && (isTold || effect === 'allow' || !isTimed(except)))
    .map(({ box }) => ({ ...plain(box), ...(isTold ? { minute: box.minute } : {}) }));
  return subtractBoxes([plain(match.box)], holes).filter((box) => !isEmpty(box));
}

/** The fields that a packet shows by itself. */
function plain(box: Box): Box {
  return { ...box, flow: anyThrough, minute: everything.minute };
}

function beginsHere({ box }: NetworkClause): boolean {
  return intersect(box.flow, newThrough).length > 0;
}

function isTimed({ box }: NetworkClause): boolean {
  return !isSubset(anyMinute, box.minute);
}

function whyInexact(rule: string, effect: RuleEffect, [match, ...excepts]: readonly NetworkClause[]): readonly Inexact[] {
  if (match === undefined) return [];
  const instead = effect === 'allow' ? 'holds at every time' : 'is left out';
  const timed: readonly Inexact[] = excepts.some(isTimed) ? [{ rule, reason: `it has no time windows: the exception ${instead}` }] : [];
  const reason = 'it looks at packets that go through it, each by itself, whatever connection they belong to';
  return [...timed, { rule, reason, covers: 'rule', about: 'flow' }];
}
