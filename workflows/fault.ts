/** What went wrong in an activity, as the engine knows it: an error code and a message. */
import { ActivityFailure, ApplicationFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';
import { isErrorCode } from '../domain/errors.ts';
import type { Fault } from '../domain/playbook/engine/state.ts';

export function faultOf(error: unknown): Fault {
  if (isCancellation(error)) return { code: 'cancelled', message: 'cancelled' };
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) return { code: 'timeout', message: 'it took longer than it may' };
  if (cause instanceof ApplicationFailure) return { code: isErrorCode(cause.type) ? cause.type : 'defect', message: cause.message };
  return { code: 'defect', message: cause instanceof Error ? cause.message : String(cause) };
}

/** A plain error in workflow code would be tried again for ever. */
export function failureOfFault({ code, message }: Fault): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, code);
}
