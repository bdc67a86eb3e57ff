/** `approval`: asks roles to accept the exact effects of the covered steps; reminds, escalates, expires. */
import { digestOf, type Digest } from '../../../digest.ts';
import { EdictError } from '../../../errors.ts';
import type { Json } from '../../../json.ts';
import type { ApprovalPlan } from '../../approval.ts';
import { durationOf } from '../../duration.ts';
import type { ApprovalStep } from '../../plan.ts';
import { evaluateTemplate, evaluateTemplates, textOf } from '../../template.ts';
import { stay, type Kind, type Move } from '../move.ts';
import type { ApprovalState, StepState, TimerState } from '../state.ts';
import { cancelTimer, scopeOf, startTimer, stepOfKind, timerId, type Turn } from '../turn.ts';
import { plannedEffect } from './action.ts';

export const approval: Kind<'approval'> = {
  enter: (turn, state, step) => {
    const scope = scopeOf(turn, state.prefix);
    const effects = step.of.map((id) => plannedEffect(turn, stepOfKind(turn, id, 'action'), state.prefix));
    const { run, playbook, version } = turn.state;
    const plan: ApprovalPlan = { run, playbook, version, step: state.key, effects };
    const expiresAtMs = turn.nowMs + expiryOf(step, evaluateTemplate(step.expires, scope));
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
  if (state.status !== 'waiting') return closed(turn, state, 'cancelled');
  if (digest !== approval.digest) {
    closeApproval(turn, state, 'cancelled');
    throw new EdictError('approval-digest-changed', `approval \`${id}\` is not of the plan that step \`${state.key}\` asked for`);
  }
  startTimers(turn, state, approval);
  const early = turn.state.early[id];
  delete turn.state.early[id];
  return early ? approvalDecided(turn, state, early) : stay;
}

/** The answer of a vote, or of the store when it closes the approval. */
export function approvalDecided(turn: Turn, state: StepState, status: 'approved' | 'denied' | 'expired' | 'cancelled'): Move {
  delete turn.state.owed[`close:${state.key}`];
  const { approval } = state;
  if (state.status !== 'waiting' || approval?.id === undefined) return stay;
  const step = stepOfKind(turn, state.id, 'approval');
  endTimers(turn, state);
  state.outputs = { approval: approval.id, decision: status };
  if (status === 'denied' || status === 'expired') return { to: 'step', id: step[status], status };
  if (status === 'cancelled') throw new EdictError('approval-closed', `approval \`${approval.id}\` was closed without a decision`);
  for (const [key, digest] of Object.entries(approval.covered)) turn.state.grants[key] = { approval: approval.id, digest };
  return { to: 'next', outputs: state.outputs };
}

export function approvalTimer(turn: Turn, state: StepState, { kind }: TimerState): void {
  const id = state.approval?.id;
  if (id === undefined || state.status !== 'waiting') return;
  const step = stepOfKind(turn, state.id, 'approval');
  if (kind === 'expiry') closeApproval(turn, state, 'expired');
  else if (kind === 'escalate') turn.commands.push({ type: 'escalate', approval: id, to: step.escalate?.to ?? [], kind });
  else if (kind === 'remind') turn.commands.push({ type: 'escalate', approval: id, to: step.roles, kind });
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
  step.remindMs.forEach(
    (afterMs, index) =>
      inTime(afterMs) && startTimer(turn, { kind: 'remind', step: state.key, atMs: state.startedAtMs + afterMs, number: index }),
  );
  if (step.escalate && inTime(step.escalate.afterMs))
    startTimer(turn, { kind: 'escalate', step: state.key, atMs: state.startedAtMs + step.escalate.afterMs });
}

function endTimers(turn: Turn, state: StepState): void {
  const step = stepOfKind(turn, state.id, 'approval');
  cancelTimer(turn, timerId('expiry', state.key));
  cancelTimer(turn, timerId('escalate', state.key));
  step.remindMs.forEach((_, index) => cancelTimer(turn, timerId('remind', state.key, index)));
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
