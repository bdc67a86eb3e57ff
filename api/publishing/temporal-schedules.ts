/** Temporal's schedules, as the API asks for them. Each starts a small workflow that orders a run; it authorises nothing. */
import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Client, ScheduleOptions } from '@temporalio/client';
import { taskQueues, workflowIds, workflowTypes } from '../../workflows/messages.ts';
import type { ScheduledOrderInput } from '../../workflows/messages.ts';
import type { WantedSchedule } from './schedules.ts';

export type ScheduleTimes = { readonly next?: string; readonly last?: { readonly at: string } };

/** After it was away, Temporal makes up for so long. */
const catchupWindow = '1 hour';

export async function putSchedule(client: Client, schedule: WantedSchedule, taskQueue: string = taskQueues.main): Promise<void> {
  const options = optionsOf(schedule, taskQueue);
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(schedule.id).update(({ state }) => {
      const { spec, action, policies } = options;
      return { spec, action, ...(policies ? { policies } : {}), state: { ...state, paused: schedule.paused } };
    });
  }
}

/** One that is not there is as good. */
export async function dropSchedule(client: Client, id: string): Promise<void> {
  await client.schedule
    .getHandle(id)
    .delete()
    .catch((error: unknown) => {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    });
}

export async function scheduleIds(client: Client, prefix: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { scheduleId } of client.schedule.list()) if (scheduleId.startsWith(prefix)) ids.push(scheduleId);
  return ids;
}

export async function scheduleTimes(client: Client, id: string): Promise<ScheduleTimes> {
  const { info } = await client.schedule.getHandle(id).describe();
  const [next] = info.nextActionTimes;
  const last = info.recentActions.at(-1);
  return {
    ...(next === undefined ? {} : { next: next.toISOString() }),
    ...(last === undefined ? {} : { last: { at: last.scheduledAt.toISOString() } }),
  };
}

type Options = ScheduleOptions & { readonly action: { type: 'startWorkflow' } };

function optionsOf({ id, playbook, trigger, times, paused }: WantedSchedule, taskQueue: string): Options {
  const { everyMs, cron, timezone } = times;
  return {
    scheduleId: id,
    spec: {
      ...(everyMs === undefined ? {} : { intervals: [{ every: everyMs }] }),
      ...(cron === undefined ? {} : { cronExpressions: [cron] }),
      ...(timezone === undefined ? {} : { timezone }),
    },
    action: {
      type: 'startWorkflow',
      workflowType: workflowTypes.scheduledOrder,
      workflowId: workflowIds.scheduledOrder(playbook, trigger),
      taskQueue,
      args: [{ playbook, trigger } satisfies ScheduledOrderInput],
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow },
    state: { paused },
  };
}
