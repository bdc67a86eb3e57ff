/** Tasks in a simulation: opened, claimed, answered and closed by the rules of the store, in virtual time. */
import { isErrorCode, EdictError, type ErrorCode } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Command, EngineEvent, OpenTaskCommand } from './engine/messages.ts';
import { checkAnswer, type TaskStatus } from './task.ts';

/** What a person does about the task of a step: of its undo, once that is asked for. */
export type TaskAct = {
  readonly atMs: number;
  readonly who: string;
  readonly does: 'answer' | 'claim';
  /** With its loops' indexes. */
  readonly step: string;
  readonly outputs: JsonObject;
  /** The person's roles; without them, the ones that the task asks. */
  readonly roles?: readonly string[] | undefined;
};
export type TaskActResult = { readonly act: TaskAct; readonly refused?: ErrorCode | undefined };

export type SimulatedTask = {
  readonly id: string;
  readonly command: OpenTaskCommand;
  readonly openedAtMs: number;
  status: TaskStatus;
  claimedBy?: string;
  answer?: { readonly by: string; readonly outputs: JsonObject };
  readonly asked: { readonly atMs: number; readonly kind: string; readonly to: readonly string[] }[];
};

/** What a simulation lends. */
export type TaskBench = {
  readonly nowMs: number;
  readonly tasks: SimulatedTask[];
  readonly acts: TaskActResult[];
  readonly later: (atMs: number, event: EngineEvent) => void;
};

export function openTask(bench: TaskBench, command: OpenTaskCommand): void {
  const { nowMs, tasks } = bench;
  const id = `task-${tasks.length + 1}`;
  tasks.push({ id, command, openedAtMs: nowMs, status: 'open', asked: [] });
  bench.later(nowMs, { type: 'task-opened', step: command.step, undo: command.undo, task: id, nowMs });
}

export function closeTask(bench: TaskBench, { task: id, status }: Extract<Command, { type: 'close-task' }>): void {
  const task = bench.tasks.find((each) => each.id === id);
  if (!task) return;
  if (task.status === 'open') task.status = status;
  bench.later(bench.nowMs, ended(task, bench.nowMs));
}

function ended({ id, status, answer, claimedBy }: SimulatedTask, nowMs: number): EngineEvent {
  if (answer) return { type: 'task-answered', task: id, ...answer, nowMs };
  return { type: 'task-closed', task: id, status: status === 'expired' ? 'expired' : 'cancelled', claimed: claimedBy !== undefined, nowMs };
}

export function escalateTask(bench: TaskBench, { task: id, to, people, kind }: Extract<Command, { type: 'escalate-task' }>): void {
  bench.tasks.find((each) => each.id === id)?.asked.push({ atMs: bench.nowMs, kind, to: [...to, ...people] });
}

export function actOnTask(bench: TaskBench, act: TaskAct): void {
  const { nowMs } = bench;
  const task = bench.tasks.findLast(({ command }) => command.step === act.step);
  const refused = refusalOf(bench, task, act);
  bench.acts.push({ act, ...(refused === undefined ? {} : { refused }) });
  if (refused !== undefined || !task) return;
  if (act.does === 'claim') return void (task.claimedBy = act.who);
  task.status = 'answered';
  task.answer = { by: act.who, outputs: act.outputs };
  bench.later(nowMs, ended(task, nowMs));
}

/** In the store's order. */
function refusalOf({ nowMs }: TaskBench, task: SimulatedTask | undefined, act: TaskAct): ErrorCode | undefined {
  if (task?.status === 'expired') return 'task-expired';
  if (!task || task.status !== 'open') return 'task-closed';
  if (nowMs >= task.command.expiresAtMs) return 'task-expired';
  if (act.roles && !mayAct(task, act.who, act.roles)) return 'task-role-missing';
  if (task.claimedBy !== undefined && task.claimedBy !== act.who) return 'task-claimed';
  return act.does === 'claim' ? undefined : answerRefusal(task, act);
}

function mayAct({ command, asked }: SimulatedTask, who: string, roles: readonly string[]): boolean {
  const all = [...command.roles, ...command.people, ...asked.flatMap(({ to }) => to)];
  return all.includes(who) || roles.some((role) => all.includes(role));
}

function answerRefusal({ command }: SimulatedTask, { outputs }: TaskAct): ErrorCode | undefined {
  try {
    checkAnswer(command.outputs, outputs);
    return undefined;
  } catch (error) {
    if (error instanceof EdictError && isErrorCode(error.code)) return error.code;
    throw error;
  }
}
