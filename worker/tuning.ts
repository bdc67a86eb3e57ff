/** How the worker of the main queue is set: what production runs with is what is measured. */
import type { WorkerOptions } from '@temporalio/worker';

export const mainTuning = {
  maxCachedWorkflows: 500,
  maxConcurrentWorkflowTaskExecutions: 40,
  maxConcurrentWorkflowTaskPolls: 8,
  maxConcurrentActivityTaskExecutions: 100,
  maxConcurrentActivityTaskPolls: 8,
  reuseV8Context: true,
  // How long a workflow waits for a worker that may be dead before another takes it over.
  stickyQueueScheduleToStartTimeout: '3 seconds',
  // Beats are sent often, so that a dead worker is noticed soon without taking a busy one for dead.
  maxHeartbeatThrottleInterval: 1000,
} as const satisfies Partial<WorkerOptions>;
