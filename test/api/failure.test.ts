import { describe, expect, it } from '@jest/globals';
import {
  ActivityFailure,
  ApplicationFailure,
  ServiceError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { z } from 'zod';
import { asEdictError, InvalidInput, problemOf } from '../../api/failure.ts';
import { EdictError } from '../../domain/errors.ts';

const application = (type: string) =>
  ApplicationFailure.create({
    type,
    message: 'the voter has no role',
    nonRetryable: true,
    details: [{ expected: 'manager', where: 'approval/a', help: 'ask' }],
  });

/** As the client throws it: with what the server answered as its cause. */
const grpc = (code: number, details: string) =>
  new ServiceError('Workflow Update failed', { cause: Object.assign(new Error(details), { code, details, metadata: {} }) });

describe('what was thrown', () => {
  it('keeps the code, and what to do, through an activity and an update', () => {
    const activity = new ActivityFailure(
      'activity failed',
      'approval.vote',
      '1',
      'NON_RETRYABLE_FAILURE',
      'worker',
      application('approval-role-missing'),
    );
    const error = asEdictError(new WorkflowUpdateFailedError('update failed', activity));
    expect(error).toMatchObject({
      code: 'approval-role-missing',
      message: 'the voter has no role',
      expected: 'manager',
      where: 'approval/a',
      help: 'ask',
    });
  });

  it('with a code that is not in the table is a defect, and its text stays inside', () => {
    const error = asEdictError(new WorkflowUpdateFailedError('update failed', application('DatabasePasswordError')));
    expect(error.code).toBe('defect');
    expect(JSON.stringify(problemOf(error, 'req-1'))).not.toContain('voter');
  });

  it.each([
    [new WorkflowUpdateRPCTimeoutOrCancelledError('timeout'), 'dependency-unavailable'],
    [grpc(9, 'Unable to perform workflow execution update due to Workflow Task in failed state.'), 'dependency-unavailable'],
    [grpc(9, 'something else'), 'defect'],
    [grpc(14, 'no connection'), 'dependency-unavailable'],
    [Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), { code: 'ECONNREFUSED' }), 'dependency-unavailable'],
    [Object.assign(new Error('x'), { code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 }), 'input-too-large'],
    [Object.assign(new Error('x'), { code: 'FST_ERR_SOMETHING', statusCode: 500 }), 'defect'],
    [new TypeError('cannot read properties of undefined'), 'defect'],
    ['text', 'defect'],
    [undefined, 'defect'],
  ])('%p becomes %s', (thrown, code) => {
    const error = asEdictError(thrown);
    expect(error.code).toBe(code);
    expect(JSON.stringify(problemOf(error, 'r'))).not.toMatch(/ECONNREFUSED|properties of|10\.0\.0/u);
  });

  it('that is of the table stays as it is', () => {
    const error = new EdictError('conflict', 'x');
    expect(asEdictError(error)).toBe(error);
  });
});

describe('input that a schema refused', () => {
  it('is told with every fault and where it is', () => {
    const { error } = z.strictObject({ a: z.object({ 'b/c': z.int() }), d: z.string() }).safeParse({ a: { 'b/c': 'x' }, d: 1, e: 2 });
    const problem = problemOf(new InvalidInput('body', error!), 'req-1');
    expect(problem).toMatchObject({ status: 400, code: 'input-invalid', where: '/a/b~1c' });
    expect(problem.faults?.map(({ where }) => where)).toEqual(['/a/b~1c', '/d', '/']);
  });
});
