/** Performs actions through the server: one activity each. */
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import type { ActionActivities, ActionCall } from '../../activities/contract.ts';
import { defaultRetry, defaultTimeoutMs } from '../../domain/playbook/engine/messages.ts';
import type { PerformCommand } from '../../domain/playbook/engine/messages.ts';
import { taskQueues } from '../messages.ts';
import { launch, type RunDriver } from './launch.ts';

/** An activity that waits for a worker is not failed for it before this. */
const queueingMs = 3_600_000;
/** Workers beat by themselves: an activity whose worker died is taken over after this. Heavy work may keep a worker from beating. */
const heartbeatMs = { ordinary: 5_000, analysis: 30_000 } as const;
export function performOrdinary(driver: RunDriver, command: PerformCommand): void {
  const { step, undoes } = command;
  const undo = undoes !== undefined;
  const key = undo ? `undo:${step}` : step;
  const call = callOf(driver.state.run, command);
  const scope = launch(driver, () => proxyOf(command)[command.action](call), {
    done: (outputs) => {
      driver.actions.delete(key);
      driver.feed({ type: 'action-completed', step, undo, outputs: outputs ?? {}, nowMs: Date.now() });
    },
    failed: (error) => {
      driver.actions.delete(key);
      driver.feed({ type: 'action-failed', step, undo, error, nowMs: Date.now() });
    },
  });
  driver.actions.set(key, scope);
}

function callOf(run: string, { step, invocation, params, approval, lease, undoes }: PerformCommand): ActionCall {
  return {
    run,
    step,
    invocation,
    params,
    ...(approval === undefined ? {} : { approval }),
    ...(lease === undefined ? {} : { lease }),
    ...(undoes === undefined ? {} : { undoes }),
  };
}

function proxyOf({ timeoutMs = defaultTimeoutMs, retry = defaultRetry, analysis }: PerformCommand): ActionActivities {
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
