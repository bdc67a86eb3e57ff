/** `approval`: asks roles and named people to accept the exact effects of the covered steps; reminds, escalates rung by rung, expires. */
import { digestOf, type Digest } from '../../../digest.ts';
import { EdictError } from '../../../errors.ts';
import type { Json } from '../../../json.ts';
import type { ApprovalPlan, BlastRadius } from '../../approval.ts';
import { shownOf } from '../../approval/shown.ts';
import { durationOf } from '../../duration.ts';
import type { ApprovalStep, Rung } from '../../plan.ts';
import { evaluateTemplate, evaluateTemplates, textOf } from '../../template.ts';
import { stay, type Kind, type Move } from '../move.ts';
import type { ApprovalGrant, ApprovalState, StepState, TimerState } from '../state.ts';
import { cancelTimer, scopeOf, startTimer, stepOfKind, timerId, type Turn } from '../turn.ts';
import { plannedEffect } from './action.ts';

export const approval: Kind<'approval'> = {
  enter: (turn, state, step) => {
    const scope = scopeOf(turn, state.prefix);
    const effects = step.of.map((id) => plannedEffect(turn, stepOfKind(turn, id, 'action'), state.prefix));
    const { run, playbook, version } = turn.state;
    const expiresAtMs = turn.nowMs + expiryOf(step, evaluateTemplate(step.expires, scope));
    const shown = shownOf(turn.plan, step, { effects, expiresAtMs, blastRadius: blastRadiusOf(turn, state.prefix) });
    const plan: ApprovalPlan = { run, playbook, version, step: state.key, effects, ...(shown ? { shown } : {}) };
    const covered = Object.fromEntries(effects.map((effect) => [effect.step, digestOf(effect)]));
    state.approval = { digest: digestOf(plan), covered, expiresAtMs };
    state.status = 'waiting';
    state.untilMs = expiresAtMs;
    turn.state.owed[`open:${state.key}`] = true;
    turn.commands.push({
      type: 'open-approval',
      step: state.key,
      plan,
      summary: textOf(evaluateTemplate(step.summary, scope)),
      facts: evaluateTemplates(step.facts, scope),
      roles: step.roles,
      ...(step.people ? { people: step.people } : {}),
      quorum: quorumOf(step, evaluateTemplate(step.quorum, scope)),
      expiresAtMs,
    });
    return stay;
  },
};

export function approvalOpened(turn: Turn, state: StepState, id: string, digest: Digest): Move {
  delete turn.state.owed[`open:${state.key}`];
  const approval = state.approval;
  if (!approval) return stay;
  approval.id = id;
  turn.state.approvals[id] = state.key;
  if (state.status !== 'waiting' || state.skip) return closed(turn, state, 'cancelled');
  if (digest !== approval.digest) {
    closeApproval(turn, state, 'cancelled');
    throw new EdictError('approval-digest-changed', `approval \`${id}\` is not of the plan that step \`${state.key}\` asked for`);
  }
  startTimers(turn, state, approval);
  const early = turn.state.early[id];
  const grant = turn.state.earlyGrants?.[id];
  delete turn.state.early[id];
  if (grant) delete turn.state.earlyGrants?.[id];
  return early ? approvalDecided(turn, state, { status: early, grant }) : stay;
}

export type Decision = {
  readonly status: 'approved' | 'denied' | 'expired' | 'cancelled';
  readonly grant?: ApprovalGrant | undefined;
};

/** The answer of a vote, or of the store when it closes the approval. */
export function approvalDecided(turn: Turn, state: StepState, { status, grant }: Decision): Move {
  delete turn.state.owed[`close:${state.key}`];
  const { approval } = state;
  if (state.status !== 'waiting' || approval?.id === undefined) return stay;
  const step = stepOfKind(turn, state.id, 'approval');
  endTimers(turn, state);
  state.outputs = { approval: approval.id, decision: status };
  if (status === 'denied' || status === 'expired') return { to: 'step', id: step[status], status };
  if (status === 'cancelled') throw new EdictError('approval-closed', `approval \`${approval.id}\` was closed without a decision`);
  const withheld = take(turn, approval, approval.id, grant);
  if (step.binds) state.outputs = { ...state.outputs, by: grant?.by ?? 'quorum', withheld };
  return { to: 'next', outputs: state.outputs };
}

