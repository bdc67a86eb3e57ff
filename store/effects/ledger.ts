/** The effect ledger: what was meant to happen outside, what happened, and what was undone. Each move is one row of the chain. */
import { sql, type Selectable, type UpdateObject } from 'kysely';
import { escapeLiteral } from 'pg';
import type { AuditRow } from '../../domain/audit-chain.ts';
import { canonicalJson, digestOf } from '../../domain/digest.ts';
import { EdictError, type ErrorCode } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { RecordedChange } from '../chain/change.ts';
import type { RecordedStatement } from '../chain/statement.ts';
import { writeIntent } from './intent.ts';
import { landingMethods } from './landing.ts';
import { now, type Db, type Tx } from '../postgres/database.ts';
import { pageLimit, timeKey, toPage } from '../postgres/page.ts';
import type { EffectIntent, EffectRow, Effects, EffectStatus, PointRow } from '../port.ts';
import type { Tables } from '../postgres/tables.ts';

export type StoredEffect = Selectable<Tables['effects']>;
type Fault = { readonly code: ErrorCode; readonly message: string };

/**
 * Legal moves. An effect can be undone from wherever it may have happened, and that includes an intent whose outcome nobody saw
 * and a failure half way. A failed effect is intended again by a new attempt; an undone one stays undone.
 */
const edges: { readonly [from in EffectStatus]: readonly EffectStatus[] } = {
  intended: ['applied', 'failed', 'uncertain', 'undone', 'diverged'],
  applied: ['confirmed', 'failed', 'uncertain', 'undone', 'diverged'],
  confirmed: ['undone', 'diverged'],
  failed: ['intended', 'undone', 'diverged'],
  uncertain: ['intended', 'failed', 'undone', 'diverged'],
  diverged: ['undone'],
  undone: [],
  denied: [],
};

type Move = {
  readonly key: string;
  readonly to: EffectStatus;
  readonly by?: string | undefined;
  readonly columns: { readonly [name in 'receipt' | 'error']?: string };
  readonly detail: JsonObject;
};

export function effectsRepository(db: Db, change: RecordedChange, statement: RecordedStatement): Omit<Effects, 'lockedAt' | 'outlook'> {
  const move = (step: Move) => moveEffect(change, step);
  return {
    intend: (intent, by) => intend(change, statement, intent, by),
    applied: (key, receipt) =>
      move({ key, to: 'applied', columns: { receipt: JSON.stringify(receipt) }, detail: { receipt: digestOf(receipt) } }),
    confirmed: (key) => move({ key, to: 'confirmed', columns: {}, detail: {} }),
    undone: (key, by) => move({ key, to: 'undone', by, columns: {}, detail: {} }),
    failed: (key, fault) => move(faulty(key, 'failed', fault)),
    uncertain: (key, fault) => move(faulty(key, 'uncertain', fault)),
    diverged: (key, fault) => move(faulty(key, 'diverged', fault)),
    ...landingMethods(change, statement),
    orderRetry: (order) => orderRetry(change, order),
    unsettled: () => unsettled(db),
    retriesOrdered: async () =>
      await withEntriesOf(
        db,
        await db.selectFrom('effects').selectAll().where('status', '=', 'diverged').where('retry_by', 'is not', null).execute(),
      ),
    get: async (key) => {
      const row = await db.selectFrom('effects').selectAll().where('key', '=', key).executeTakeFirst();
      return row && toEffect(row, await entriesOf(db, [key]));
    },
    list: async (filter, page) => {
      const [limit, after] = [pageLimit(page), timeKey(page)];
      let query = db
        .selectFrom('effects')
        .selectAll()
        .orderBy('intended_at', 'desc')
        .orderBy('key', 'desc')
        .limit(limit + 1);
      if (filter.run !== undefined) query = query.where('run', '=', filter.run);
      if (filter.incident !== undefined)
        query = query.where('run', 'in', db.selectFrom('runs').select('run').where('incident', '=', filter.incident));
      if (filter.status !== undefined) query = query.where('status', '=', filter.status);
      if (after !== undefined) query = query.where(sql<boolean>`(intended_at, key) < (${after.at}::timestamptz, ${after.id})`);
      const rows = await query.execute();
      const entries = await entriesOf(
        db,
        rows.map((row) => row.key),
      );
      return toPage({ rows, limit, key: (row) => [row.intended_at, row.key], item: (row) => toEffect(row, entries) });
    },
  };
}

