/** `manual`: a task for a person, and the typed answer to it. Its undo is another task, for when the run goes back. */
import type { ManualStep } from '../../plan.ts';
import { leaseOf, recordManual } from '../effects.ts';
import { stay, type Kind, type Move } from '../move.ts';
import type { Fault, StepState, TaskAnswer } from '../state.ts';
import { askTask, closeTask, endTaskTimers, expiryOf, instructionsOf, startTaskTimers } from '../tasks/tasks.ts';
import { evaluateTemplate, textOf } from '../../template.ts';
import { scopeOf, stepOfKind, type Turn } from '../turn.ts';
import { tooLate } from './action.ts';

export const manual: Kind<'manual'> = {
  enter: (turn, state, step) => {
    // What its undo will need has to be sound before anybody does anything.
    if (step.undo) expiryOf(turn, state, step.undo);
    leaseOf(turn, step, state.prefix);
    askTask(turn, state, { instructions: instructionsOf(turn, state, step), expires: expiryOf(turn, state, step), undo: false });
    state.status = 'waiting';
    if (state.task) state.untilMs = state.task.expiresAtMs;
    turn.state.owed[`open:${state.key}`] = true;
    return stay;
  },
};

export function taskOpened(turn: Turn, state: StepState, id: string): Move {
  delete turn.state.owed[`open:${state.key}`];
  const { task } = state;
  if (!task) return stay;
  task.id = id;
  (turn.state.tasks ??= {})[id] = state.key;
  if (state.status !== 'waiting' || state.skip) {
    closeTask(turn, state, 'cancelled');
    return stay;
  }
  startTaskTimers(turn, state, task);
  const early = takeEarly(turn, id);
  return early ? taskAnswered(turn, state, early) : stay;
}

/** An answer that was given before the run knew its task. */
export function takeEarly({ state }: Turn, task: string): TaskAnswer | undefined {
  const early = state.earlyAnswers?.[task];
  delete state.earlyAnswers?.[task];
  return early;
}

/** The first answer counts, also to a step that was stopped while it was given: what was done then does not stay. */
export function taskAnswered(turn: Turn, state: StepState, { by, outputs }: TaskAnswer): Move {
  const isLate = state.status !== 'waiting';
  if (isLate && !isClosing(turn, state)) return stay;
  delete turn.state.owed[`close:${state.key}`];
  const step = stepOfKind(turn, state.id, 'manual');
  endTaskTimers(turn, state);
  const given = { ...outputs, by, task: state.task?.id ?? '' };
  state.outputs = given;
  recordManual(turn, state, step, 'confirmed');
  return isLate ? tooLate(turn, state) : { to: 'next', outputs: given };
}

export type Unanswered = { readonly status: 'expired' | 'cancelled'; readonly claimed: boolean };

/** Nobody answered. Who had taken it on may have done it all the same. */
export function taskClosed(turn: Turn, state: StepState, { status, claimed }: Unanswered): Move {
  const isLate = state.status !== 'waiting';
  if (isLate && !isClosing(turn, state)) return stay;
  delete turn.state.owed[`close:${state.key}`];
  const step = stepOfKind(turn, state.id, 'manual');
  endTaskTimers(turn, state);
  if (claimed) recordManual(turn, state, step, 'uncertain');
  if (isLate) return tooLate(turn, state);
  return status === 'expired' ? expired(turn, state, step) : { to: 'fail', error: closedFault(state) };
}

function expired(turn: Turn, state: StepState, { expired: after }: ManualStep): Move {
  if ('to' in after) return { to: 'step', id: after.to, status: 'expired' };
  return { to: 'fail', error: { code: 'task-expired', message: textOf(evaluateTemplate(after.fail, scopeOf(turn, state.prefix))) } };
}

const closedFault = ({ task }: StepState): Fault => ({
  code: 'task-closed',
  message: `task \`${task?.id ?? ''}\` was closed without an answer`,
});

const isClosing = ({ state }: Turn, { key }: StepState): boolean => state.owed[`close:${key}`] === true;
