import { describe, expect, it } from '@jest/globals';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { EdictError, errorTable } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import { fromFailure, toFailure } from '../../worker/errors.ts';

describe('errors on their way through Temporal', () => {
  it.each(Object.keys(errorTable) as ErrorCode[])('%s keeps its code, and is tried again only where the table says so', (code) => {
    const failure = toFailure(
      new EdictError(code, 'it is so', { where: 'here', expected: 'that', help: 'do this' }),
      false,
    ) as ApplicationFailure;
    expect(failure.type).toBe(code);
    expect(failure.nonRetryable).toBe(!errorTable[code].retryable);
    expect(fromFailure(new Error('wrapped', { cause: failure }))).toMatchObject({
      code,
      message: 'it is so',
      where: 'here',
      expected: 'that',
      help: 'do this',
    });
  });

  it('a mistake in the code is not tried again, a lost connection is', () => {
    expect(toFailure(new TypeError('x is not a function'), false)).toMatchObject({ type: 'defect', nonRetryable: true });
    expect(toFailure(new Error('read ECONNRESET'), false)).toMatchObject({ type: 'dependency-unavailable', nonRetryable: false });
  });

  it('whatever an aborted activity throws is a cancellation', () => {
    expect(toFailure(new EdictError('timeout', 'late'), true)).toBeInstanceOf(CancelledFailure);
  });

  it('an error that is none of ours gives nothing', () => {
    expect(fromFailure(new Error('no'))).toBeUndefined();
  });
});
