/** Publishing playbooks, their versions, and switching off what starts them by itself. */
import { EdictError } from '../../domain/errors.ts';
import { printDuration } from '../../domain/playbook/duration.ts';
import type { PlaybookRow, Store } from '../../store/port.ts';
import type { TriggerSwitch } from '../../store/triggers/port-triggers.ts';
import type { Schedule } from '../contract/playbooks.ts';
import { approvalWarnings } from '../approval-warnings.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import { publishPlaybook } from '../publishing/publish-playbook.ts';
import { scheduleId, syncSchedules } from '../publishing/schedules.ts';

type Names =
  | 'playbooks.publish'
  | 'playbooks.versions'
  | 'schedules.list'
  | 'playbooks.pause'
  | 'playbooks.resume'
  | 'playbooks.disable'
  | 'playbooks.enable';

export function publishingHandlers(deps: HandlerDeps): HandlersOf<Names> {
  const { store } = deps;
  return {
    'playbooks.publish': async ({ body, by, reply }) => {
      const published = await publishPlaybook(store, body, by);
      const answer = { ...published, warnings: [...published.warnings, ...(await approvalWarnings(deps, body))] };
      if (!answer.published) reply.code(200);
      // What is recorded is brought to Temporal by the outbox, where it cannot be brought now.
      else await syncSchedules(deps).catch(() => undefined);
      return answer;
    },
    'playbooks.versions': async ({ params: { name } }) => {
      const items = await store.playbooks.versions(name);
      if (items.length === 0) throw unknownPlaybook(name);
      return { items: items.map((row) => ({ ...row, digest: row.digest as `sha256:${string}` })) };
    },
    'schedules.list': async () => ({ items: await schedulesOf(deps) }),
    'playbooks.pause': ({ params, body, by }) => switched(deps, { playbook: params.name, paused: true, ...body }, by),
    'playbooks.resume': ({ params, body, by }) => switched(deps, { playbook: params.name, paused: false, ...body }, by),
    'playbooks.disable': ({ params, body, by }) => switched(deps, { playbook: params.name, disabled: true, ...body }, by),
    'playbooks.enable': ({ params, body, by }) => switched(deps, { playbook: params.name, disabled: false, ...body }, by),
  };
}

async function switched(deps: HandlerDeps, change: Parameters<Store['triggers']['set']>[0], by: string): Promise<TriggerSwitch> {
  const { store } = deps;
  if ((await store.playbooks.get(change.playbook)) === undefined) throw unknownPlaybook(change.playbook);
  const made = await store.triggers.set(change, by);
  await syncSchedules(deps).catch(() => undefined);
  return made;
}

function unknownPlaybook(name: string): EdictError {
  return new EdictError('not-found', `there is no playbook \`${name}\``);
}

async function schedulesOf({ store, orchestrator }: HandlerDeps): Promise<readonly Schedule[]> {
  const switches = new Map((await store.triggers.list()).map((one) => [one.playbook, one]));
  const found = (await store.playbooks.list()).flatMap((row) => scheduled(row, switches.get(row.playbook)));
  return Promise.all(
    found.map(async (schedule) => ({ ...schedule, ...(await orchestrator.schedule(scheduleId(schedule.playbook, schedule.trigger))) })),
  );
}

function scheduled({ playbook, version, plan }: PlaybookRow, off: TriggerSwitch | undefined): readonly Schedule[] {
  const state = off?.disabled ? 'disabled' : off?.paused ? 'paused' : 'active';
  return plan.triggers.flatMap((trigger, index) => {
    if (trigger.kind !== 'schedule') return [];
    const { everyMs, cron, timezone } = trigger;
    return [
      {
        playbook,
        version,
        trigger: index,
        ...(everyMs === undefined ? {} : { every: printDuration(everyMs) }),
        ...(cron === undefined ? {} : { cron }),
        ...(timezone === undefined ? {} : { timezone }),
        state,
      },
    ];
  });
}
