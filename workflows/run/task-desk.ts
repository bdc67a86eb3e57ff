/**
 * Tasks for people on Temporal: opened, closed and taken further by activities. That a task was answered comes as a signal with its id;
 * what was answered, and whether it was, an activity reads from the store.
 */
import { CancellationScope, condition, log } from '@temporalio/workflow';
import type { EndedTask } from '../../activities/contract.ts';
import type { Command, EngineEvent, OpenTaskCommand } from '../../domain/playbook/engine/messages.ts';
import type { RunState } from '../../domain/playbook/engine/state.ts';
import { faultOf } from '../fault.ts';
import { control } from '../options.ts';
import { launch, type RunDriver } from './launch.ts';

export function openTask(driver: RunDriver, command: OpenTaskCommand): void {
  const { step, invocation, undo, title, instructions, outputs, roles, people, expiresAtMs } = command;
  const asked = { run: driver.state.run, step, invocation, undo, title, instructions, outputs, roles, people, expiresAtMs };
  launch(driver, () => control['task.open'](asked), {
    done: ({ task }) => driver.feed({ type: 'task-opened', step, undo, task, nowMs: Date.now() }),
    failed: (error) => driver.feed({ type: 'task-failed', step, undo, error, nowMs: Date.now() }),
  });
}

export function closeTask(driver: RunDriver, { step, undo, task, status }: Extract<Command, { type: 'close-task' }>): void {
  launch(driver, () => control['task.close']({ task, status }), {
    done: (ended) => driver.feed(eventOf(task, ended)),
    failed: (error) => driver.feed({ type: 'task-failed', step, undo, error, nowMs: Date.now() }),
  });
}

/** Nothing waits for it: a task is as good without its reminder. */
export function escalateTask(driver: RunDriver, { task, to, people, kind }: Extract<Command, { type: 'escalate-task' }>): void {
  launch(driver, () => control['task.escalate']({ task, to, people, kind }), { done: () => undefined, failed: () => undefined });
}

/** `reading`: tasks whose answer an activity is about to bring, and whether the run was told of it again meanwhile. */
export type TaskDesk = { readonly run: string; readonly driver: () => RunDriver | undefined; readonly reading: Map<string, boolean> };

export function openTaskDesk(run: string, driver: () => RunDriver | undefined): TaskDesk {
  return { run, driver, reading: new Map() };
}

/** INVARIANT: never throws, as no handler of a signal may. What could not be read is told again. */
export async function takeAnswer(desk: TaskDesk, message: unknown): Promise<void> {
  const { task } = (message ?? {}) as { readonly task?: unknown };
  if (typeof task !== 'string') return log.warn('an answer without a task was ignored');
  try {
    await CancellationScope.nonCancellable(async () => {
      await condition(() => desk.driver() !== undefined);
      if (desk.reading.has(task)) desk.reading.set(task, true);
      else await read(desk, task);
    });
  } catch (error) {
    log.warn('an answer could not be read', { code: faultOf(error).code });
  }
}

async function read({ run, driver, reading }: TaskDesk, task: string): Promise<void> {
  if (!isAwaited(driver()?.state, task)) return;
  reading.set(task, false);
  try {
    const ended = await control['task.answer']({ run, task });
    driver()?.feed(eventOf(task, ended));
  } catch (error) {
    if (reading.get(task) !== true) throw error;
    await read({ run, driver, reading }, task);
  } finally {
    reading.delete(task);
  }
}

/** Anyone who reaches Temporal can send any number of messages: none costs an activity but for a task that is open, or may be in a moment. */
function isAwaited(state: RunState | undefined, task: string): boolean {
  if (!state) return false;
  const key = state.tasks?.[task];
  if (key === undefined) return isOpening(state);
  const step = state.steps[key];
  return step?.undoTask?.id === task || (step?.status === 'waiting' && step.task?.id === task);
}

function isOpening({ owed, steps }: RunState): boolean {
  if (Object.keys(owed).some((answer) => answer.startsWith('open:'))) return true;
  return Object.values(steps).some(({ undoTask }) => undoTask !== undefined && undoTask.id === undefined);
}

function eventOf(task: string, ended: EndedTask): EngineEvent {
  const nowMs = Date.now();
  if (ended.status === 'answered') return { type: 'task-answered', task, by: ended.by, outputs: ended.outputs, nowMs };
  return { type: 'task-closed', task, status: ended.status, claimed: ended.claimed, nowMs };
}
