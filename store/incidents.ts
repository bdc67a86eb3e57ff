/** Incidents: one that lives for each key, opened from signals and added to by more of them. */
import { randomBytes } from 'node:crypto';
import { sql, type Selectable } from 'kysely';
import { EdictError } from '../domain/errors.ts';
import type { Severity } from '../domain/incident/signal.ts';
import type { Change } from './chain/change.ts';
import { incidentLedger } from './incident-ledger.ts';
import { now, type Db, type Tx } from './postgres/database.ts';
import { pageLimit, timeKey, toPage } from './postgres/page.ts';
import { incidentQueue } from './incidents/queue.ts';
import { incidentParts, incidentWork } from './incidents/work.ts';
import type { IncidentRow, Incidents } from './incidents/port-incidents.ts';
import type { Tables } from './postgres/tables.ts';

type Stored = Selectable<Tables['incidents']>;

const severities: { readonly [severity in Severity]: number } = { low: 0, medium: 1, high: 2, critical: 3 };
const system = 'system:triage';

export function incidentsRepository(db: Db, change: Change): Incidents {
  return { ...reads(db), ...incidentQueue(db), ...incidentParts(db), ...incidentLedger(db), ...changes(change), ...incidentWork(change) };
}

function reads(db: Db): Pick<Incidents, 'get' | 'byKey' | 'list'> {
  return {
    get: async (id) => (await withParts(db, await db.selectFrom('incidents').selectAll().where('id', '=', id).execute()))[0],
    byKey: async (key) => {
      const rows = await db.selectFrom('incidents').selectAll().where('key', '=', key).orderBy('opened_at', 'desc').limit(1).execute();
      return (await withParts(db, rows))[0];
    },
    list: async (filter, page) => {
      const [limit, after] = [pageLimit(page), timeKey(page)];
      let query = db
        .selectFrom('incidents')
        .selectAll()
        .orderBy('opened_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1);
      if (filter.status !== undefined) query = query.where('status', '=', filter.status);
      if (after !== undefined) query = query.where(sql<boolean>`(opened_at, id) < (${after.at}::timestamptz, ${after.id})`);
      return toPage({ rows: await withParts(db, await query.execute()), limit, key: (row) => [row.openedAt, row.id], item: (row) => row });
    },
  };
}

function changes(change: Change): Pick<Incidents, 'upsert'> {
  return {
    upsert: ({ key, title, severity, signals }) =>
      change(async (tx, record) => {
        const { incident, opened } = await openOrFind(tx, { key, title, severity });
        const added = await addSignals(tx, incident.id, signals);
        const rises = severities[severity] > severities[incident.severity];
        const changes = { updated_at: now(), ...(rises ? { severity } : {}) };
        if (rises || added > 0) await tx.updateTable('incidents').set(changes).where('id', '=', incident.id).execute();
        const row = await readIncident(tx, incident.id);
        const event = opened ? 'incident-opened' : 'incident-joined';
        if (opened || rises || added > 0)
          record({
            actor: system,
            event,
            subject: `incident/${incident.id}`,
            detail: { key, severity: row.severity, signals: added },
          });
        return row;
      }),
  };
}

/** The unique index on the keys that live decides between two that open the same incident at once. */
async function openOrFind(
  tx: Tx,
  input: { readonly key: string; readonly title: string; readonly severity: Severity },
): Promise<{ readonly incident: Stored; readonly opened: boolean }> {
  for (;;) {
    const row = { ...input, id: `inc-${randomBytes(6).toString('hex')}`, status: 'open' as const };
    const made = await tx
      .insertInto('incidents')
      .values(row)
      .onConflict((conflict) => conflict.column('key').where('status', '<>', 'closed').doNothing())
      .returningAll()
      .executeTakeFirst();
    if (made !== undefined) return { incident: made, opened: true };
    const found = await tx
      .selectFrom('incidents')
      .selectAll()
      .where('key', '=', input.key)
      .where('status', '<>', 'closed')
      .forUpdate()
      .executeTakeFirst();
    // Closed between the two statements: then a new one is opened after all.
    if (found !== undefined) return { incident: found, opened: false };
  }
}

async function addSignals(tx: Tx, incident: string, signals: readonly string[]): Promise<number> {
  if (signals.length === 0) return 0;
  const rows = [...new Set(signals)].map((signal) => ({ incident, signal }));
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('incident_signals')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return Number(numInsertedOrUpdatedRows ?? 0n);
}

async function readIncident(tx: Tx, id: string): Promise<IncidentRow> {
  const [row] = await withParts(tx, await tx.selectFrom('incidents').selectAll().where('id', '=', id).execute());
  if (row === undefined) throw unknownIncident(id);
  return row;
}

async function withParts(db: Db, rows: readonly Stored[]): Promise<readonly IncidentRow[]> {
  const ids = rows.map((row) => row.id);
  if (ids.length === 0) return [];
  const signals = await db
    .selectFrom('incident_signals')
    .select(['incident', 'signal'])
    .where('incident', 'in', ids)
    .orderBy('position')
    .execute();
  const notes = await db.selectFrom('incident_notes').selectAll().where('incident', 'in', ids).orderBy('position').execute();
  return rows.map(({ id, key, title, severity, status, assignee, opened_at, updated_at }) => ({
    id,
    key,
    title,
    severity,
    status,
    assignee: assignee ?? undefined,
    openedAt: opened_at,
    updatedAt: updated_at,
    signals: signals.filter(({ incident }) => incident === id).map(({ signal }) => signal),
    notes: notes
      .filter(({ incident }) => incident === id)
      .map(({ position, at, by, text, mentions }) => ({ id: position, at, by, text, mentions })),
  }));
}

function unknownIncident(id: string): EdictError {
  return new EdictError('not-found', `there is no incident \`${id}\``);
}
