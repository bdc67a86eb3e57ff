/** The least that Temporal does from a signal to the activity of a child, with the commits that a triage and an order make. */
import { condition, defineSignal, executeChild, proxyActivities, setHandler } from '@temporalio/workflow';

/** Commits so many rows, one after the other, and answers when that was done, in milliseconds since 1970. */
const { commit } = proxyActivities<{ commit: (times: number) => Promise<number> }>({ startToCloseTimeout: '1 minute' });
export const poke = defineSignal('poke');

export async function signalToChild(): Promise<number> {
  let poked = false;
  setHandler(poke, () => {
    poked = true;
  });
  await condition(() => poked);
  // The incident, the order, the signal's end.
  await commit(3);
  return executeChild(child);
}

/** The run's beginning. */
export async function child(): Promise<number> {
  return commit(1);
}