/** Grants what was approved, and gives the keys of what was left out. */
function take(turn: Turn, { covered }: ApprovalState, approval: string, grant: ApprovalGrant | undefined): string[] {
  const left: string[] = [];
  for (const [key, digest] of Object.entries(covered)) {
    const granted = grant?.effects ? grant.effects[key] : { digest };
    if (turn.state.withheld) delete turn.state.withheld[key];
    if (granted) {
      turn.state.grants[key] = { approval, ...granted };
      continue;
    }
    delete turn.state.grants[key];
    (turn.state.withheld ??= {})[key] = approval;
    left.push(key);
  }
  return left;
}

/** What steps of the run found out, seen from where the approval stands. */
function blastRadiusOf(turn: Turn, prefix: string): readonly BlastRadius[] {
  const visible = Object.values(turn.state.steps).filter((state) => prefix.startsWith(state.prefix) && state.status === 'done');
  return visible.flatMap(({ key, id, outputs }) => {
    const step = turn.plan.steps[id];
    if (step?.kind !== 'action' || step.action !== 'context.blast-radius') return [];
    const { critical, peers, hosts } = outputs ?? {};
    if (typeof critical !== 'number' || typeof peers !== 'number' || !Array.isArray(hosts)) return [];
    return [{ step: key, critical, peers, hosts: (hosts as readonly Json[]).filter((host) => typeof host === 'string') }];
  });
}

export function rungsOf({ escalate = [] }: ApprovalStep): readonly Rung[] {
  return 'afterMs' in escalate ? [escalate] : escalate;
}

type Reminder = { readonly afterMs: number; readonly to: readonly string[]; readonly people: readonly string[] | undefined };

/** The step's own reminders, then those of each rung. */
function remindersOf(step: ApprovalStep): readonly Reminder[] {
  return [
    ...step.remindMs.map((afterMs) => ({ afterMs, to: step.roles, people: step.people })),
    ...rungsOf(step).flatMap(({ afterMs, to, people, remindMs = [] }) => remindMs.map((ms) => ({ afterMs: afterMs + ms, to, people }))),
  ];
}

export function approvalTimer(turn: Turn, state: StepState, { kind, number = 0 }: TimerState): void {
  const id = state.approval?.id;
  if (id === undefined || state.status !== 'waiting') return;
  const step = stepOfKind(turn, state.id, 'approval');
  if (kind === 'expiry') closeApproval(turn, state, 'expired');
  if (kind !== 'escalate' && kind !== 'remind') return;
  const asked = kind === 'escalate' ? rungsOf(step)[number] : remindersOf(step)[number];
  if (!asked) return;
  turn.commands.push({ type: 'escalate', approval: id, to: asked.to, ...(asked.people ? { people: asked.people } : {}), kind });
}

export function closeApproval(turn: Turn, state: StepState, status: 'expired' | 'cancelled'): void {
  const { approval } = state;
  endTimers(turn, state);
  if (approval?.id === undefined || approval.closing) return;
  approval.closing = true;
  turn.state.owed[`close:${state.key}`] = true;
  turn.commands.push({ type: 'close-approval', step: state.key, approval: approval.id, status });
}

function closed(turn: Turn, state: StepState, status: 'expired' | 'cancelled'): Move {
  closeApproval(turn, state, status);
  return stay;
}

function startTimers(turn: Turn, state: StepState, { expiresAtMs }: ApprovalState): void {
  const step = stepOfKind(turn, state.id, 'approval');
  const inTime = (afterMs: number): boolean => state.startedAtMs + afterMs > turn.nowMs && state.startedAtMs + afterMs < expiresAtMs;
  startTimer(turn, { kind: 'expiry', step: state.key, atMs: expiresAtMs });
  const start = (kind: 'remind' | 'escalate', { afterMs }: { readonly afterMs: number }, number: number): void => {
    if (inTime(afterMs)) startTimer(turn, { kind, step: state.key, atMs: state.startedAtMs + afterMs, number });
  };
  remindersOf(step).forEach((reminder, index) => start('remind', reminder, index));
  rungsOf(step).forEach((rung, index) => start('escalate', rung, index));
}

function endTimers(turn: Turn, state: StepState): void {
  const step = stepOfKind(turn, state.id, 'approval');
  cancelTimer(turn, timerId('expiry', state.key));
  rungsOf(step).forEach((_, index) => cancelTimer(turn, timerId('escalate', state.key, index)));
  remindersOf(step).forEach((_, index) => cancelTimer(turn, timerId('remind', state.key, index)));
}

function expiryOf(step: ApprovalStep, value: Json): number {
  const ms = durationOf(value);
  if (ms <= 0) throw new EdictError('expression-failed', `approval \`${step.id}\` would expire at once`);
  return ms;
}

function quorumOf(step: ApprovalStep, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw new EdictError('expression-failed', `the quorum of approval \`${step.id}\` is not a number of people`, { expected: '1 or more' });
}
