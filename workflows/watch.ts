/**
 * Continuous monitoring of a scope, for ever: an activity watches every point and detector; a point that drifted gets a run of
 * the `monitor` playbook, a version whose exception has ended one of `end-exceptions`. Signals of detectors are recorded by the activity and delivered like any other.
 */
import { continueAsNew, sleep, workflowInfo } from '@temporalio/workflow';
import type { EndedException } from '../activities/contract.ts';
import type { WatchInput } from './messages.ts';
import { control, watching } from './options.ts';
import { failureOf, runToEnd } from './run-child.ts';

const forMs = 10 * 60 * 1000;
const intervalMs = 2000;
/** A point that could not be healed is not tried again at once. */
const pauseAfterFailure = '15 seconds';

export async function watch(input: WatchInput): Promise<void> {
  while (!workflowInfo().continueAsNewSuggested) {
    const { drifted, ended = [] } = await watching['monitor.watch']({ scope: input.scope, forMs, intervalMs });
    const done = await Promise.all([...drifted.map(heal), ...ended.map(end)]);
    if (done.includes(false)) await sleep(pauseAfterFailure);
  }
  await continueAsNew<typeof watch>(input);
}

async function heal(point: string): Promise<boolean> {
  return isDone(() => control['monitor.order']({ point, at: Date.now() }));
}

async function end(ended: EndedException): Promise<boolean> {
  return isDone(() => control['monitor.end'](ended));
}

async function isDone(order: () => Promise<{ readonly run: string }>): Promise<boolean> {
  try {
    const { run } = await order();
    return (await runToEnd(run)).outcome === 'done';
  } catch (error) {
    // Reported by the run itself and by the point's health; the watch goes on.
    failureOf(error);
    return false;
  }
}
