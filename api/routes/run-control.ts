/** Pause, resume, skip, migrate and rerun; and what a cancellation or a migration would mean. */
import type { FastifyRequest } from 'fastify';
import { EdictError } from '../../domain/errors.ts';
import { parseDuration } from '../../domain/playbook/duration.ts';
import { forkOf } from '../../domain/playbook/control/fork-plan.ts';
import { resolveInputs } from '../../domain/playbook/inputs.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import type { Person, PlaybookRow, RunRow, Store } from '../../store/port.ts';
import type { RerunReply } from '../contract/run-control.ts';
import { giveCommand } from '../orders/give-command.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import { orderRun, requireManual } from '../orders/order-run.ts';
import { knownRun } from './runs.ts';

type Names =
  | 'runs.pause'
  | 'runs.resume'
  | 'runs.skip'
  | 'runs.extend'
  | 'runs.migrate'
  | 'runs.commands'
  | 'runs.rerun'
  | 'runs.cancel-preview'
  | 'runs.migration-preview';

/** How long a run is asked for its state, and a command for its answer. */
const queryTimeoutMs = 5000;
const answerWaitMs = 1500;

export function runControlHandlers(deps: HandlerDeps): HandlersOf<Names> {
  return {
    ...commandHandlers(deps),
    ...previewHandlers(deps),
    'runs.rerun': ({ params, body, person, http }) => rerun(deps, params.run, { ...body, http }, person),
  };
}

function commandHandlers(
  deps: HandlerDeps,
): HandlersOf<'runs.pause' | 'runs.resume' | 'runs.skip' | 'runs.extend' | 'runs.migrate' | 'runs.commands'> {
  const { store } = deps;
  const waitMs = Math.min(deps.waitMs, answerWaitMs);
  return {
    'runs.pause': ({ params: { run }, body: { reason }, by, http }) => giveCommand(deps, { run, kind: 'pause', by, reason, http }, waitMs),
    'runs.resume': ({ params: { run }, body: { reason }, by, http }) =>
      giveCommand(deps, { run, kind: 'resume', by, reason, http }, waitMs),
    'runs.skip': ({ params: { run }, body: { step, reason }, by, http }) =>
      giveCommand(deps, { run, kind: 'skip', by, reason, params: { step }, http }, waitMs),
    'runs.extend': async ({ params: { run }, body: { step, for: duration, reason }, by, http }) => {
      if (duration !== undefined && parseDuration(duration) <= 0)
        throw new EdictError('input-invalid', 'a lease is extended by some time', { where: '/for', expected: 'a duration such as `4h`' });
      const given = {
        run,
        kind: 'extend-lease',
        by,
        reason,
        params: { step, ...(duration === undefined ? {} : { for: duration }) },
        http,
      } as const;
      return giveCommand(deps, given, waitMs);
    },
    'runs.migrate': async ({ params: { run }, body: { version, reason }, by, http }) => {
      const { plan } = await versionOf(store, await knownRun(store, run), version);
      const params = { version, planDigest: plan.digest };
      return giveCommand(deps, { run, kind: 'migrate', by, reason, params, http }, waitMs);
    },
    'runs.commands': async ({ params }) => {
      await knownRun(store, params.run);
      return { items: await store.commands.list(params.run) };
    },
  };
}

function previewHandlers({ store, orchestrator }: HandlerDeps): HandlersOf<'runs.cancel-preview' | 'runs.migration-preview'> {
  return {
    'runs.cancel-preview': async ({ params }) => {
      const { run } = await liveRun(store, params.run);
      return orchestrator.cancelPreview(run, queryTimeoutMs);
    },
    'runs.migration-preview': async ({ params, query }) => {
      const row = await liveRun(store, params.run);
      const { plan } = await versionOf(store, row, query.version);
      return orchestrator.migrationPreview(row.run, plan, queryTimeoutMs);
    },
  };
}

async function liveRun(store: Store, run: string): Promise<RunRow> {
  const row = await knownRun(store, run);
  if (row.status === 'ended') throw new EdictError('run-state-wrong', `run \`${row.run}\` has ended already`);
  return row;
}

async function versionOf(store: Store, { playbook }: RunRow, version: string): Promise<PlaybookRow> {
  const row = await store.playbooks.get(playbook, version);
  if (row === undefined)
    throw new EdictError('not-found', `\`${playbook}\` has no version \`${version}\``, {
      where: '/version',
      help: 'see `edict playbook list`',
    });
  return row;
}

type Rerun = {
  readonly from: string;
  readonly inputs?: RunRow['inputs'] | undefined;
  readonly version?: string | undefined;
  readonly http: FastifyRequest;
};

/** Who may order the playbook by hand may order it from the middle; the approvals of the first run are theirs alone. */
async function rerun(deps: HandlerDeps, run: string, { from, inputs: given, version, http }: Rerun, person: Person): Promise<RerunReply> {
  const { store } = deps;
  const first = await knownRun(store, run);
  const row = await versionOf(store, first, version ?? first.version);
  requireManual(row.plan, person);
  const plan = (await versionOf(store, first, first.version)).plan;
  const fork = forkOf({ plan, view: await viewOf(deps, first), onto: row.plan, from });
  const inputs = { ...known(row.plan, first.inputs), ...given };
  const signal = first.signal === undefined ? undefined : await store.signals.get(first.signal);
  resolveInputs(row.plan, inputs, signal);
  const { incident, policy } = first;
  const ordered = await orderRun(deps, row, { inputs, by: person.id, incident, policy, signal: first.signal, fork, http });
  const { playbook, version: ran, planDigest } = ordered;
  return { run: ordered.run, playbook, version: ran, planDigest, forkOf: { run, from } };
}

/** Of another version, the inputs that it still has. */
function known({ inputs }: Plan, given: RunRow['inputs']): RunRow['inputs'] {
  return Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(inputs, name)));
}

async function viewOf({ orchestrator }: HandlerDeps, row: RunRow): Promise<RunView> {
  const view = row.status === 'ended' ? row.view : await orchestrator.runView(row.run, queryTimeoutMs);
  if (view === undefined) throw new EdictError('dependency-unavailable', `run \`${row.run}\` cannot say now what it has recorded`);
  return view;
}
