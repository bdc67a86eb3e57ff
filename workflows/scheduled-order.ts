/**
 * One time of a schedule: orders the run, which an activity checks against the published playbook, and lasts as long as it does, so that a
 * schedule never starts a playbook while its run before goes on.
 */
import type { ScheduledOrderInput } from './messages.ts';
import { control } from './options.ts';
import { failureOf, runToEnd } from './run-child.ts';

export async function scheduledOrder({ playbook, trigger }: ScheduledOrderInput): Promise<{ readonly run?: string }> {
  try {
    const { run } = await control['schedule.order']({ playbook, trigger });
    if (run === undefined) return {};
    await runToEnd(run);
    return { run };
  } catch (error) {
    throw failureOf(error);
  }
}
