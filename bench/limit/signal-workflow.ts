/** The least that Temporal does from a signal to an activity: no triage, no order, no playbook. */
import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';

const { stamp } = proxyActivities<{ stamp: () => Promise<number> }>({ startToCloseTimeout: '1 minute' });
export const poke = defineSignal('poke');

/** Answers when its activity ran, in milliseconds since 1970. */
export async function signalToActivity(): Promise<number> {
  let poked = false;
  setHandler(poke, () => {
    poked = true;
  });
  await condition(() => poked);
  return await stamp();
}