async function intend(change: RecordedChange, statement: RecordedStatement, intent: EffectIntent, by: string): Promise<EffectRow> {
  const made = await writeIntent(statement, intent, by);
  if (made !== undefined) return made;
  const { result, rows } = await change(async (tx, record) => {
    const written = await oneMore(tx, intent);
    const { attempts, status } = written.row;
    record({ actor: by, event: 'effect-attempted', subject: subjectOf(intent.key), detail: { attempts, status } });
    return written;
  });
  return withEntries(result, rows);
}

/** The same intent again: one more attempt at it. What was decided the first time stays decided. */
async function oneMore(tx: Tx, intent: EffectIntent): Promise<Written> {
  const { key } = intent;
  const found = await lockEffect(tx, key);
  const same = [
    found.run === intent.run,
    found.step === intent.step,
    found.action === intent.action,
    found.approval === (intent.approval ?? null),
    canonicalJson(found.params) === canonicalJson(intent.params),
    canonicalJson(found.targets) === canonicalJson(intent.targets),
  ];
  if (same.includes(false))
    throw new EdictError('conflict', `the effect \`${key}\` is recorded with another content`, { where: subjectOf(key) });
  const reopened = found.status === 'failed' || found.status === 'uncertain' ? { status: 'intended' as const, error: null } : {};
  return await update(tx, key, { attempts: found.attempts + 1, ...reopened });
}

async function moveEffect(change: RecordedChange, { key, to, by, columns, detail }: Move): Promise<EffectRow> {
  const { result, rows } = await change(async (tx, record) => {
    const found = await lockEffect(tx, key);
    if (found.status === to && found.retry_by === null) return { row: found, before: await entriesOf(tx, [key]) };
    if (found.status !== to && !edges[found.status].includes(to)) throw wrongState(found, to);
    const time = {
      intended: {},
      failed: {},
      denied: {},
      uncertain: {},
      diverged: { retry_by: null },
      applied: { applied_at: now() },
      confirmed: { confirmed_at: now() },
      undone: { undone_at: now(), retry_by: null },
    }[to];
    const written = await update(tx, key, { status: to, ...columns, ...time });
    record({ actor: by ?? found.actor, event: `effect-${to}`, subject: subjectOf(key), detail });
    return written;
  });
  return withEntries(result, rows);
}

function faulty(key: string, to: 'failed' | 'uncertain' | 'diverged', { code, message }: Fault): Move {
  return { key, to, columns: { error: JSON.stringify({ code, message }) }, detail: { code, message: message.slice(0, 500) } };
}

async function orderRetry(change: RecordedChange, { key, by, reason }: Parameters<Effects['orderRetry']>[0]): Promise<EffectRow> {
  const { result, rows } = await change(async (tx, record) => {
    const found = await lockEffect(tx, key);
    if (found.status !== 'diverged')
      throw new EdictError('effect-state-wrong', `the effect \`${key}\` is ${found.status}: there is no undo to be tried again`, {
        where: subjectOf(key),
        expected: 'diverged',
      });
    if (found.retry_by !== null) return { row: found, before: await entriesOf(tx, [key]) };
    const written = await update(tx, key, { retry_by: by });
    record({ actor: by, event: 'effect-undo-ordered', subject: subjectOf(key), detail: { reason } });
    return written;
  });
  return withEntries(result, rows);
}

/** An absent artifact is left out of the JSON: it is put back. */
const nothing: PointRow['desired'] = { artifact: undefined, policyVersions: [], isolations: [] };

type Seen = {
  readonly status?: EffectStatus | null;
  readonly attempts?: number | null;
  readonly receipt?: Json | null;
  readonly desired?: PointRow['desired'] | null;
};

type Locked = <T>(name: string, look: string, work: (seen: Seen | undefined) => Promise<T>) => Promise<T>;

