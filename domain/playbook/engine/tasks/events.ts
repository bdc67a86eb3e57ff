/** What the driver says of tasks, brought to the step that the task is of: to the step itself, or to its undo. */
import { move } from '../flow.ts';
import type { EngineEvent } from '../messages.ts';
import type { Move } from '../move.ts';
import { joinedAround, restEnded } from '../rest.ts';
import type { Fault, StepState } from '../state.ts';
import { taskAnswered, taskClosed, taskOpened, takeEarly } from '../steps/manual.ts';
import { endTaskTimers, startTaskTimers } from './tasks.ts';
import { takenBack } from '../after-undo.ts';
import type { Turn } from '../turn.ts';

export type TaskEvent = Extract<EngineEvent, { readonly type: `task-${string}` }>;

export function taskEvent(turn: Turn, event: TaskEvent): void {
  const step = stepOf(turn, event);
  if (event.type === 'task-answered' && turn.state.tasks?.[event.task] === undefined) return keep(turn, event);
  if (!step) return;
  if (event.type === 'task-opened') return opened(turn, step, event);
  if (event.type === 'task-failed') return failed(turn, step, event);
  if (isOpen(step, event.task)) ending(turn, step, event);
}

function ending(turn: Turn, step: StepState, event: Ending): void {
  const answered = event.type === 'task-answered';
  if (isUndo(step, event.task)) return undone(turn, step, answered ? undefined : notDone(step));
  ended(turn, step, () => (answered ? taskAnswered(turn, step, event) : taskClosed(turn, step, event)));
}

type Ending = Extract<TaskEvent, { readonly type: 'task-answered' | 'task-closed' }>;

function stepOf({ state }: Turn, event: TaskEvent): StepState | undefined {
  const key = 'step' in event ? event.step : state.tasks?.[event.task];
  return key === undefined ? undefined : state.steps[key];
}

/** Not one of an attempt before. */
const isOpen = ({ task: asked, undoTask }: StepState, task: string): boolean => asked?.id === task || undoTask?.id === task;

const isUndo = ({ undoTask }: StepState, task: string): boolean => undoTask?.id === task;

/** The answer was faster than the answer of its opening. */
function keep({ state }: Turn, { task, by, outputs }: Extract<TaskEvent, { type: 'task-answered' }>): void {
  (state.earlyAnswers ??= {})[task] ??= { by, outputs };
}

function opened(turn: Turn, step: StepState, { task, undo }: Extract<TaskEvent, { type: 'task-opened' }>): void {
  const { state } = turn;
  if (!undo) return state.owed[`open:${step.key}`] ? move(turn, step, () => taskOpened(turn, step, task)) : undefined;
  if (!step.undoTask || step.undoTask.id !== undefined) return;
  step.undoTask.id = task;
  (state.tasks ??= {})[task] = step.key;
  startTaskTimers(turn, step, step.undoTask);
  if (takeEarly(turn, task)) undone(turn, step);
}

function failed(turn: Turn, step: StepState, { undo, error }: Extract<TaskEvent, { type: 'task-failed' }>): void {
  const { owed, active } = turn.state;
  if (undo) return step.undoTask ? undone(turn, step, error) : undefined;
  if (!owed[`open:${step.key}`] && !owed[`close:${step.key}`]) return;
  delete owed[`open:${step.key}`];
  delete owed[`close:${step.key}`];
  endTaskTimers(turn, step);
  if (active[step.key]) move(turn, step, () => ({ to: 'fail', error }));
}

/** What was done late in the rest of a parallel is what that parallel waits for. */
function ended(turn: Turn, step: StepState, decide: () => Move): void {
  move(turn, step, decide);
  for (const parallel of joinedAround(turn, step))
    if (turn.state.active[parallel.key]) move(turn, parallel, () => restEnded(turn, parallel));
}

function undone(turn: Turn, step: StepState, error?: Fault): void {
  endTaskTimers(turn, step);
  delete step.undoTask;
  takenBack(turn, step.key, error);
}

const notDone = ({ key }: StepState): Fault => ({ code: 'task-expired', message: `nobody took back what step \`${key}\` did` });
