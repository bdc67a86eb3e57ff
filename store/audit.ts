/** The audit chain in PostgreSQL, first of its two sinks, and its check against the second (chain/file.ts). */
import { verifyChain, type AuditCheck, type AuditHead, type AuditRow } from '../domain/audit-chain.ts';
import { EdictError } from '../domain/errors.ts';
import type { RecordedChange } from './chain/change.ts';
import type { AuditFile } from './chain/file.ts';
import type { Db } from './postgres/database.ts';
import { translateError } from './postgres/failures.ts';
import { numberKey, pageLimit, toPage } from './postgres/page.ts';
import { checkInstant } from './postgres/instant.ts';
import type { Audit, AuditFilter, Page, PageRequest } from './port.ts';
import { sql, type RawBuilder } from 'kysely';

const exportPage = 1000;

export function auditRepository(db: Db, change: RecordedChange, file: AuditFile): Audit {
  return {
    append: async (entry) => {
      const { rows } = await change(async (_tx, record) => record(entry));
      return onlyRow(rows);
    },
    list: (filter, page) => list(db, filter, page),
    after: (id, limit) =>
      db.selectFrom('audit').select(['id', 'at', 'event', 'subject']).where('id', '>', id).orderBy('id').limit(limit).execute(),
    head: async () => (await db.selectFrom('audit_head').select('id').executeTakeFirstOrThrow()).id,
    export: () => inWords(exportRows(db, Infinity)),
    verify: () => verify(db, file),
  };
}

async function list(db: Db, filter: AuditFilter, page: PageRequest): Promise<Page<AuditRow>> {
  const limit = pageLimit(page);
  const key = numberKey(page);
  const newestFirst = filter.order === 'desc';
  let query = db
    .selectFrom('audit')
    .selectAll()
    .orderBy('id', newestFirst ? 'desc' : 'asc')
    .limit(limit + 1);
  if (key !== undefined) query = query.where('id', newestFirst ? '<' : '>', key);
  if (filter.since !== undefined) query = query.where('id', '>', filter.since);
  for (const condition of subjectOf(filter)) query = query.where(condition);
  if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor);
  if (filter.from !== undefined) query = query.where(sql<boolean>`at::timestamptz >= ${checkInstant(filter.from, 'from')}::timestamptz`);
  if (filter.to !== undefined) query = query.where(sql<boolean>`at::timestamptz < ${checkInstant(filter.to, 'to')}::timestamptz`);
  if (filter.event?.endsWith('*')) query = query.where(sql<boolean>`starts_with(event, ${filter.event.slice(0, -1)})`);
  else if (filter.event !== undefined) query = query.where('event', '=', filter.event);
  return toPage({ rows: await query.execute(), limit, key: (row) => [row.id], item: (row) => row });
}

function subjectOf({ subject, about }: AuditFilter): readonly RawBuilder<boolean>[] {
  return [
    ...(subject === undefined ? [] : [sql<boolean>`subject = ${subject}`]),
    ...(about === undefined ? [] : [sql<boolean>`(subject = ${about} or starts_with(subject, ${`${about}/`}))`]),
  ];
}

/** The head is read first and both sinks are checked up to it, so that rows which come in meanwhile do no harm. */
async function verify(db: Db, file: AuditFile): Promise<AuditCheck> {
  const head: AuditHead = await db.selectFrom('audit_head').select(['id', 'hash']).executeTakeFirstOrThrow();
  const table = await verifyChain(exportRows(db, head.id), head);
  if (!table.ok) return table;
  const fault = await file.compare(head);
  return fault === undefined ? table : { ...table, ok: false, fault };
}

async function* exportRows(db: Db, last: number): AsyncGenerator<AuditRow> {
  for (let after = 0; after < last;) {
    const rows = await db
      .selectFrom('audit')
      .selectAll()
      .where('id', '>', after)
      .orderBy('id')
      .limit(Math.min(exportPage, last - after))
      .execute();
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined || rows.length < exportPage) return;
    after = end.id;
  }
}

async function* inWords<T>(rows: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* rows;
  } catch (error) {
    throw translateError(error, 'store.audit.export');
  }
}

function onlyRow<T>([row]: readonly T[]): T {
  if (row === undefined) throw new EdictError('defect', 'the chain answered without a row');
  return row;
}
