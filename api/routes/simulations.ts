/** Simulations on recorded runs, in this process and in memory: bounded in runs and in time, giving way to others between two runs. */
import { setImmediate as breath } from 'node:timers/promises';
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import { printDuration } from '../../domain/playbook/duration.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import { givenAnswers } from '../../domain/playbook/recorded/given.ts';
import { compareWithRecorded, tallyOf, type Comparison } from '../../domain/playbook/recorded/compare.ts';
import type { RecordedRun } from '../../domain/playbook/recorded/record.ts';
import type { ReplayOptions } from '../../domain/playbook/recorded/replay.ts';
import type { SimulatedRun } from '../../domain/playbook/simulate.ts';
import type { RunRow, Store } from '../../store/port.ts';
import type { SimulatedComparison, SimulatedCourse } from '../contract/simulations.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import { recordingOf } from '../simulation/recorded-run.ts';
import { knownRun } from './runs.ts';

/** Of one run; nothing else is answered meanwhile. */
const longestRunMs = 1_000;
const longestMs = 20_000;
/** How long a run that goes on is asked for its view. */
const liveViewMs = 1_500;
/** Runs that are looked through for those of the playbook. */
const lookedThrough = 5_000;

type Request = {
  readonly playbook?: string | undefined;
  readonly version?: string | undefined;
  readonly source?: string | undefined;
  readonly incident?: string | undefined;
  readonly run?: string | undefined;
  readonly last: number;
  readonly fakes?: JsonObject | undefined;
  readonly people?: readonly JsonObject[] | undefined;
};
type Taken = { readonly row: RunRow; readonly recorded: RecordedRun };

export function simulationHandlers({ store, orchestrator }: HandlerDeps): HandlersOf<'playbooks.simulate'> {
  return {
    'playbooks.simulate': async ({ body }) => {
      const plan = await planFor(store, body);
      const options = givenAnswers(plan, body);
      const { taken, skipped } = await recordings({ store, orchestrator }, await rowsFor(store, plan, body));
      const comparisons = await compareAll(plan, taken, options);
      const { playbook, version, digest } = plan;
      return { playbook, version, digest: digest as `sha256:${string}`, ...tallyOf(comparisons), comparisons, skipped };
    },
  };
}

async function planFor(store: Store, { playbook = '', version, source }: Request): Promise<Plan> {
  if (source !== undefined) return compilePlaybook(source, 'playbook.yaml').plan;
  const row = await store.playbooks.get(playbook, version);
  if (row) return row.plan;
  const name = version === undefined ? playbook : `${playbook}@${version}`;
  throw new EdictError('not-found', `there is no playbook \`${name}\``, { where: '/playbook' });
}

async function rowsFor(store: Store, { playbook }: Plan, { incident, run, last }: Request): Promise<readonly RunRow[]> {
  if (run !== undefined) return [await knownRun(store, run)];
  if (incident !== undefined && (await store.incidents.get(incident)) === undefined)
    throw new EdictError('not-found', `there is no incident \`${incident}\``, { where: '/incident' });
  const found: RunRow[] = [];
  let cursor: string | undefined;
  for (let seen = 0; seen < lookedThrough && found.length < last; seen += 500) {
    const page = await store.runs.list({ incident }, { limit: 500, cursor });
    found.push(...page.items.filter((row) => row.playbook === playbook));
    if (page.next === undefined) break;
    cursor = page.next;
  }
  return found.slice(0, last);
}

async function recordings(
  { store, orchestrator }: Pick<HandlerDeps, 'store' | 'orchestrator'>,
  rows: readonly RunRow[],
): Promise<{ readonly taken: readonly Taken[]; readonly skipped: { run: string; reason: string }[] }> {
  const taken: Taken[] = [];
  const skipped: { run: string; reason: string }[] = [];
  for (const row of rows) {
    const recording = await recordingOf(store, row, (run) => orchestrator.runView(run, liveViewMs));
    if ('recorded' in recording) taken.push({ row, recorded: recording.recorded });
    else skipped.push({ run: row.run, reason: recording.reason });
  }
  return { taken, skipped };
}

async function compareAll(plan: Plan, taken: readonly Taken[], options: ReplayOptions): Promise<readonly SimulatedComparison[]> {
  const deadline = performance.now() + longestMs;
  const compared: SimulatedComparison[] = [];
  for (const { row, recorded } of taken) {
    await breath();
    const ends = Math.min(deadline, performance.now() + longestRunMs);
    const watch = (): void => {
      if (performance.now() > ends)
        throw new EdictError('input-too-large', 'it takes too long to go through', { expected: `at most ${longestRunMs} ms a run` });
    };
    const others = taken.filter((other) => other.row !== row && other.row.incident === row.incident).map((other) => other.recorded);
    compared.push(shown(row, compareWithRecorded(plan, recorded, { ...options, watch, others })));
  }
  return compared;
}

function shown({ incident, orderedAt }: RunRow, { before, after, ...comparison }: Comparison): SimulatedComparison {
  return {
    ...comparison,
    ...(incident === undefined ? {} : { incident }),
    orderedAt,
    ...(before ? { before: courseOf(before) } : {}),
    ...(after ? { after: courseOf(after) } : {}),
  };
}

function courseOf({ view, path, effects, approvals, outcomeAtMs, endedAtMs }: SimulatedRun): SimulatedCourse {
  return {
    outcome: view.outcome,
    error: view.error?.code,
    at: printDuration(outcomeAtMs),
    over: printDuration(endedAtMs),
    path,
    effects: effects.map(({ step, action, params, atMs, undoneAtMs }) => ({
      step,
      action,
      params,
      at: printDuration(atMs),
      ...(undoneAtMs === undefined ? {} : { undone: printDuration(undoneAtMs) }),
    })),
    approvals: approvals.map(({ command, openedAtMs, status }) => ({
      step: command.step,
      at: printDuration(openedAtMs),
      roles: command.roles,
      quorum: command.quorum,
      status,
    })),
  };
}
