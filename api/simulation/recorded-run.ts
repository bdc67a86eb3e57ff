/** A run that has ended, as the store knows it: what a simulation goes through again. */
import type { JsonObject } from '../../domain/json.ts';
import type { RecordedApproval, RecordedRun, RecordedTask } from '../../domain/playbook/recorded/record.ts';
import type { RunCommand } from '../../domain/playbook/control/command.ts';
import type { ApprovalRecord } from '../../domain/playbook/approval.ts';
import type { TaskRecord } from '../../domain/playbook/task.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import type { RunRow, Store } from '../../store/port.ts';

/** Why the run cannot be taken, or the run. */
export type Recording = { readonly recorded: RecordedRun } | { readonly reason: string };

/** `live`: asks the run itself, of one that is over but for its leases. */
export async function recordingOf(store: Store, row: RunRow, live: (run: string) => Promise<RunView | undefined>): Promise<Recording> {
  const view = row.status === 'running' ? ((await live(row.run)) ?? row.view) : row.view;
  if (view === undefined || (view.status !== 'ended' && view.status !== 'leased')) return { reason: `run \`${row.run}\` has not ended` };
  const playbook = await store.playbooks.byDigest(row.planDigest);
  if (playbook === undefined) return { reason: `the plan of run \`${row.run}\` is not there any more` };
  return { recorded: await recordedRun(store, row, { view, plan: playbook.plan }) };
}

async function recordedRun(
  store: Store,
  row: RunRow,
  { view, plan }: { readonly view: RunView; readonly plan: Plan },
): Promise<RecordedRun> {
  const { run, inputs, requester, incident } = row;
  const startedAtMs = Math.min(...view.steps.flatMap(({ startedAtMs: at }) => at ?? []), Number.MAX_SAFE_INTEGER);
  const since = (time: string): number => Math.max(0, Date.parse(time) - startedAtMs);
  const [effects, approvals, tasks, signals, commands, cancel] = await Promise.all([
    store.effects.list({ run }, { limit: 500 }),
    store.approvals.list({ run }, { limit: 500 }),
    store.tasks.list({ run }, { limit: 500 }),
    signalsOf(store, row, since),
    commandsOf(store, run, since),
    cancelOf(store, row, since),
  ]);
  return {
    run,
    plan,
    startedAtMs,
    inputs,
    requester,
    incident,
    view,
    ...signals,
    commands,
    ...(cancel === undefined ? {} : { cancel }),
    approvals: await Promise.all(approvals.items.toReversed().map((approval) => recordedApproval(store, approval))),
    tasks: await Promise.all(tasks.items.toReversed().map((task) => recordedTask(store, task))),
    effectsAtMs: Object.fromEntries(
      effects.items.flatMap(({ step, confirmedAt, appliedAt = confirmedAt }) =>
        appliedAt === undefined ? [] : [[step, since(appliedAt)]],
      ),
    ),
  };
}

type Since = (time: string) => number;

/** What started it, and what came for its incident while it ran. */
async function signalsOf(
  store: Store,
  { signal: first, incident, endedAt }: RunRow,
  since: Since,
): Promise<Pick<RecordedRun, 'signal' | 'signals'>> {
  const ids = incident === undefined ? [] : ((await store.incidents.get(incident))?.signals ?? []);
  const rows = await store.signals.many([...new Set([...(first === undefined ? [] : [first]), ...ids])]);
  const later = rows.filter(
    ({ id, receivedAt }) => id !== first && since(receivedAt) > 0 && (endedAt === undefined || receivedAt <= endedAt),
  );
  return {
    signal: rows.find(({ id }) => id === first),
    signals: later.map((signal) => ({ atMs: since(signal.receivedAt), signal })),
  };
}

async function commandsOf(store: Store, run: string, since: Since): Promise<RecordedRun['commands']> {
  const rows = await store.commands.list(run, { status: 'taken' });
  return rows.map(({ id, kind, by, reason, params, at }) => ({
    atMs: since(at),
    command: { ...params, id, kind, by, reason } as unknown as RunCommand,
  }));
}

async function cancelOf(store: Store, { run, cancelledBy }: RunRow, since: Since): Promise<RecordedRun['cancel']> {
  if (cancelledBy === undefined) return undefined;
  const { items } = await store.audit.list({ subject: `run/${run}` }, { limit: 500 });
  const ordered = items.find(({ event }) => event === 'run-cancel-ordered');
  return ordered && { atMs: since(ordered.at), by: cancelledBy, reason: textIn(ordered.detail, 'reason') };
}

const textIn = (detail: JsonObject, key: string): string => (typeof detail[key] === 'string' ? detail[key] : '');

async function recordedApproval(store: Store, record: ApprovalRecord): Promise<RecordedApproval> {
  const { step, plan, openedAt, roles, people, votes, granted, review } = record;
  const after = (at: string): number => Math.max(0, Date.parse(at) - Date.parse(openedAt));
  const rightsOf = (who: string): Promise<readonly string[]> => rolesOf(store, who, { roles, people });
  const voted = votes.map(async ({ by, decision, at, reason, narrow }) => {
    const given = await rightsOf(by);
    return { who: by, decision, reason, narrow, afterMs: after(at), roles: given };
  });
  const broken = granted?.by === 'break-glass' ? review : undefined;
  const breaking = broken && {
    who: broken.by,
    decision: 'break-glass' as const,
    reason: broken.reason,
    afterMs: after(broken.openedAt),
    roles: await rightsOf(broken.by),
  };
  const actions = plan.effects.map(({ action }) => action);
  return { step, actions, votes: [...(await Promise.all(voted)), ...(breaking ? [breaking] : [])] };
}

async function recordedTask(store: Store, task: TaskRecord): Promise<RecordedTask> {
  const { step, undo, outputs, answer, answeredBy: who, openedAt, closedAt = openedAt } = task;
  const asked = { step, undo, outputs: Object.keys(outputs) };
  if (answer === undefined || who === undefined) return asked;
  const afterMs = Math.max(0, Date.parse(closedAt) - Date.parse(openedAt));
  return { ...asked, answer: { who, outputs: answer, afterMs, roles: await rolesOf(store, who, task) } };
}

/** The roles that they have now; of one who has none of them any more, or acted for others, those that the word counted by. */
async function rolesOf(store: Store, who: string, asked: Pick<TaskRecord, 'roles' | 'people'>): Promise<readonly string[]> {
  const now = (await store.people.get(who))?.roles ?? [];
  return asked.people.includes(who) || now.some((role) => asked.roles.includes(role)) ? now : [...now, ...asked.roles];
}
