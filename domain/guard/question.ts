/** The question to the decision point, made of what is known: the same for an effect that is about to happen and for one that is only tried. Pure. */
import { findAsset, nameOf } from '../context/find-asset.ts';
import type { Inventory } from '../context/inventory.ts';
import type { Json, JsonObject } from '../json.ts';
import type { BudgetClaim, BudgetUse, GuardQuestion, GuardSubject } from './decision.ts';
import { budgetsOf, readWindows, type GuardSettings } from './settings.ts';

export type AskedEffect = Pick<GuardQuestion, 'actor' | 'approval' | 'step' | 'action' | 'undo' | 'targets' | 'params'> & {
  readonly subjects: readonly string[];
};

export type GuardKnown = {
  readonly now: string;
  readonly usage: readonly BudgetUse[];
  readonly version: number;
  readonly settings: GuardSettings;
  readonly inventory: Inventory;
};

export function questionOf(effect: AskedEffect, { now, usage, version, settings, inventory }: GuardKnown): GuardQuestion {
  return {
    ...effect,
    params: shortened(effect.params),
    subjects: effect.subjects.map((name) => subjectOf(inventory, name, settings)),
    now,
    usage,
    settings: {
      version,
      windows: readWindows(settings),
      protected: settings.protected.map((entry) => ({ ...entry, actions: entry.actions ?? ['*'] })),
      criticality: settings.criticality,
    },
  };
}

function subjectOf(inventory: Inventory, name: string, { criticality }: GuardSettings): GuardSubject {
  const asset = findAsset(inventory, name);
  if (asset === undefined) return { name, known: false, criticality: criticality.unknownAs };
  const { zone, groups, owner } = asset;
  return { name: asset.name, known: true, criticality: asset.criticality, zone, groups, owner };
}

/** Parameters that say what an effect is about, by name. */
const subjectParams = ['asset', 'host', 'assets', 'hosts', 'user', 'users', 'account', 'mailbox', 'indicator', 'resource', 'bucket', 'key'];

/** The hosts, users and indicators of its parameters; where it has none, its targets. */
export function subjectsOf(params: JsonObject, targets: readonly string[], inventory: Inventory): readonly string[] {
  const named = subjectParams.flatMap((param) => {
    const value = params[param];
    return (Array.isArray(value) ? (value as readonly Json[]) : [value]).flatMap((one) => nameOf(one) ?? []);
  });
  // A host by its address is the same host as by its name.
  const subjects = named.map((name) => findAsset(inventory, name)?.name ?? name);
  return subjects.length > 0 ? [...new Set(subjects)] : targets;
}

/** The places in budgets that an effect takes. */
export function claimsOf(settings: GuardSettings, action: string): readonly BudgetClaim[] {
  return budgetsOf(settings, action).flatMap(({ name: budget, perMs, per, actions, perPlaybook, overall }) => {
    const claim = { budget, perMs, per, actions };
    return [
      ...(perPlaybook === undefined ? [] : [{ ...claim, scope: 'playbook' as const, limit: perPlaybook }]),
      ...(overall === undefined ? [] : [{ ...claim, scope: 'overall' as const, limit: overall }]),
    ];
  });
}

const longestText = 200;
const mostEntries = 5;

/** Enough to decide by; what is long is cut, what is deep is counted. */
function shortened(params: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, brief(value)]));
}

function brief(value: Json): Json {
  if (typeof value === 'string') return value.length > longestText ? `${value.slice(0, longestText)}…` : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return { count: value.length, first: value.slice(0, mostEntries).map((one: Json) => nameOf(one) ?? null) };
  return nameOf(value) ?? { fields: Object.keys(value).slice(0, 20) };
}
