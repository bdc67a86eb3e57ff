/**
 * Runs that nobody asks for by hand: by a schedule, and by the end of another playbook's run. Each is ordered on record once, where the
 * newest published version has that trigger and nobody has switched it off; what it is given is evaluated here.
 */
import { digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { resolveInputs } from '../../domain/playbook/inputs.ts';
import { deepestRun, type RunOrigin } from '../../domain/playbook/control/origin.ts';
import type { PlaybookTrigger, ScheduleTrigger, Templates } from '../../domain/playbook/plan.ts';
import { isDue } from '../../domain/playbook/publishing/schedule.ts';
import { evaluateTemplates } from '../../domain/playbook/template.ts';
import type { PlaybookRow, RunRow, Store } from '../../store/port.ts';
import type { Activities } from '../contract.ts';
import type { Ports } from '../ports.ts';

export function triggerActivities(ports: Ports): Pick<Activities, 'schedule.order'> {
  return { 'schedule.order': async ({ playbook, trigger }) => orderScheduled(ports, playbook, trigger) };
}

/** Temporal catches up after it was away, for an hour; clocks differ by less than a minute. */
const lateMs = 2 * 3_600_000;
const earlyMs = 60_000;

async function orderScheduled(ports: Ports, name: string, index: number): Promise<{ run?: string }> {
  const { store } = ports;
  const row = await store.playbooks.get(name);
  const trigger = row?.plan.triggers[index];
  if (!row || trigger?.kind !== 'schedule')
    throw new EdictError('order-mismatch', `no schedule ${index} of playbook \`${name}\` is published`, { where: `playbook/${name}` });
  const at = new Date(dueTime(ports, trigger, timeOf(ports, name, index))).toISOString();
  const switched = await store.triggers.get(name);
  if (switched?.disabled || switched?.paused) return {};
  const by = `system:schedule/${name}`;
  const run = `${name}-${hashOf(['schedule', name, index, at])}`;
  const ordered = await order(store, row, { run, by, requester: by, inputs: trigger.inputs, trigger: { at } });
  return ordered === undefined ? {} : { run: ordered };
}

/** INVARIANT: whoever starts the workflow, a run is ordered for a time of the schedule only, and one for each. */
function dueTime({ now }: Ports, trigger: ScheduleTrigger, atMs: number): number {
  const since = now().getTime() - atMs;
  if (isDue(trigger, atMs) && since <= lateMs && since >= -earlyMs) return atMs;
  throw new EdictError('order-mismatch', `${new Date(atMs).toISOString()} is no time of the schedule, or not now`);
}

/** The time is the server's word: it is part of the id that it gives to the workflow. */
function timeOf({ caller }: Ports, playbook: string, index: number): number {
  const id = caller().workflowId ?? 'none';
  const prefix = `scheduled/${playbook}/${index}-`;
  const atMs = id.startsWith(prefix) ? Date.parse(id.slice(prefix.length)) : Number.NaN;
  if (!Number.isNaN(atMs)) return atMs;
  throw new EdictError('order-mismatch', `workflow \`${id}\` acts for schedule ${index} of playbook \`${playbook}\``);
}

/** Ordered here, started by the workflow of the run that ended, or by the outbox where that died. Gives their ids. */
export async function orderFollowers(store: Store, run: string, playbook: string): Promise<readonly string[]> {
  const following = await store.playbooks.following(playbook);
  const ended = following.length === 0 ? undefined : await store.runs.get(run);
  if (ended?.status !== 'ended' || ended.origin?.kind === 'undo') return [];
  const runs = [];
  for (const row of following) runs.push(await orderFollower(store, row, ended));
  return runs.flatMap((ordered) => ordered ?? []);
}

async function orderFollower(store: Store, row: PlaybookRow, ended: RunRow): Promise<string | undefined> {
  const trigger = row.plan.triggers.find((one): one is PlaybookTrigger => one.kind === 'playbook' && isMeant(one, ended));
  if (!trigger || (await store.triggers.get(row.playbook))?.disabled) return undefined;
  return order(store, row, {
    run: `run-${hashOf(['after', ended.run, row.playbook])}`,
    by: `system:trigger/${row.playbook}`,
    // Who asks does not approve: what follows is asked for by whoever asked for the first.
    requester: ended.requester,
    inputs: trigger.inputs,
    trigger: endOf(ended),
    incident: ended.incident,
    origin: { kind: 'after', run: ended.run, depth: (ended.origin?.depth ?? 0) + 1 },
  });
}

const isMeant = ({ playbook, outcomes }: PlaybookTrigger, ended: RunRow): boolean =>
  playbook === ended.playbook && outcomes.includes(ended.outcome ?? '');

function endOf({ run, playbook, version, outcome, requester, inputs, view }: RunRow): JsonObject {
  return { run, playbook, version, outcome: outcome ?? '', requester, inputs, outputs: view?.outputs ?? {} };
}

type Ordering = {
  readonly run: string;
  readonly by: string;
  readonly requester: string;
  readonly inputs: Templates;
  readonly trigger: JsonObject;
  readonly incident?: string | undefined;
  readonly origin?: RunOrigin | undefined;
};

/** Undefined, and on record, where the trigger gives what the playbook cannot be started with. */
async function order(store: Store, { playbook, version, digest, plan }: PlaybookRow, ordering: Ordering): Promise<string | undefined> {
  const { run, by, requester, trigger, incident, origin } = ordering;
  if (await store.runs.get(run)) return run;
  try {
    if ((origin?.depth ?? 0) > deepestRun)
      throw new EdictError('playbooks-too-deep', `playbook \`${playbook}\` would run ${origin?.depth} playbooks deep`);
    const inputs = evaluateTemplates(ordering.inputs, (root) => (root === 'trigger' ? trigger : undefined));
    resolveInputs(plan, inputs);
    await store.runs.order({ run, playbook, version, planDigest: digest, inputs, requester, incident, origin }, by);
    return run;
  } catch (error) {
    if (!(error instanceof EdictError) || !expected.has(error.code)) throw error;
    const { code, message } = error;
    await store.audit.append({ actor: by, event: 'trigger-failed', subject: `playbook/${playbook}`, detail: { run, code, message } });
    return undefined;
  }
}

const expected: ReadonlySet<string> = new Set(['input-invalid', 'expression-failed', 'expression-budget-exceeded', 'playbooks-too-deep']);

const hashOf = (parts: readonly (string | number)[]): string => digestOf([...parts]).slice('sha256:'.length, 'sha256:'.length + 16);
