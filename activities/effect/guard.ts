/**
 * The decision point before every effect: OPA is asked with who, what, where, how critical, when and how much already. It fails closed: no
 * answer is `dependency-unavailable`, and tried again. An undo is not asked for: giving back is always allowed.
 *
 * What is decided is recorded with the intent (store.effects.intend), and holds for all attempts at that effect: one that has begun is
 * finished or taken back, never left half done because the time of day has changed.
 */
import type { ActionCall } from '../contract.ts';
import { digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { BudgetClaim, GuardDecision, GuardQuestion } from '../../domain/guard/decision.ts';
import { claimsOf, questionOf, subjectsOf, type AskedEffect } from '../../domain/guard/question.ts';
import type { ApprovalRecord } from '../../domain/playbook/approval.ts';
import type { ActionStep } from '../../domain/playbook/plan.ts';
import type { EffectRow, GuardSituation, RunRow } from '../../store/port.ts';
import type { Ports } from '../ports.ts';
import { effectKey } from './receipt.ts';

export type GuardedEffect = {
  readonly call: ActionCall;
  readonly order: RunRow;
  readonly step: ActionStep;
  /** Enforcement points or outside systems. */
  readonly targets: readonly string[];
  readonly approval: ApprovalRecord | undefined;
  /** What the effect is about; the hosts, users and indicators of its parameters, else its targets, where not given. */
  readonly subjects?: readonly string[] | undefined;
  /** Where it was looked up already. */
  readonly situation?: GuardSituation | undefined;
};

/** What `store.effects.intend` takes besides the effect itself. */
export type Decision = {
  readonly decision: GuardDecision;
  readonly playbook: string;
  readonly subjects: readonly string[];
  readonly claims: readonly BudgetClaim[];
};

/** What the guard has to know besides the order. */
function situationOf({ store }: Ports, { call, step, targets, subjects }: GuardedEffect): Promise<GuardSituation> {
  return store.guard.situation({
    action: step.action,
    playbook: { run: call.run },
    subjects: (inventory) => subjects ?? subjectsOf(call.params, targets, inventory),
  });
}

/** Asks, and gives the decision whichever it is: the intent records it. */
async function ask(ports: Ports, effect: GuardedEffect): Promise<Decision> {
  const { call, order, step } = effect;
  const { playbook } = order;
  const situation = effect.situation ?? (await situationOf(ports, effect));
  const { subjects } = situation;
  const { version, digest, settings } = situation.settings;
  const question = questionOf(askedOf(effect, subjects), { ...situation, version, settings });
  const { allow, reasons, policy, id } = await ports.guard(question, { signal: ports.caller().signal });
  const asked = digestOf(question);
  const decision: GuardDecision = {
    id: id ?? `dec-${digestOf([effectKey(call), asked, policy]).slice('sha256:'.length, 'sha256:'.length + 24)}`,
    allow,
    reasons,
    policy,
    settings: { version, digest },
    question: asked,
    at: situation.now,
  };
  return { decision, playbook, subjects, claims: claimsOf(settings, step.action) };
}

/**
 * Asked and recorded: the intent of the effect, or `guard-denied` with the reasons. An effect that was intended before, `known`, is one
 * attempt more. With `decide`, which gives what to `intend`, the one way to an intent for activities.
 */
export async function intendGuarded(ports: Ports, effect: GuardedEffect, known: EffectRow | undefined): Promise<EffectRow> {
  return await intend(ports, effect, await decide(ports, effect, known), known);
}

export async function decide(ports: Ports, effect: GuardedEffect, known: EffectRow | undefined): Promise<Decision> {
  return known?.decision === undefined ? await ask(ports, effect) : decidedBefore(known, known.decision, effect.order);
}

// oxlint-disable-next-line max-params -- what was decided of what is known
export async function intend(ports: Ports, effect: GuardedEffect, decided: Decision, known: EffectRow | undefined): Promise<EffectRow> {
  const { call, order, step, approval } = effect;
  // What was meant the first time stays meant: a point that was added since is none of this effect's business.
  const { targets } = known ?? effect;
  const intent = { key: effectKey(call), run: call.run, step: call.step, action: step.action, targets, params: call.params };
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

function askedOf({ call, order, step, targets, approval }: GuardedEffect, subjects: readonly string[]): AskedEffect {
  const { requester, run, playbook, version, incident } = order;
  return {
    actor: { requester, run, playbook, version, ...(incident === undefined ? {} : { incident }) },
    ...(approval === undefined ? {} : { approval: approvalOf(approval) }),
    step: call.step,
    action: step.action,
    ...(step.undo === undefined ? {} : { undo: step.undo }),
    targets,
    subjects,
    params: call.params,
  };
}

function approvalOf({ id, votes, roles, digest, granted, review }: ApprovalRecord): NonNullable<GuardQuestion['approval']> {
  const wanted = granted?.digest ?? digest;
  const voters = votes.filter((vote) => vote.decision === 'approve' && vote.digest === wanted).map(({ by }) => by);
  const breakGlass = granted?.by === 'break-glass';
  return { id, approvedBy: breakGlass && review !== undefined ? [...voters, review.by] : voters, roles, breakGlass };
}
