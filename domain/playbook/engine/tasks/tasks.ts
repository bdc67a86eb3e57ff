/** Tasks for people as the engine keeps them: asked, reminded of, taken further, and closed. Of a step and of its undo alike. */
import { EdictError } from '../../../errors.ts';
import { durationOf } from '../../duration.ts';
import type { Rung, TaskPlan } from '../../plan.ts';
import { evaluateTemplate, textOf } from '../../template.ts';
import type { StepState, TaskState, TimerState } from '../state.ts';
import { cancelTimer, faultOf, invocationOf, scopeOf, startTimer, stepOfKind, timerId, type Turn } from '../turn.ts';

const longestInstructions = 4_000;

/** As text, since it may have to be said later, when what it was made of is gone. */
export type TaskText = { readonly instructions: string; readonly expires: string };

/** Throws where it cannot be had. */
export function expiryOf(turn: Turn, { id, prefix }: StepState, { expires }: TaskPlan): string {
  const text = evaluateTemplate(expires, scopeOf(turn, prefix));
  if (typeof text !== 'string' || durationOf(text) <= 0)
    throw new EdictError('expression-failed', `the task of step \`${id}\` would expire at once`);
  return text;
}

export function instructionsOf(turn: Turn, { prefix }: StepState, { instructions }: TaskPlan): string {
  return textOf(evaluateTemplate(instructions, scopeOf(turn, prefix))).slice(0, longestInstructions);
}

/** What a person reads who is to take it back: it is said even where not all of it can be. */
export function undoTextOf(turn: Turn, state: StepState, task: TaskPlan): TaskText {
  const expires = expiryOf(turn, state, task);
  try {
    return { expires, instructions: instructionsOf(turn, state, task) };
  } catch (error) {
    return { expires, instructions: `take back what step \`${state.key}\` did (${faultOf(error).message.slice(0, 500)})` };
  }
}

export type Asking = TaskText & { readonly undo: boolean };

export function askTask(turn: Turn, state: StepState, { instructions, expires, undo }: Asking): void {
  const step = stepOfKind(turn, state.id, 'manual');
  const { roles, people, outputs } = (undo ? step.undo : undefined) ?? step;
  const expiresAtMs = turn.nowMs + durationOf(expires);
  state[undo ? 'undoTask' : 'task'] = { askedAtMs: turn.nowMs, expiresAtMs };
  const title = `${undo ? 'take back: ' : ''}${step.title ?? step.id}`;
  const invocation = invocationOf(turn, state);
  turn.commands.push({
    type: 'open-task',
    step: state.key,
    invocation,
    undo,
    title,
    instructions,
    outputs,
    roles,
    people,
    expiresAtMs,
  });
}

/** The task that is open now. */
export const openTask = ({ task, undoTask }: StepState): TaskState | undefined => undoTask ?? task;

export function taskTimer(turn: Turn, state: StepState, { kind, number = 0 }: TimerState): void {
  const task = openTask(state);
  if (task?.id === undefined) return;
  if (kind === 'expiry') return closeTask(turn, state, 'expired');
  if (kind !== 'remind' && kind !== 'escalate') return;
  const plan = planOf(turn, state);
  const asked = kind === 'escalate' ? plan.escalate?.[number] : remindersOf(plan)[number];
  if (asked) turn.commands.push({ type: 'escalate-task', task: task.id, to: asked.to, people: asked.people ?? [], kind });
}

type Reminder = Pick<Rung, 'afterMs' | 'to' | 'people'>;

/** The task's own, then those of each rung. */
function remindersOf({ remindMs, roles, people, escalate = [] }: TaskPlan): readonly Reminder[] {
  return [
    ...remindMs.map((afterMs) => ({ afterMs, to: roles, people })),
    ...escalate.flatMap((rung) => (rung.remindMs ?? []).map((ms) => ({ ...rung, afterMs: rung.afterMs + ms }))),
  ];
}

/** What the store answers decides: the answer may have come first. */
export function closeTask(turn: Turn, state: StepState, status: 'expired' | 'cancelled'): void {
  const task = openTask(state);
  endTaskTimers(turn, state);
  if (task?.id === undefined || task.closing) return;
  task.closing = true;
  const undo = state.undoTask !== undefined;
  if (!undo) turn.state.owed[`close:${state.key}`] = true;
  turn.commands.push({ type: 'close-task', step: state.key, undo, task: task.id, status });
}

export function startTaskTimers(turn: Turn, state: StepState, { askedAtMs, expiresAtMs }: TaskState): void {
  const plan = planOf(turn, state);
  const start = (kind: 'remind' | 'escalate', { afterMs }: Reminder, number: number): void => {
    const atMs = askedAtMs + afterMs;
    if (atMs > turn.nowMs && atMs < expiresAtMs) startTimer(turn, { kind, step: state.key, atMs, number });
  };
  startTimer(turn, { kind: 'expiry', step: state.key, atMs: expiresAtMs });
  remindersOf(plan).forEach((reminder, number) => start('remind', reminder, number));
  plan.escalate?.forEach((rung, number) => start('escalate', rung, number));
}

export function endTaskTimers(turn: Turn, state: StepState): void {
  const plan = planOf(turn, state);
  cancelTimer(turn, timerId('expiry', state.key));
  remindersOf(plan).forEach((_, number) => cancelTimer(turn, timerId('remind', state.key, number)));
  plan.escalate?.forEach((_, number) => cancelTimer(turn, timerId('escalate', state.key, number)));
}

function planOf(turn: Turn, state: StepState): TaskPlan {
  const step = stepOfKind(turn, state.id, 'manual');
  return (state.undoTask ? step.undo : undefined) ?? step;
}
