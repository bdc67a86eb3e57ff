/** The difference between two states of access or AI rules, in meaning: what became of each rule, with a request that shows it. */
import type { Inventory } from '../../context/inventory.ts';
import type { Decision, Policy } from '../model.ts';
import { aiRequestOf } from '../access/ai.ts';
import { walkAccess } from '../access/compare.ts';
import { type AccessDecider, decideAccess, prepareAccess } from '../access/decide.ts';
import { directoryOf } from '../access/directory.ts';
import { entityStore, type EntityStore } from '../access/entity-store.ts';
import type { AccessClause } from '../access/interpret.ts';
import type { AccessRequest, AiRequest } from '../access/model.ts';
import { type AccessKind, accessRules } from '../access/policies.ts';
import { type NamedRule, readRules } from '../access/read-rule.ts';

export type ShownAccessChange = { readonly request: AccessRequest | AiRequest; readonly before: Decision; readonly after: Decision };

export type AccessRuleChange = {
  readonly rule: string;
  readonly change: 'added' | 'removed' | 'widened' | 'narrowed' | 'changed';
  readonly witness?: ShownAccessChange | undefined;
};

export type AccessDiff = {
  readonly equal: boolean;
  readonly witness?: ShownAccessChange | undefined;
  readonly rules: readonly AccessRuleChange[];
};

type NamedRules = readonly NamedRule[];

type Sides = readonly [readonly AccessClause[], readonly AccessClause[]];

type Diffing = {
  readonly store: EntityStore;
  readonly timezone: string | undefined;
  readonly show: (request: AccessRequest) => ShownAccessChange;
};

/** Throws `policy-name-unknown`, `policy-invalid`, `policy-timezones-mixed` and `input-too-large`. */
export function diffAccess(before: readonly Policy[], after: readonly Policy[], inventory: Inventory, kind: AccessKind): AccessDiff {
  const named: readonly [NamedRules, NamedRules] = [accessRules(before, kind), accessRules(after, kind)];
  if (named.every((rules) => rules.length === 0)) return { equal: true, rules: [] };
  // Read together, so that windows in two time zones are told.
  const { timezone } = readRules(named.flat(), inventory);
  const sides = [readRules(named[0], inventory).clauses, readRules(named[1], inventory).clauses] as const;
  const deciders = [prepareAccess(named[0], inventory), prepareAccess(named[1], inventory)] as const;
  const diffing = { store: entityStore(directoryOf(inventory)), timezone, show: shower(deciders, kind) };
  const different = firstRequest(sides, diffing);
  return {
    equal: different === undefined,
    ...(different === undefined ? {} : { witness: diffing.show(different) }),
    rules: ruleChanges(sides, named, diffing),
  };
}

function shower([before, after]: readonly [AccessDecider, AccessDecider], kind: AccessKind): Diffing['show'] {
  return (request) => ({
    request: kind === 'ai' ? aiRequestOf(request) : request,
    before: decideAccess(before, request).decision,
    after: decideAccess(after, request).decision,
  });
}

function firstRequest(
  sides: Sides,
  { store, timezone }: Diffing,
  wanted: (before: Decision, after: Decision) => boolean = () => true,
): AccessRequest | undefined {
  let found: AccessRequest | undefined;
  walkAccess({ sides, store, timezone }, ({ request, decisions: [before, after] }) => {
    if (!wanted(before, after)) return false;
    found = request;
    return true;
  });
  return found;
}

function ruleChanges([old, fresh]: Sides, named: readonly [NamedRules, NamedRules], diffing: Diffing): readonly AccessRuleChange[] {
  const texts = named.map((rules) => new Map(rules.map(({ id, rule }) => [id, wordsOf(rule)])));
  const ids = [...new Set([...old, ...fresh].map(({ id }) => id))];
  return ids.flatMap((id): readonly AccessRuleChange[] => {
    if (texts[0]?.get(id) === texts[1]?.get(id)) return [];
    const [before, after] = [old.filter((clause) => clause.id === id), fresh.filter((clause) => clause.id === id)];
    const { change, request } = changeOf([before, after], diffing);
    if (change === undefined) return [];
    return [{ rule: id, change, ...(request === undefined ? {} : { witness: diffing.show(request) }) }];
  });
}

/** What decides. */
function wordsOf({ effect, match, except }: NamedRules[number]['rule']): string {
  return JSON.stringify([effect, match, except ?? []]);
}

type Change = { readonly change: AccessRuleChange['change'] | undefined; readonly request: AccessRequest | undefined };

function changeOf([before, after]: Sides, diffing: Diffing): Change {
  // What a rule matches, whatever its effect.
  const matches: Sides = [before.map(allowing), after.map(allowing)];
  const gained = firstRequest(matches, diffing, (then, now) => then !== 'allow' && now === 'allow');
  const gone = firstRequest(matches, diffing, (then, now) => then === 'allow' && now !== 'allow');
  const request = gained ?? gone;
  if (before.length === 0) return { change: 'added', request };
  if (after.length === 0) return { change: 'removed', request };
  if (before[0]?.effect !== after[0]?.effect) return { change: 'changed', request: request ?? firstRequest([before, after], diffing) };
  if (request !== undefined) return { change: reachOf(gained, gone), request };
  const erring = firstRequest(matches, diffing);
  return { change: erring === undefined ? undefined : 'changed', request: erring };
}

function reachOf(gained: AccessRequest | undefined, gone: AccessRequest | undefined): AccessRuleChange['change'] {
  if (gained === undefined) return 'narrowed';
  return gone === undefined ? 'widened' : 'changed';
}

function allowing(clause: AccessClause): AccessClause {
  return { ...clause, effect: 'allow' };
}
