/** Reads the caller from the activity that runs now. */
import { Context } from '@temporalio/activity';
import type { Caller } from './ports.ts';

export function currentCaller(): Caller {
  const context = Context.current();
  const { info } = context;
  const maximum = info.retryPolicy?.maximumAttempts;
  return {
    workflowId: info.workflowExecution?.workflowId,
    local: info.isLocal,
    lastAttempt: maximum !== undefined && maximum > 0 && info.attempt >= maximum,
    signal: context.cancellationSignal,
    heartbeat: (detail) => context.heartbeat(detail),
  };
}
