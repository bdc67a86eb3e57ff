import { expect, it } from '@jest/globals';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { pendingAttempts } from '../../api/run-attempts.ts';

const raw = {
  pendingActivities: [
    {
      activityId: '12',
      activityType: { name: 'network.isolate' },
      attempt: 2,
      maximumAttempts: 5,
      state: 1,
      scheduledTime: { seconds: 1_764_126_000, nanos: 500_000_000 },
      lastFailure: { message: 'the point does not answer' },
    },
    { activityId: '9', activityType: { name: 'intel.lookup' }, attempt: 1, maximumAttempts: 0, state: 2, scheduledTime: { seconds: 1 } },
    { activityId: '3', activityType: { name: 'run.await' }, attempt: 1, state: 2 },
  ],
};

it('actions in the order in which they were begun, with when the next attempt is; what is no action is left out', () => {
  expect(pendingAttempts({ raw } as unknown as WorkflowExecutionDescription)).toEqual([
    { action: 'intel.lookup', attempt: 1, state: 'running' },
    {
      action: 'network.isolate',
      attempt: 2,
      most: 5,
      state: 'waiting',
      nextAt: '2025-11-26T03:00:00.500Z',
      lastError: 'the point does not answer',
    },
  ]);
});
