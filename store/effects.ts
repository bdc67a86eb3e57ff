/** The effect ledger: what was meant to happen outside, what happened, and what was undone. Each move is one row of the chain. */
import { sql, type Selectable, type UpdateObject } from 'kysely';
import type { AuditRow } from '../domain/audit-chain.ts';
import { canonicalJson, digestOf } from '../domain/digest.ts';
import { EdictError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { RecordedChange } from './chain/change.ts';
import { now, type Db, type Tx } from './postgres/database.ts';
import { pageLimit, timeKey, toPage } from './postgres/page.ts';
import type { EffectRow, Effects, EffectStatus } from './port.ts';
import type { Tables } from './postgres/tables.ts';

type Stored = Selectable<Tables['effects']>;
type Intent = Parameters<Effects['intend']>[0];

/**
 * Legal moves. An effect can be undone from wherever it may have happened, and that includes an intent whose outcome nobody saw
 * and a failure half way. A failed effect is intended again by a new attempt; an undone one stays undone.
 */
const edges: { readonly [from in EffectStatus]: readonly EffectStatus[] } = {
  intended: ['applied', 'failed', 'undone'],
  applied: ['confirmed', 'failed', 'undone'],
  confirmed: ['undone'],
  failed: ['intended', 'undone'],
  undone: [],
};

type Move = {
  readonly key: string;
  readonly to: EffectStatus;
  readonly by?: string | undefined;
  readonly columns: { readonly [name in 'receipt' | 'error']?: string };
  readonly detail: JsonObject;
};

export function effectsRepository(db: Db, change: RecordedChange): Effects {
  const move = (step: Move) => moveEffect(change, step);
  return {
    intend: (intent, by) => intend(change, intent, by),
    applied: (key, receipt) =>
      move({ key, to: 'applied', columns: { receipt: JSON.stringify(receipt) }, detail: { receipt: digestOf(receipt) } }),
    confirmed: (key) => move({ key, to: 'confirmed', columns: {}, detail: {} }),
    undone: (key, by) => move({ key, to: 'undone', by, columns: {}, detail: {} }),
    failed: (key, { code, message }) =>
      move({ key, to: 'failed', columns: { error: JSON.stringify({ code, message }) }, detail: { code } }),
    get: async (key) => {
      const row = await db.selectFrom('effects').selectAll().where('key', '=', key).executeTakeFirst();
      return row && toRow(row, await entriesOf(db, [key]));
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
      return toPage({ rows, limit, key: (row) => [row.intended_at, row.key], item: (row) => toRow(row, entries) });
    },
  };
}

async function intend(change: RecordedChange, intent: Intent, by: string): Promise<EffectRow> {
  const { result, rows } = await change(async (tx, record) => {
    const { row, before } = await writeIntent(tx, intent, by);
    const { key, run, step, action, targets, params, approval, attempts } = row;
    const entry =
      before.length === 0
        ? { actor: by, event: 'effect-intended', detail: { run, step, action, targets, params: digestOf(params), approval } }
        : { actor: by, event: 'effect-attempted', detail: { attempts, status: row.status } };
    record({ ...entry, subject: subjectOf(key) });
    return { row, before };
  });
  return withEntries(result, rows);
}

async function writeIntent(tx: Tx, intent: Intent, by: string): Promise<Written> {
  const { key, run, step, action } = intent;
  const columns = {
    key,
    run,
    step,
    action,
    targets: [...intent.targets],
    params: canonicalJson(intent.params),
    approval: intent.approval ?? null,
  };
  const made = await tx
    .insertInto('effects')
    .values({ ...columns, status: 'intended', attempts: 1, actor: by })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returningAll()
    .executeTakeFirst();
  if (made !== undefined) return { row: made, before: [] };
  const found = await lockEffect(tx, key);
  const { params: _, ...stored } = found;
  const same = [
    stored.run === run,
    stored.step === step,
    stored.action === action,
    stored.approval === columns.approval,
    canonicalJson(found.params) === columns.params,
    canonicalJson(found.targets) === canonicalJson(columns.targets),
  ];
  if (same.includes(false))
    throw new EdictError('conflict', `the effect \`${key}\` is recorded with another content`, { where: subjectOf(key) });
  const reopened = found.status === 'failed' ? { status: 'intended' as const, error: null } : {};
  return await update(tx, key, { attempts: found.attempts + 1, ...reopened });
}

async function moveEffect(change: RecordedChange, { key, to, by, columns, detail }: Move): Promise<EffectRow> {
  const { result, rows } = await change(async (tx, record) => {
    const found = await lockEffect(tx, key);
    if (found.status === to) return { row: found, before: await entriesOf(tx, [key]) };
    if (!edges[found.status].includes(to)) throw wrongState(found, to);
    const time = {
      intended: {},
      failed: {},
      applied: { applied_at: now() },
      confirmed: { confirmed_at: now() },
      undone: { undone_at: now() },
    }[to];
    const written = await update(tx, key, { status: to, ...columns, ...time });
    record({ actor: by ?? found.actor, event: `effect-${to}`, subject: subjectOf(key), detail });
    return written;
  });
  return withEntries(result, rows);
}

function wrongState({ key, status }: Stored, to: EffectStatus): EdictError {
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

async function lockEffect(tx: Tx, key: string): Promise<Stored> {
  const row = await tx.selectFrom('effects').selectAll().where('key', '=', key).forUpdate().executeTakeFirst();
  if (row === undefined) throw new EdictError('not-found', `there is no effect \`${key}\``);
  return row;
}

type Written = { readonly row: Stored; readonly before: Entries };

function withEntries({ row, before }: Written, added: readonly AuditRow[]): EffectRow {
  return toRow(row, [...before, ...added]);
}

type Entries = readonly { readonly subject: string; readonly id: number }[];

async function entriesOf(db: Db, keys: readonly string[]): Promise<Entries> {
  if (keys.length === 0) return [];
  return await db.selectFrom('audit').select(['subject', 'id']).where('subject', 'in', keys.map(subjectOf)).orderBy('id').execute();
}

function subjectOf(key: string): string {
  return `effect/${key}`;
}

function toRow(row: Stored, entries: Entries): EffectRow {
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
    entries: entries.filter(({ subject }) => subject === subjectOf(key)).map(({ id }) => id),
  };
}
