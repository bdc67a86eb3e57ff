/** Errors on their way through Temporal: an EdictError becomes an application failure whose type is its code, and back. */
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { EdictError, errorTable, isErrorCode } from '../domain/errors.ts';
import type { ErrorCode } from '../domain/errors.ts';

/**
 * Around every activity: its errors are translated (whether to retry is the table's word), and it shows that its worker lives, so that
 * another takes over soon after that has died. How long an activity may take is its own time-out's business.
 */
export const activityInterceptor: ActivityInterceptorsFactory = (context) => ({
  inbound: {
    execute: async (input, next) => {
      const { heartbeatTimeoutMs } = context.info;
      const beat = heartbeatTimeoutMs === undefined ? undefined : setInterval(() => context.heartbeat(), heartbeatTimeoutMs / 4);
      try {
        return await next(input);
      } catch (error) {
        throw toFailure(error, context.cancellationSignal.aborted);
      } finally {
        clearInterval(beat);
      }
    },
  },
});

/** `aborted`: the work was no longer wanted (or the worker stops), whatever the code made of it. */
export function toFailure(error: unknown, aborted: boolean): Error {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (aborted) return new CancelledFailure('the activity was cancelled', [], error instanceof Error ? error : undefined);
  if (error instanceof EdictError) return failure(error.code, error.message, error);
  const message = error instanceof Error ? error.message : String(error);
  return failure(isBug(error) ? 'defect' : 'dependency-unavailable', message, error);
}

/** The EdictError that an application failure stands for, however deep it lies; undefined where there is none. */
export function fromFailure(error: unknown): EdictError | undefined {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (inner instanceof EdictError) return inner;
    if (inner instanceof ApplicationFailure && isErrorCode(inner.type)) return new EdictError(inner.type, inner.message, detailOf(inner));
  }
  return undefined;
}

function failure(code: ErrorCode, message: string, error: unknown): ApplicationFailure {
  const { where, expected, help } = error instanceof EdictError ? error : {};
  return ApplicationFailure.create({
    message,
    type: code,
    nonRetryable: !errorTable[code].retryable,
    details: [{ where, expected, help }],
  });
}

function detailOf(failed: ApplicationFailure): { where?: string; expected?: string; help?: string } {
  const [detail] = failed.details ?? [];
  return typeof detail === 'object' && detail !== null ? detail : {};
}

/** Trying again does not mend a mistake in the code. */
function isBug(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}
