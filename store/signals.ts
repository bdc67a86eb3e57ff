/** Inbound signals, each once by its id, and the account of them: in = handled + duplicate + suppressed + parked + open. */
import { sql, type Selectable } from 'kysely';
import { EdictError } from '../domain/errors.ts';
import type { Signal } from '../domain/incident/signal.ts';
import type { Change } from './chain/change.ts';
import { now, type Db } from './postgres/database.ts';
import type { SignalRow, Signals } from './port.ts';
import type { Tables } from './postgres/tables.ts';

type Stored = Selectable<Tables['signals']>;
type Counts = Awaited<ReturnType<Signals['counts']>>;

const none: Counts = { in: 0, handled: 0, duplicate: 0, suppressed: 0, parked: 0, open: 0 };

export function signalsRepository(db: Db, change: Change): Signals {
  return { ...reads(db), ...changes(change) };
}

function reads(db: Db): Pick<Signals, 'get' | 'ofRun' | 'many' | 'undelivered' | 'counts'> {
  return {
    get: async (id) => {
      const row = await db.selectFrom('signals').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toRow(row);
    },
    ofRun: async (id, run) => {
      const row = await db
        .selectFrom('signals')
        .innerJoin('incidents', (join) => join.on(sql<boolean>`incidents.key = signals.document ->> 'key'`))
        .innerJoin('runs', 'runs.incident', 'incidents.id')
        .selectAll('signals')
        .where('signals.id', '=', id)
        .where('runs.run', '=', run)
        .executeTakeFirst();
      return row && toRow(row);
    },
    many: async (ids) => {
      if (ids.length === 0) return [];
      const rows = await db
        .selectFrom('signals')
        .selectAll()
        .where(sql<boolean>`id = any(${[...ids]})`)
        .execute();
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.flatMap((id) => byId.get(id) ?? []).map(toRow);
    },
    undelivered: async (olderThanMs) => {
      const rows = await db
        .selectFrom('signals')
        .selectAll()
        .where('delivered_at', 'is', null)
        .where('received_at', '<=', sql<string>`clock_timestamp() - make_interval(secs => ${olderThanMs}::float8 / 1000)`)
        .orderBy('received_at')
        .limit(1000)
        .execute();
      return rows.map(toRow);
    },
    counts: () => counts(db),
  };
}

function changes(change: Change): Pick<Signals, 'accept' | 'delivered' | 'settle'> {
  return {
    accept: (signal, door) => accept(change, signal, door),
    delivered: (id) =>
      change(async (tx, record) => {
        const { numUpdatedRows } = await tx
          .updateTable('signals')
          .set({ delivered_at: now() })
          .where('id', '=', id)
          .where('delivered_at', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows > 0n) record({ actor: 'system:signals', event: 'signal-delivered', subject: `signal/${id}`, detail: {} });
        else if ((await tx.selectFrom('signals').select('id').where('id', '=', id).executeTakeFirst()) === undefined)
          throw unknownSignal(id);
      }),
    settle: (id, status, incident) =>
      change(async (tx, record) => {
        const found = await tx.selectFrom('signals').select('status').where('id', '=', id).forUpdate().executeTakeFirst();
        if (found === undefined) throw unknownSignal(id);
        if (found.status === status) return;
        if (found.status !== 'open')
          throw new EdictError('conflict', `the signal \`${id}\` is ${found.status} already`, {
            where: `signal/${id}`,
            expected: 'one end for each signal',
          });
        await tx
          .updateTable('signals')
          .set({ status, ...(incident === undefined ? {} : { incident }) })
          .where('id', '=', id)
          .execute();
        record({
          actor: 'system:triage',
          event: 'signal-settled',
          subject: `signal/${id}`,
          detail: { status, ...(incident === undefined ? {} : { incident }) },
        });
      }),
  };
}

function accept(change: Change, signal: Signal, door: string): ReturnType<Signals['accept']> {
  return change(async (tx, record) => {
    const row = { id: signal.id, document: JSON.stringify(signal), status: 'open' as const, door };
    const made = await tx
      .insertInto('signals')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returningAll()
      .executeTakeFirst();
    if (made === undefined) {
      const seen = await tx
        .updateTable('signals')
        .set((eb) => ({ duplicates: eb('duplicates', '+', 1) }))
        .where('id', '=', signal.id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return { accepted: false, row: toRow(seen) };
    }
    const { kind, severity, key } = signal;
    record({
      actor: `system:${door}`,
      event: 'signal-accepted',
      subject: `signal/${signal.id}`,
      detail: { kind, severity, key, door },
    });
    return { accepted: true, row: toRow(made) };
  });
}

/** A signal that came again counts as one more duplicate each time, whatever became of the first. */
async function counts(db: Db): Promise<Counts> {
  const { rows } = await sql<Counts>`
    select
      coalesce(count(*) + sum(duplicates), 0)::bigint as "in",
      count(*) filter (where status = 'handled') as handled,
      coalesce(count(*) filter (where status = 'duplicate') + sum(duplicates), 0)::bigint as duplicate,
      count(*) filter (where status = 'suppressed') as suppressed,
      count(*) filter (where status = 'parked') as parked,
      count(*) filter (where status = 'open') as open
    from signals`.execute(db);
  return rows[0] ?? none;
}

function unknownSignal(id: string): EdictError {
  return new EdictError('not-found', `there is no signal \`${id}\``);
}

function toRow({ document, status, incident, received_at, delivered_at, door }: Stored): SignalRow {
  return { ...document, status, incident: incident ?? undefined, receivedAt: received_at, deliveredAt: delivered_at ?? undefined, door };
}
