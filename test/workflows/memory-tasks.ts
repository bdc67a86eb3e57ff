/** Tasks as the store keeps them, in memory: what a run asked, and what a door recorded. */
import { ApplicationFailure } from '@temporalio/common';
import type { Activities, EndedTask, OpenTask } from '../../activities/contract.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';

export type MemoryTask = OpenTask & {
  readonly id: string;
  status: 'open' | 'answered' | 'expired' | 'cancelled';
  claimedBy?: string;
  answer?: { readonly by: string; readonly outputs: JsonObject };
  readonly asked: string[];
  /** How often the run read its end. */
  read: number;
};
export type MemoryTasks = Map<string, MemoryTask>;

type TaskActivities = Pick<Activities, 'task.open' | 'task.close' | 'task.answer' | 'task.escalate'>;

/** As a door does: the first answer counts. */
export function answerTask(tasks: MemoryTasks, id: string, by: string, outputs: JsonObject): void {
  const task = tasks.get(id);
  if (task?.status !== 'open') throw new Error(`task ${id} is ${task?.status}`);
  Object.assign(task, { status: 'answered', answer: { by, outputs } });
}

export function memoryTasks(tasks: MemoryTasks): TaskActivities {
  const known = (id: string): MemoryTask => tasks.get(id) ?? refuse('not-found');
  return {
    'task.open': async (asked) => {
      const id = `t-${asked.run}-${asked.step}-${asked.invocation}${asked.undo ? '-undo' : ''}`;
      if (!tasks.has(id)) tasks.set(id, { ...asked, id, status: 'open', asked: [], read: 0 });
      return { task: id };
    },
    'task.close': async ({ task: id, status }) => {
      const task = known(id);
      if (task.status === 'open') task.status = status;
      return ended(task);
    },
    'task.answer': async ({ run, task: id }) => {
      const task = known(id);
      if (task.run !== run) return refuse('order-mismatch');
      if (task.status === 'open') return refuse('run-state-wrong');
      task.read++;
      return ended(task);
    },
    'task.escalate': async ({ task: id, kind }) => void known(id).asked.push(kind),
  };
}

function ended({ status, answer, claimedBy }: MemoryTask): EndedTask {
  if (answer) return { status: 'answered', ...answer };
  return { status: status === 'expired' ? 'expired' : 'cancelled', claimed: claimedBy !== undefined };
}

function refuse(code: ErrorCode): never {
  throw ApplicationFailure.nonRetryable(code, code);
}
