import { describe, expect, it } from '@jest/globals';
import { pause, withDeadline } from '../../connectors/deadline.ts';

describe('a deadline', () => {
  it('ends what takes too long, as `timeout`, however it ends', async () => {
    const work = withDeadline('apply at fw-1', { timeoutMs: 20 }, async (deadline) => {
      await pause(10_000, deadline);
      throw new Error('killed');
    });
    await expect(work).rejects.toMatchObject({ code: 'timeout', message: expect.stringContaining('apply at fw-1') });
  });

  it('ends what the caller gives up, as `cancelled`', async () => {
    const caller = new AbortController();
    const work = withDeadline('probe at fw-1', { timeoutMs: 10_000, signal: caller.signal }, async (deadline) => {
      caller.abort();
      await pause(10_000, deadline);
      deadline.check();
    });
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('starts nothing for a caller that has given up already', async () => {
    let started = false;
    const work = withDeadline('apply at fw-1', { timeoutMs: 1000, signal: AbortSignal.abort() }, async () => {
      started = true;
    });
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    expect(started).toBe(false);
  });

  it('lets an error that came before the end through as it is', async () => {
    const failure = new Error('refused');
    await expect(withDeadline('x', { timeoutMs: 1000 }, () => Promise.reject(failure))).rejects.toBe(failure);
  });
});
