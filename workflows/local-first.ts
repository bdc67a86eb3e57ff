/**
 * The quick way: an activity inside the workflow task, one history event instead of six. Only for what may run again without harm,
 * because what a worker did in a task that it did not live to end is done again. What fails or takes too long there goes the ordinary way.
 */
import { ActivityCancellationType, ActivityFailure, ApplicationFailure, CancellationScope, isCancellation } from '@temporalio/workflow';
import type { LocalActivityOptions } from '@temporalio/workflow';

/** Together below the time after which a worker has to show that it still works on the task (4 s). */
const quickMs = 1_500;
const queueingMs = 2_000;

export const quickOptions: LocalActivityOptions = {
  startToCloseTimeout: quickMs,
  scheduleToStartTimeout: queueingMs,
  retry: { maximumAttempts: 1 },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
};

/** What fails for good, and what was cancelled, is thrown. */
export async function localFirst<T>(local: () => Promise<T>, ordinary: () => Promise<T>): Promise<T> {
  try {
    return await local();
  } catch (error) {
    // A worker that stops cancels what it runs; nobody wanted that of the run.
    if (isCancellation(error) && CancellationScope.current().consideredCancelled) throw error;
    const cause = error instanceof ActivityFailure ? error.cause : error;
    if (cause instanceof ApplicationFailure && cause.nonRetryable) throw error;
    return ordinary();
  }
}
