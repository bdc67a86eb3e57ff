/** Orders (the recorded word that a run may happen, never changed) and what became of each run. */
import { sql, type Selectable } from 'kysely';
import { canonicalJson, digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Fork } from '../../domain/playbook/control/fork.ts';
import type { RunOrigin } from '../../domain/playbook/control/origin.ts';
import type { Change } from '../chain/change.ts';
import { recordPause, refuseUnanswered } from './commands.ts';
import { now, type Db, type Tx } from '../postgres/database.ts';
import { pageLimit, timeKey, toPage } from '../postgres/page.ts';
import type { Order, RunRow, Runs } from '../port.ts';
import type { Tables } from '../postgres/tables.ts';

export type StoredRun = Selectable<Tables['runs']>;
type OrderInput = Parameters<Runs['order']>[0];

const system = 'system:run';

/** One that went on with another version may wait where the first one did not. */
const waitsForSignal = sql<boolean>`(runs.migrations is not null or
  playbooks.plan::jsonb @? '$.steps.* ? (@.kind == "wait" && exists (@.signal))')`;

export function runsRepository(db: Db, change: Change): Runs {
  return { ...reads(db), ...changes(change) };
}

function reads(db: Db): Pick<Runs, 'get' | 'list' | 'forks' | 'broughtBy' | 'listening'> {
  return {
    listening: async (incidentKey) => {
      const rows = await db
        .selectFrom('incidents')
        .innerJoin('runs', 'runs.incident', 'incidents.id')
        .innerJoin('playbooks', (join) =>
          join.onRef('playbooks.playbook', '=', 'runs.playbook').onRef('playbooks.version', '=', 'runs.version'),
        )
        .select('runs.run')
        .where('incidents.key', '=', incidentKey)
        .where('incidents.status', '<>', 'closed')
        .where('runs.status', '<>', 'ended')
        .where(waitsForSignal)
        .orderBy('runs.ordered_at')
        .execute();
      return rows.map(({ run }) => run);
    },
    broughtBy: async (run) =>
      (await db.selectFrom('runs').selectAll().where('origin_run', '=', run).orderBy('ordered_at').orderBy('run').execute()).map(toRun),
    forks: async (run) =>
      (await db.selectFrom('runs').select('run').where('fork_of', '=', run).orderBy('ordered_at').orderBy('run').execute()).map(
        (row) => row.run,
      ),
    get: async (run) => {
      const row = await db.selectFrom('runs').selectAll().where('run', '=', run).executeTakeFirst();
      return row && toRun(row);
    },
    list: async (filter, page) => {
      const [limit, after] = [pageLimit(page), timeKey(page)];
      let query = db
        .selectFrom('runs')
        .selectAll()
        .orderBy('ordered_at', 'desc')
        .orderBy('run', 'desc')
        .limit(limit + 1);
      if (filter.incident !== undefined) query = query.where('incident', '=', filter.incident);
      if (filter.policy !== undefined) query = query.where('policy', '=', filter.policy);
      if (filter.playbook !== undefined) query = query.where('playbook', '=', filter.playbook);
      if (filter.requester !== undefined) query = query.where('requester', '=', filter.requester);
      if (filter.outcome !== undefined) query = query.where('outcome', '=', filter.outcome);
      if (filter.status === 'active') query = query.where('status', '<>', 'ended');
      else if (filter.status !== undefined) query = query.where('status', '=', filter.status);
      if (filter.endedSince !== undefined) query = query.where('ended_at', '>=', filter.endedSince);
      if (after !== undefined) query = query.where(sql<boolean>`(ordered_at, run) < (${after.at}::timestamptz, ${after.id})`);
      return toPage({ rows: await query.execute(), limit, key: (row) => [row.ordered_at, row.run], item: toRun });
    },
  };
}

