/** The limit that the interpreter is measured against: the same shapes written by hand, with nothing in between. Bundled by the bench alone. */
import { proxyActivities } from '@temporalio/workflow';
import type { JsonObject } from '../../domain/json.ts';
import type { ActionCall } from '../../activities/contract.ts';

const { noop } = proxyActivities<{ noop: (call: ActionCall) => Promise<JsonObject> }>({ startToCloseTimeout: '2 minutes' });

const call = (index: number): ActionCall => ({ run: 'limit', step: `each[${index}].noop`, invocation: 1, params: { value: index } });

export async function sequentialByHand(steps: number): Promise<number> {
  let done = 0;
  for (let index = 0; index < steps; index++) {
    await noop(call(index));
    done += 1;
  }
  return done;
}

export async function parallelByHand(steps: number): Promise<number> {
  const results = await Promise.all(Array.from({ length: steps }, (_, index) => noop(call(index))));
  return results.length;
}
