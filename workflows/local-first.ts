/**
 * The quick way: an activity inside the workflow task, one history event instead of six. Only for what may run again without harm,
 * because what a worker did in a task that it did not live to end is done again. What fails or takes too long there goes the ordinary way.
 */
import { ActivityCancellationType, ActivityFailure, ApplicationFailure, CancellationScope, isCancellation } from '@temporalio/workflow';
import type { LocalActivityOptions } from '@temporalio/workflow';

/** Together below the time after which a worker has to show that it still works on the task (4 s). */
export const quickMs = 1_000;
const queueingMs = 2_000;

export const quickOptions = (timeoutMs: number): LocalActivityOptions => ({
  startToCloseTimeout: timeoutMs,
  scheduleToStartTimeout: queueingMs,
  retry: { maximumAttempts: 1 },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});

/** `late`: it took longer than a quick thing may, and nothing is said of what it would have come to. */
export type WhyNot = 'failed' | 'late';

/** What fails for good, and what was cancelled, is thrown; for the rest `ordinary` decides. */
export async function localFirst<T>(local: () => Promise<T>, ordinary: (why: WhyNot, error: unknown) => Promise<T>): Promise<T> {
  try {
    return await local();
  } catch (error) {
    // A worker that stops cancels what it runs; nobody wanted that of the run.
    if (isCancellation(error)) {
      if (CancellationScope.current().consideredCancelled) throw error;
      return ordinary('late', error);
    }
    const cause = error instanceof ActivityFailure ? error.cause : error;
    if (!(cause instanceof ApplicationFailure)) return ordinary('late', error);
    if (cause.nonRetryable) throw error;
    return ordinary('failed', error);
  }
}