function changes(change: Change): Pick<Runs, 'order' | 'started' | 'finish' | 'recordCancel'> {
  return {
    order: (order, by, paused) =>
      change(async (tx, record) => {
        const made = await tx
          .insertInto('runs')
          .values(toColumns(order))
          .onConflict((conflict) => conflict.column('run').doNothing())
          .returningAll()
          .executeTakeFirst();
        if (made === undefined) return sameOrder(await lockRun(tx, order.run), order);
        const { inputs, fork, ...detail } = optionalsDropped(order);
        record({
          actor: by,
          event: 'run-ordered',
          subject: `run/${order.run}`,
          detail: { ...detail, inputsDigest: digestOf(inputs), ...(fork === undefined ? {} : { fork: forkDetail(fork) }) },
        });
        if (paused) record(await recordPause(tx, { ...paused, run: order.run, by }));
        return toOrder(made);
      }),
    started: (run) =>
      change(async (tx, record) => {
        const { status } = await lockRun(tx, run);
        if (status !== 'ordered') return;
        await tx.updateTable('runs').set({ status: 'running' }).where('run', '=', run).execute();
        record({ actor: system, event: 'run-started', subject: `run/${run}`, detail: {} });
      }),
    finish: (run, view) =>
      change(async (tx, record) => {
        const { status } = await lockRun(tx, run);
        if (status === 'ended') return;
        const ended = view.status === 'ended';
        const end = ended ? { status: 'ended' as const, outcome: view.outcome ?? 'done', ended_at: now() } : { status: 'running' as const };
        await tx
          .updateTable('runs')
          .set({ view: JSON.stringify(view), ...end })
          .where('run', '=', run)
          .execute();
        const detail: JsonObject = {
          status: view.status,
          outcome: view.outcome ?? null,
          steps: view.steps.length,
          viewDigest: digestOf(view),
        };
        if (ended) (await refuseUnanswered(tx, run)).forEach(record);
        record({ actor: system, event: ended ? 'run-ended' : 'run-viewed', subject: `run/${run}`, detail });
      }),
    recordCancel: (run, by, reason) =>
      change(async (tx, record) => {
        const row = await lockRun(tx, run);
        if (row.cancelled_by !== null) return;
        if (row.status === 'ended')
          throw new EdictError('run-state-wrong', `the run \`${run}\` has ended and cannot be cancelled`, { where: `run/${run}` });
        await tx.updateTable('runs').set({ cancelled_by: by }).where('run', '=', run).execute();
        record({ actor: by, event: 'run-cancel-ordered', subject: `run/${run}`, detail: { reason } });
      }),
  };
}

async function lockRun(tx: Tx, run: string): Promise<StoredRun> {
  const row = await tx.selectFrom('runs').selectAll().where('run', '=', run).forUpdate().executeTakeFirst();
  if (row === undefined) throw new EdictError('not-found', `there is no run \`${run}\``);
  return row;
}

function sameOrder(found: StoredRun, order: OrderInput): Order {
  const { orderedAt: _, ...content } = toOrder(found);
  if (canonicalJson(content) === canonicalJson(optionalsDropped(order))) return toOrder(found);
  throw new EdictError('conflict', `the run \`${order.run}\` was ordered with another content`, {
    where: `run/${order.run}`,
    help: 'an order never changes: order a new run',
  });
}

/** Exactly the fields of an order, whatever else the object holds. */
function optionalsDropped({ run, playbook, version, planDigest, inputs, requester, ...rest }: OrderInput) {
  const { incident, policy, signal, origin, fork } = rest;
  const optional = {
    ...(incident === undefined ? {} : { incident }),
    ...(policy === undefined ? {} : { policy }),
    ...(signal === undefined ? {} : { signal }),
    ...(origin === undefined ? {} : { origin: originOnly(origin) }),
    ...(fork === undefined ? {} : { fork }),
  };
  return { run, playbook, version, planDigest, inputs, requester, ...optional };
}

/** The ledger names what it began with; the outputs themselves are in the order. */
function forkDetail({ of, from, steps }: Fork): JsonObject {
  return { of, from, steps: digestOf(steps) };
}

function originOnly({ kind, run, step, only, depth }: RunOrigin): RunOrigin & JsonObject {
  return { kind, run, ...(step === undefined ? {} : { step }), ...(only === undefined ? {} : { only }), depth };
}

function toColumns({ planDigest, inputs, incident, policy, signal, origin, fork, run, playbook, version, requester }: OrderInput) {
  const optional = { incident: incident ?? null, policy: policy ?? null, signal: signal ?? null };
  return {
    run,
    playbook,
    version,
    requester,
    plan_digest: planDigest,
    inputs: canonicalJson(inputs),
    status: 'ordered' as const,
    origin: origin === undefined ? null : canonicalJson(originOnly(origin)),
    origin_run: origin?.run ?? null,
    fork: fork === undefined ? null : canonicalJson(fork),
    fork_of: fork?.of ?? null,
    ...optional,
  };
}

function toOrder(row: StoredRun): Order {
  const { run, playbook, version, plan_digest, inputs, requester } = row;
  const rest = {
    incident: row.incident ?? undefined,
    policy: row.policy ?? undefined,
    signal: row.signal ?? undefined,
    origin: row.origin ?? undefined,
    fork: row.fork ?? undefined,
  };
  return { run, playbook, version, planDigest: plan_digest, inputs, requester, ...rest, orderedAt: row.ordered_at };
}

export function toRun(row: StoredRun): RunRow {
  const order = toOrder(row);
  const { version, planDigest } = row.migrations?.at(-1) ?? order;
  return {
    ...order,
    version,
    planDigest,
    migrations: row.migrations ?? undefined,
    orderedWith: row.migrations === null ? undefined : { version: order.version, planDigest: order.planDigest },
    status: row.status,
    outcome: row.outcome ?? undefined,
    view: row.view ?? undefined,
    endedAt: row.ended_at ?? undefined,
    cancelledBy: row.cancelled_by ?? undefined,
  };
}
