/** How workflows call activities: one place for timeouts and retries. Control activities are short and must not give up while the store is away. */
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/contract.ts';
import { quickOptions } from './local-first.ts';

const retry = { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' } as const;

/** Records in the store: seconds when all is well; kept up for a day while it is not. */
export const control = proxyActivities<Activities>({
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout: '5 seconds',
  scheduleToCloseTimeout: '1 day',
  retry,
});

/** The same, inside the workflow task: for what may be done again without harm, and falls back to `control`. */
export const quickControl = proxyLocalActivities<Activities>(quickOptions);

/** Once: somebody waits, and asks again where it failed. */
export const asking = proxyActivities<Pick<Activities, 'point.ask'>>({ startToCloseTimeout: '20 seconds', retry: { maximumAttempts: 1 } });

/** Long and heartbeating: taken over by another worker soon after its own died. */
export const watching = proxyActivities<Pick<Activities, 'monitor.watch' | 'run.await'>>({
  startToCloseTimeout: '1 day',
  heartbeatTimeout: '10 seconds',
  retry: { ...retry, maximumAttempts: 1000 },
});
