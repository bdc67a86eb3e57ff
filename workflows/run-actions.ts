/** Performs actions: one activity each. Quick ones inside the workflow task, as far as it has room; all others through the server. */
import { ActivityCancellationType, proxyActivities, proxyLocalActivities, sleep } from '@temporalio/workflow';
import type { ActivityOptions, CancellationScope } from '@temporalio/workflow';
import type { ActionActivities, ActionCall } from '../activities/contract.ts';
import type { JsonObject } from '../domain/json.ts';
import { actions, type ActionSpec } from '../domain/playbook/actions.ts';
import { defaultRetry, defaultTimeoutMs } from '../domain/playbook/engine/messages.ts';
import type { Command, PerformCommand } from '../domain/playbook/engine/messages.ts';
import type { RetryPlan } from '../domain/playbook/plan.ts';
import { localFirst, quickMs, quickOptions } from './local-first.ts';
import { taskQueues } from './messages.ts';
import { launch, type QuickWay, type RunDriver } from './run-launch.ts';

/** An activity that waits for a worker is not failed for it before this. */
const queueingMs = 3_600_000;
/** Workers beat by themselves: an activity whose worker died is taken over after this. Heavy work may keep a worker from beating. */
const heartbeatMs = { ordinary: 5_000, analysis: 30_000 } as const;
/** Their results leave with the end of the task, in one message: so many of the largest fit into it. */
const quickInTask = 100;

export const quickWay = (): QuickWay => ({ left: quickInTask, breathing: false });

const isQuick = ({ action, undoes, approval }: PerformCommand): boolean =>
  undoes === undefined && approval === undefined && (actions[action] as ActionSpec).quick === true;

/** A quick action waits while the run breathes: its task has as many of them as it can carry. */
export function waitsForBreath({ quick }: RunDriver, command: Command): boolean {
  return quick?.breathing === true && command.type === 'perform' && isQuick(command);
}

export function performAction(driver: RunDriver, command: PerformCommand): void {
  const { step, undoes } = command;
  const undo = undoes !== undefined;
  const key = undo ? `undo:${step}` : step;
  const { run, answered } = wayOf(driver, command);
  const ended = (): void => {
    driver.actions.delete(key);
    answered();
  };
  const scope: CancellationScope = launch(driver, run, {
    done: (outputs) => {
      ended();
      driver.feed({ type: 'action-completed', step, undo, outputs: outputs ?? {}, nowMs: Date.now() });
    },
    failed: (error) => {
      ended();
      driver.feed({ type: 'action-failed', step, undo, error, nowMs: Date.now() });
    },
  });
  driver.actions.set(key, scope);
}

type Way = { readonly run: () => Promise<JsonObject>; readonly answered: () => void };

function wayOf({ quick, state }: RunDriver, command: PerformCommand): Way {
  const call = callOf(state.run, command);
  const ordinary = (): Promise<JsonObject> => ordinaryProxy(command)[command.action](call);
  if (!quick || !isQuick(command)) return { run: ordinary, answered: () => undefined };
  if (quick.left > 0) {
    quick.left--;
    return { run: () => quickly(command, call), answered: () => undefined };
  }
  // The answer of one that goes through the server comes in another task.
  quick.breathing = true;
  return { run: ordinary, answered: () => void Object.assign(quick, quickWay()) };
}

function callOf(run: string, { step, invocation, params, approval, undoes }: PerformCommand): ActionCall {
  return {
    run,
    step,
    invocation,
    params,
    ...(approval === undefined ? {} : { approval }),
    ...(undoes === undefined ? {} : { undoes }),
  };
}

/** The quick try is the first of the step's attempts, unless it was cut short; the others are ordinary. */
function quickly(command: PerformCommand, call: ActionCall): Promise<JsonObject> {
  const { timeoutMs = defaultTimeoutMs, retry = defaultRetry } = command;
  const local = proxyLocalActivities<ActionActivities>(quickOptions(Math.min(timeoutMs, quickMs)));
  return localFirst(
    () => local[command.action](call),
    async (why, error) => {
      const counts = why === 'failed' || timeoutMs <= quickMs;
      if (!counts) return ordinaryProxy(command)[command.action](call);
      const left = laterAttempts(retry);
      if (!left) throw error;
      await sleep(retry.firstMs);
      return ordinaryProxy({ ...command, retry: left })[command.action](call);
    },
  );
}

function laterAttempts({ attempts, firstMs, maxMs }: RetryPlan): RetryPlan | undefined {
  return attempts > 1 ? { attempts: attempts - 1, firstMs: Math.min(maxMs, firstMs * 2), maxMs } : undefined;
}

function ordinaryProxy({ timeoutMs = defaultTimeoutMs, retry = defaultRetry, analysis }: PerformCommand): ActionActivities {
  const { attempts, firstMs, maxMs } = retry;
  const options: ActivityOptions = {
    startToCloseTimeout: timeoutMs,
    scheduleToCloseTimeout: attempts * (timeoutMs + maxMs) + queueingMs,
    heartbeatTimeout: Math.min(timeoutMs, analysis ? heartbeatMs.analysis : heartbeatMs.ordinary),
    retry: { maximumAttempts: attempts, initialInterval: firstMs, maximumInterval: maxMs, backoffCoefficient: 2 },
    // Whether it happened is known only when it has answered.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    ...(analysis ? { taskQueue: taskQueues.analysis } : {}),
  };
  return proxyActivities<ActionActivities>(options);
}

/** What was held and never begun is answered for as cancelled. */
export function cancelAction(driver: RunDriver, step: string): void {
  const at = driver.held.findIndex((command) => command.type === 'perform' && command.step === step && command.undoes === undefined);
  if (at < 0) return driver.actions.get(step)?.cancel();
  driver.held.splice(at, 1);
  driver.feed({
    type: 'action-failed',
    step,
    undo: false,
    error: { code: 'cancelled', message: 'cancelled before it began' },
    nowMs: Date.now(),
  });
}