export function lockedAt(locked: Locked): Effects['lockedAt'] {
  return (key, point, work) => {
    const [effect, name] = [escapeLiteral(key), escapeLiteral(point)];
    const look = `select status, attempts, receipt, desired from (select) as one
      left join effects on effects.key = ${effect} left join points on points.name = ${name}`;
    return locked(point, look, (seen) => {
      const desired = seen?.desired ?? undefined;
      const { status, attempts, receipt } = seen ?? {};
      return work({
        status: status ?? undefined,
        attempts: attempts ?? 0,
        receipt: receipt ?? undefined,
        desired: desired && { ...nothing, ...desired },
      });
    });
  };
}

/** Somebody else may be at work on what is fresh. */
const freshMs = 30_000;

async function unsettled(db: Db): Promise<readonly EffectRow[]> {
  const rows = await db
    .selectFrom('effects')
    .leftJoin('runs', 'runs.run', 'effects.run')
    .selectAll('effects')
    .where((eb) =>
      eb.or([
        eb('effects.status', '=', 'uncertain'),
        eb.and([
          eb('effects.status', 'in', ['intended', 'applied']),
          eb('runs.status', '=', 'ended'),
          sql<boolean>`runs.ended_at < clock_timestamp() - make_interval(secs => ${freshMs / 1000})`,
        ]),
      ]),
    )
    .orderBy('effects.intended_at')
    .limit(100)
    .execute();
  return await withEntriesOf(db, rows);
}

async function withEntriesOf(db: Db, rows: readonly StoredEffect[]): Promise<readonly EffectRow[]> {
  const entries = await entriesOf(
    db,
    rows.map(({ key }) => key),
  );
  return rows.map((row) => toEffect(row, entries));
}

function wrongState({ key, status }: StoredEffect, to: EffectStatus): EdictError {
  return new EdictError('effect-state-wrong', `the effect \`${key}\` is ${status} and cannot become ${to}`, {
    where: subjectOf(key),
    expected: edges[status].join(' or ') || 'nothing: it is undone',
  });
}

/** The row as it is now, and its audit rows up to now, read after the lock was had. */
async function update(tx: Tx, key: string, changes: UpdateObject<Tables, 'effects'>): Promise<Written> {
  const entries = sql<readonly number[] | null>`(select json_agg(id order by id) from audit where subject = ${subjectOf(key)})`;
  const { before, ...row } = await tx
    .updateTable('effects')
    .set(changes)
    .where('key', '=', key)
    .returningAll()
    .returning(entries.as('before'))
    .executeTakeFirstOrThrow();
  return { row, before: (before ?? []).map((id) => ({ subject: subjectOf(key), id })) };
}

function findLocked(tx: Tx, key: string): Promise<StoredEffect | undefined> {
  return tx.selectFrom('effects').selectAll().where('key', '=', key).forUpdate().executeTakeFirst();
}

async function lockEffect(tx: Tx, key: string): Promise<StoredEffect> {
  const row = await findLocked(tx, key);
  if (row === undefined) throw new EdictError('not-found', `there is no effect \`${key}\``);
  return row;
}

type Written = { readonly row: StoredEffect; readonly before: Entries };

function withEntries({ row, before }: Written, added: readonly AuditRow[]): EffectRow {
  return toEffect(row, [...before, ...added]);
}

type Entries = readonly { readonly subject: string; readonly id: number }[];

export async function entriesOf(db: Db, keys: readonly string[]): Promise<Entries> {
  if (keys.length === 0) return [];
  return await db.selectFrom('audit').select(['subject', 'id']).where('subject', 'in', keys.map(subjectOf)).orderBy('id').execute();
}

function subjectOf(key: string): string {
  return `effect/${key}`;
}

export function toEffect(row: StoredEffect, entries: Entries): EffectRow {
  const { key, run, step, action, targets, params, status, attempts } = row;
  return {
    key,
    run,
    step,
    action,
    targets,
    params,
    status,
    approval: row.approval ?? undefined,
    receipt: row.applied_at === null ? undefined : row.receipt,
    error: row.error ?? undefined,
    attempts,
    intendedAt: row.intended_at,
    appliedAt: row.applied_at ?? undefined,
    confirmedAt: row.confirmed_at ?? undefined,
    undoneAt: row.undone_at ?? undefined,
    playbook: row.playbook ?? undefined,
    subjects: row.subjects,
    decision: row.decision ?? undefined,
    retryBy: row.retry_by ?? undefined,
    entries: entries.filter(({ subject }) => subject === subjectOf(key)).map(({ id }) => id),
  };
}
