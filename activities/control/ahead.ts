/**
 * Runs ahead of a workflow: performs the quick actions that it asks for, shows their answers to a copy of its engine, and performs what
 * that asks for next, until something else is due. The workflow's own engine then takes the answers one after the other, in this
 * order. One activity, one event of the history, for as many steps as there are. Nothing here has an effect or decides anything.
 */
import { ApplicationFailure } from '@temporalio/activity';
import type { ActionActivities, ActionCall, Activities, Ahead, LoadedRun, QuickAnswer, RunAhead } from '../contract.ts';
import { EdictError, errorTable, isErrorCode } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { advance, start } from '../../domain/playbook/engine/engine.ts';
import type { PerformCommand } from '../../domain/playbook/engine/messages.ts';
import type { Fault, RunState } from '../../domain/playbook/engine/state.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import { isQuick } from '../../domain/playbook/quick.ts';
import { planOf } from '../effect/check-order.ts';
import type { Ports } from '../ports.ts';
import { loadRun } from './run.ts';

/** No step is begun after this, and none may take longer: together less than the activity has. */
const aheadMs = 500;
const quickMs = 400;
/** Of one activity: the answers are one event of the history. */
const answersAtMost = 1_000;
const bytesAtMost = 128 * 1024;
/** A larger answer goes the ordinary way. */
const largestAnswer = 16 * 1024;

export type Perform = (call: ActionCall, command: PerformCommand) => Promise<JsonObject>;

export function aheadActivities(ports: Ports, performs: ActionActivities): Pick<Activities, 'run.ahead' | 'run.load'> {
  const perform: Perform = (call, { action }) => performs[action](call);
  return {
    'run.ahead': async (input) => runAhead(input, input.state && (await planOf(ports.store, input.state)), perform),
    'run.load': async ({ run, beginsAtMs }) => begun(run, await loadRun(ports, run), beginsAtMs, perform),
  };
}

/** The run, and what came of it so far: its first turn is the one that the workflow will make of it. */
export async function begun(run: string, loaded: LoadedRun, beginsAtMs: number | undefined, perform: Perform): Promise<LoadedRun> {
  if (beginsAtMs === undefined || loaded.ended) return loaded;
  const { state, commands } = start(loaded.plan, { ...loaded, run, nowMs: beginsAtMs });
  const quick = state.paused ? [] : commands.filter(isQuick);
  return quick.length === 0 ? loaded : { ...loaded, ahead: await runAhead({ run, state, commands: quick }, loaded.plan, perform) };
}

type Road = {
  readonly run: string;
  readonly perform: Perform;
  readonly plan: Plan | undefined;
  state: RunState | undefined;
  readonly answers: QuickAnswer[];
  readonly untilMs: number;
  open: number;
  sizeBytes: number;
};

export async function runAhead({ run, state, commands }: RunAhead, plan: Plan | undefined, perform: Perform): Promise<Ahead> {
  const road: Road = { run, perform, plan, state, answers: [], untilMs: Date.now() + aheadMs, open: 0, sizeBytes: 0 };
  const arrived: QuickAnswer[] = [];
  let wake: () => void = () => undefined;
  const begin = (command: PerformCommand): void => {
    road.open++;
    void answered(road, command).then((answer) => {
      arrived.push(answer);
      wake();
    });
  };
  commands.forEach(begin);
  while (road.open > 0) {
    if (arrived.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    for (const answer of arrived.splice(0)) next(road, answer).forEach(begin);
  }
  return { answers: road.answers, sizeBytes: road.sizeBytes };
}

/** What the engine asks for after this answer; nothing once there is an end to running ahead. */
function next(road: Road, answer: QuickAnswer): readonly PerformCommand[] {
  road.open--;
  road.answers.push(answer);
  road.sizeBytes += JSON.stringify(answer).length;
  const { plan, state, answers, open, sizeBytes, untilMs } = road;
  const room = answers.length + open < answersAtMost && sizeBytes < bytesAtMost && Date.now() < untilMs;
  if (!plan || !state || !room) return stop(road);
  const { step, atMs: nowMs, outputs, error } = answer;
  if (!outputs && !error) return [];
  try {
    const advanced = advance(
      plan,
      state,
      outputs
        ? { type: 'action-completed', step, undo: false, outputs, nowMs }
        : { type: 'action-failed', step, undo: false, error: error as Fault, nowMs },
    );
    road.state = advanced.state;
    return advanced.plan ? stop(road) : advanced.commands.filter(isQuick);
  } catch {
    // The workflow will find the same, and say so.
    return stop(road);
  }
}

function stop(road: Road): readonly [] {
  road.state = undefined;
  return [];
}

/** Never throws. An answer without outputs and error: it is to be done the ordinary way, which decides what its failure means. */
async function answered({ run, perform }: Road, command: PerformCommand): Promise<QuickAnswer> {
  const { step, invocation, params, timeoutMs = quickMs } = command;
  const call = { run, step, invocation, params };
  const answer = (what: Pick<QuickAnswer, 'outputs' | 'error'>): QuickAnswer => ({ step, invocation, atMs: Date.now(), ...what });
  try {
    const outputs = await within(Math.min(timeoutMs, quickMs), perform(call, command));
    return answer(outputs === undefined || JSON.stringify(outputs).length > largestAnswer ? {} : { outputs });
  } catch (error) {
    const final = finalFault(error);
    return answer(final ? { error: final } : {});
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, ms, undefined)));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function finalFault(error: unknown): Fault | undefined {
  if (error instanceof EdictError) return errorTable[error.code].retryable ? undefined : { code: error.code, message: error.message };
  if (!(error instanceof ApplicationFailure) || error.nonRetryable !== true) return undefined;
  return { code: isErrorCode(error.type) ? error.type : 'defect', message: error.message };
}
