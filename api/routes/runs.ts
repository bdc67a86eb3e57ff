/** Runs and their effects. The live view is the workflow's; where it cannot be asked in time, the stored one is shown and said to be stale. */
import { EdictError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { EffectRow, RunRow, Store } from '../../store/port.ts';
import type { RunDetail, RunSummary } from '../contract/runs.ts';
import { workflowIds } from '../../workflows/messages.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import { withoutLargeValues } from '../large-values.ts';

/** A page must not hang on a worker that is away. */
const queryTimeoutMs = 1500;

export function runHandlers({
  store,
  orchestrator,
  temporalUi,
}: HandlerDeps): HandlersOf<'runs.list' | 'runs.get' | 'runs.workflow' | 'runs.cancel' | 'effects.list' | 'values.get'> {
  return {
    'runs.list': async ({ query: { cursor, limit, ...filter } }) => {
      const { items, next } = await store.runs.list(filter, { cursor, limit });
      return { items: items.map(runSummary), next };
    },
    'runs.get': async ({ params }) => {
      const row = await knownRun(store, params.run);
      const [live, effects, links] = await Promise.all([
        row.status === 'ended' ? undefined : orchestrator.runView(row.run, queryTimeoutMs),
        effectsOf(store, row.run),
        linksOf(store, row),
      ]);
      const whole = live ?? row.view;
      const view = whole && (await withoutLargeValues(whole, store.values));
      return {
        ...runSummary(row),
        inputs: row.inputs,
        ...(view === undefined ? {} : { view }),
        stale: live === undefined && row.status !== 'ended',
        effects,
        ...links,
      };
    },
    'runs.workflow': async ({ params }) => {
      const { run, status } = await knownRun(store, params.run);
      const attempts = status === 'ended' ? [] : await orchestrator.attempts(run, queryTimeoutMs);
      const workflow = workflowIds.playbookRun(run);
      const link = temporalUi === undefined ? {} : { link: `${temporalUi}/workflows/${encodeURIComponent(workflow)}` };
      return { run, workflow, ...link, attempts: attempts ?? [], stale: attempts === undefined };
    },
    'runs.cancel': async ({ params, body, by }) => {
      const row = await knownRun(store, params.run);
      if (row.status === 'ended') throw new EdictError('run-state-wrong', `run \`${row.run}\` has ended already`);
      await store.runs.recordCancel(row.run, by, body.reason);
      // An order that never reached Temporal is started, so that its cancellation runs its course.
      if (row.status === 'ordered') await orchestrator.startRun(row.run);
      await orchestrator.cancel(row.run, { by, reason: body.reason });
      return { run: row.run, status: row.status };
    },
    'values.get': async ({ params }) => {
      const value = await store.values.get(params.digest);
      if (value === undefined) throw new EdictError('not-found', `there is no value \`${params.digest}\``);
      return JSON.parse(Buffer.from(value.json).toString('utf8')) as Json;
    },
    'effects.list': ({ query: { run, status, ...page } }) => store.effects.list({ run, status }, page),
  };
}

export async function knownRun(store: Store, run: string): Promise<RunRow> {
  const row = await store.runs.get(run);
  if (row === undefined) throw new EdictError('not-found', `there is no run \`${run}\``);
  return row;
}

export async function effectsOf(store: Store, run: string): Promise<readonly EffectRow[]> {
  return (await store.effects.list({ run }, { limit: 500 })).items;
}

/** Where it came from, what came of it, and what people told it. */
async function linksOf(store: Store, { run, fork, migrations, orderedWith }: RunRow): Promise<RunLinks> {
  const [forks, commands] = await Promise.all([store.runs.forks(run), store.commands.list(run)]);
  return {
    ...(fork === undefined ? {} : { forkOf: { run: fork.of, from: fork.from } }),
    forks,
    migrations: migrations ?? [],
    ...(orderedWith === undefined ? {} : { orderedWith }),
    commands,
  };
}

type RunLinks = Pick<RunDetail, 'forkOf' | 'forks' | 'migrations' | 'orderedWith' | 'commands'>;

export function runSummary(row: RunRow): RunSummary {
  const { inputs: _inputs, view: _view, fork: _fork, migrations: _migrations, orderedWith: _orderedWith, ...summary } = row;
  return summary;
}
