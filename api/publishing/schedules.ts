/**
 * Keeps Temporal's schedules as the newest published versions want them: one for each schedule that nobody has switched off. What the store
 * says is put there again and again, so that a crash in between delays it and no more.
 */
import { digestOf } from '../../domain/digest.ts';
import type { ScheduleTrigger } from '../../domain/playbook/plan.ts';
import type { Store } from '../../store/port.ts';
import type { Orchestrator } from '../orchestrator.ts';

export type WantedSchedule = {
  readonly id: string;
  readonly playbook: string;
  readonly trigger: number;
  readonly times: Pick<ScheduleTrigger, 'everyMs' | 'cron' | 'timezone'>;
  readonly paused: boolean;
};

const prefix = 'playbook/';

export const scheduleId = (playbook: string, trigger: number): string => `${prefix}${playbook}/${trigger}`;

type Deps = { readonly store: Store; readonly orchestrator: Pick<Orchestrator, 'putSchedule' | 'dropSchedule' | 'schedules'> };

/** What was put by this process, by id. A cache only: everything is put again after a while. */
const put = new WeakMap<Store, Map<string, string>>();
const againAfterMs = 60_000;
const lastWhole = new WeakMap<Store, number>();

/** Throws `dependency-unavailable` while Temporal is away. */
export async function syncSchedules({ store, orchestrator }: Deps): Promise<void> {
  const whole = performance.now() - (lastWhole.get(store) ?? -Infinity) > againAfterMs;
  const known = whole ? new Map<string, string>() : (put.get(store) ?? new Map<string, string>());
  put.set(store, known);
  const wanted = await wantedSchedules(store);
  for (const schedule of wanted) {
    const digest = digestOf(schedule);
    if (known.get(schedule.id) === digest) continue;
    await orchestrator.putSchedule(schedule);
    known.set(schedule.id, digest);
  }
  const ids = new Set(wanted.map(({ id }) => id));
  const there = whole ? await orchestrator.schedules(prefix) : [...known.keys()];
  for (const id of there) {
    if (ids.has(id)) continue;
    await orchestrator.dropSchedule(id);
    known.delete(id);
  }
  if (whole) lastWhole.set(store, performance.now());
}

async function wantedSchedules(store: Store): Promise<readonly WantedSchedule[]> {
  const switches = new Map((await store.triggers.list()).map((one) => [one.playbook, one]));
  return (await store.playbooks.list()).flatMap(({ playbook, plan }) =>
    plan.triggers.flatMap((trigger, index) => {
      const off = switches.get(playbook);
      if (trigger.kind !== 'schedule') return [];
      const { everyMs, cron, timezone } = trigger;
      const times = {
        ...(everyMs === undefined ? {} : { everyMs }),
        ...(cron === undefined ? {} : { cron }),
        ...(timezone === undefined ? {} : { timezone }),
      };
      return [{ id: scheduleId(playbook, index), playbook, trigger: index, times, paused: off?.paused === true || off?.disabled === true }];
    }),
  );
}
