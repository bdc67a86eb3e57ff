/** The limit that the interpreter is measured against: the same shapes written by hand, with nothing in between. Bundled by the benches alone. */
import { condition, defineSignal, executeChild, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import type { ActionCall } from '../../activities/contract.ts';
import type { JsonObject } from '../../domain/json.ts';

/** The very activity that a playbook's step is, set as it is there: taken over as soon where its worker died, and tried again as often. */
const { 'enforcement.observe': answer } = proxyActivities<{ 'enforcement.observe': (call: ActionCall) => Promise<JsonObject> }>({
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '73 minutes',
  heartbeatTimeout: '5 seconds',
  retry: { maximumAttempts: 6, initialInterval: '1 second', maximumInterval: '10 seconds', backoffCoefficient: 2 },
});

const call = (step: string, value: number): ActionCall => ({ run: '0123456789ab', step, invocation: 1, params: { point: String(value) } });

export async function sequence(steps: number): Promise<number> {
  let done = 0;
  for (let index = 0; index < steps; index++) {
    await answer(call(`s${index}`, index));
    done += 1;
  }
  return done;
}

export async function parallel(steps: number): Promise<number> {
  const results = await Promise.all(Array.from({ length: steps }, (_, index) => answer(call(`s${index}`, index))));
  return results.length;
}

export async function foreach(items: number, concurrency: number): Promise<number> {
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (next < items) {
      const index = next++;
      await answer(call(`each[${index}].s`, index));
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return done;
}

export async function tree(): Promise<number> {
  await answer(call('root', 0));
  await Promise.all(
    [1, 2].map(async (side) => {
      await answer(call(`side-${side}`, side));
      await Promise.all([1, 2].map((leaf) => answer(call(`leaf-${side}-${leaf}`, leaf))));
    }),
  );
  return 7;
}

export async function called(index: number): Promise<JsonObject> {
  return answer(call('s', index));
}

export async function callMany(count: number, concurrency: number): Promise<number> {
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      await executeChild(called, { args: [next++] });
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return done;
}

/** So many steps, and an hour of waiting for nothing. */
export async function waiting(steps: number): Promise<number> {
  const done = await parallel(steps);
  await sleep('1 hour');
  return done;
}

const wake = defineSignal('wake');

/** Waits for a signal, and tells when its next action was performed. */
export async function woken(): Promise<{ readonly at: number }> {
  let come = false;
  setHandler(wake, () => void (come = true));
  await condition(() => come, '1 hour');
  const { detail } = await answer({ ...call('s', 0), params: { point: 'time' } });
  return { at: Number(detail) };
}
