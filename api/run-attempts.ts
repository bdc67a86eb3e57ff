/**
 * Actions that Temporal is at, or tries again later, as its server tells them (DescribeWorkflowExecution, `pending_activities`). Activities
 * that are no action of a playbook are left out.
 */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { actions } from '../domain/playbook/actions.ts';

export type PendingAttempt = {
  readonly action: string;
  readonly attempt: number;
  readonly most?: number | undefined;
  readonly state: 'waiting' | 'running';
  readonly nextAt?: string | undefined;
  readonly lastError?: string | undefined;
};

type Pending = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];
/** PENDING_ACTIVITY_STATE_STARTED of temporal.api.enums.v1. */
const started = 2;
const mostShown = 100;

export function pendingAttempts({ raw }: Pick<WorkflowExecutionDescription, 'raw'>): readonly PendingAttempt[] {
  const known = (raw.pendingActivities ?? []).filter(({ activityType }) => Object.hasOwn(actions, activityType?.name ?? ''));
  return known
    .toSorted((a, b) => Number(a.activityId) - Number(b.activityId))
    .slice(0, mostShown)
    .map(attemptOf);
}

function attemptOf({ activityType, attempt, maximumAttempts, state, scheduledTime, lastFailure }: Pending): PendingAttempt {
  const running = Number(state) === started;
  return {
    action: activityType?.name ?? '',
    attempt: attempt ?? 1,
    ...(maximumAttempts ? { most: maximumAttempts } : {}),
    state: running ? 'running' : 'waiting',
    ...(running || !scheduledTime ? {} : { nextAt: timeOf(scheduledTime) }),
    ...(lastFailure?.message ? { lastError: lastFailure.message } : {}),
  };
}

/** google.protobuf.Timestamp */
function timeOf({ seconds, nanos }: NonNullable<Pending['scheduledTime']>): string {
  return new Date(Number(seconds ?? 0) * 1000 + (nanos ?? 0) / 1e6).toISOString();
}
