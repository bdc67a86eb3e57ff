/**
 * The decision point before every effect: OPA is asked with who, what, where, how critical, when and how much already. It fails closed: no
 * answer is `dependency-unavailable`, and tried again. An undo is not asked for: giving back is always allowed.
 *
 * What is decided is recorded with the intent (store.effects.intend), and holds for all attempts at that effect: one that has begun is
 * finished or taken back, never left half done because the time of day has changed.
 */
import type { ActionCall } from '../contract.ts';
import type { Inventory } from '../../domain/context/inventory.ts';
import { digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { BudgetClaim, GuardDecision, GuardQuestion, GuardSubject } from '../../domain/guard/decision.ts';
import { budgetsOf, readWindows, type GuardSettings } from '../../domain/guard/settings.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { ApprovalRecord } from '../../domain/playbook/approval.ts';
import type { ActionStep } from '../../domain/playbook/plan.ts';
import type { EffectRow, GuardSituation, RunRow } from '../../store/port.ts';
import { findAsset, nameOf } from '../find-asset.ts';
import type { Ports } from '../ports.ts';
import { effectKey } from './receipt.ts';

export type GuardedEffect = {
  readonly call: ActionCall;
  readonly order: RunRow;
  readonly step: ActionStep;
  /** Enforcement points or outside systems. */
  readonly targets: readonly string[];
  readonly approval: ApprovalRecord | undefined;
  /** What the effect is about; the assets, users and indicators of its parameters, else its targets, where not given. */
  readonly subjects?: readonly string[] | undefined;
};

/** What `store.effects.intend` takes besides the effect itself. */
export type Decision = {
  readonly decision: GuardDecision;
  readonly playbook: string;
  readonly subjects: readonly string[];
  readonly claims: readonly BudgetClaim[];
};

/** Asks, and gives the decision whichever it is: the intent records it. */
export async function guard(ports: Ports, effect: GuardedEffect): Promise<Decision> {
  const { order } = effect;
  const { action } = effect.step;
  const subjects = effect.subjects ?? subjectsOf(effect);
  const [situation, inventory] = await Promise.all([
    ports.store.guard.situation({ action, playbook: order.playbook, subjects }),
    ports.store.context.inventory(),
  ]);
  const question = questionOf(effect, { situation, subjects, inventory });
  const { allow, reasons, policy, id } = await ports.guard(question, { signal: ports.caller().signal });
  const asked = digestOf(question);
  const { version, digest, settings } = situation.settings;
  const decision: GuardDecision = {
    id: id ?? `dec-${digestOf([effectKey(effect.call), asked, policy]).slice('sha256:'.length, 'sha256:'.length + 24)}`,
    allow,
    reasons,
    policy,
    settings: { version, digest },
    question: asked,
    at: situation.now,
  };
  return { decision, playbook: order.playbook, subjects, claims: claimsOf(settings, action) };
}

/**
 * Asked and recorded: the intent of the effect, or `guard-denied` with the reasons. An effect that was intended before is one attempt more.
 * The one way to an intent for activities.
 */
export async function intendGuarded(ports: Ports, effect: GuardedEffect, known?: EffectRow): Promise<EffectRow> {
  const { call, order, step, targets, approval } = effect;
  const key = effectKey(call);
  const row = known ?? (await ports.store.effects.get(key));
  const decided = row?.decision === undefined ? await guard(ports, effect) : decidedBefore(row, row.decision, order);
  // What was meant the first time stays meant: a point that was added since is none of this effect's business.
  const intent = { key, run: call.run, step: call.step, action: step.action, targets: row?.targets ?? targets, params: call.params };
  const intended = await ports.store.effects.intend({ ...intent, approval: approval?.id, ...decided }, order.requester);
  if (intended.status === 'denied') throw denied(call, intended);
  return intended;
}

function decidedBefore({ subjects, playbook }: EffectRow, decision: GuardDecision, order: RunRow): Decision {
  return { decision, playbook: playbook ?? order.playbook, subjects, claims: [] };
}

function denied({ step }: ActionCall, { error, decision }: EffectRow): EdictError {
  return new EdictError('guard-denied', error?.message ?? 'the guard refused it', {
    where: step,
    help: `decision ${decision?.id ?? 'unknown'}: \`edict guard show\` says what is allowed`,
  });
}

function claimsOf(settings: GuardSettings, action: string): readonly BudgetClaim[] {
  return budgetsOf(settings, action).flatMap(({ name: budget, perMs, per, actions, perPlaybook, overall }) => {
    const claim = { budget, perMs, per, actions };
    return [
      ...(perPlaybook === undefined ? [] : [{ ...claim, scope: 'playbook' as const, limit: perPlaybook }]),
      ...(overall === undefined ? [] : [{ ...claim, scope: 'overall' as const, limit: overall }]),
    ];
  });
}

type Known = { readonly situation: GuardSituation; readonly subjects: readonly string[]; readonly inventory: Inventory };

function questionOf(effect: GuardedEffect, { situation, subjects, inventory }: Known): GuardQuestion {
  const { call, order, step, targets, approval } = effect;
  const { settings, version } = situation.settings;
  return {
    actor: {
      requester: order.requester,
      run: order.run,
      playbook: order.playbook,
      version: order.version,
      ...(order.incident === undefined ? {} : { incident: order.incident }),
    },
    ...(approval === undefined ? {} : { approval: approvalOf(approval) }),
    step: call.step,
    action: step.action,
    ...(step.undo === undefined ? {} : { undo: step.undo }),
    targets,
    subjects: subjects.map((name) => subjectOf(inventory, name, settings)),
    params: shortened(call.params),
    now: situation.now,
    usage: situation.usage,
    settings: {
      version,
      windows: readWindows(settings),
      protected: settings.protected.map((entry) => ({ ...entry, actions: entry.actions ?? ['*'] })),
      criticality: settings.criticality,
    },
  };
}

function approvalOf(approval: ApprovalRecord): NonNullable<GuardQuestion['approval']> {
  const { id, votes, roles, digest } = approval;
  const approvedBy = votes.filter((vote) => vote.decision === 'approve' && vote.digest === digest).map(({ by }) => by);
  return { id, approvedBy, roles, breakGlass: approval.breakGlass !== undefined };
}

function subjectOf(inventory: Inventory, name: string, { criticality }: GuardSettings): GuardSubject {
  const asset = findAsset(inventory, name);
  if (asset === undefined) return { name, known: false, criticality: criticality.unknownAs };
  const { zone, groups, owner } = asset;
  return { name: asset.name, known: true, criticality: asset.criticality, zone, groups, owner };
}

/** Parameters that say what an effect is about, by name. */
const subjectParams = ['asset', 'host', 'assets', 'hosts', 'user', 'users', 'account', 'mailbox', 'indicator', 'resource', 'bucket', 'key'];

function subjectsOf({ call, targets }: GuardedEffect): readonly string[] {
  const named = subjectParams.flatMap((param) => {
    const value = call.params[param];
    return (Array.isArray(value) ? (value as readonly Json[]) : [value]).flatMap((one) => nameOf(one) ?? []);
  });
  return named.length > 0 ? [...new Set(named)] : targets;
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
