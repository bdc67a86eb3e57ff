/**
 * A change of the store and its rows of the audit chain, in one transaction: they commit together or not at all.
 *
 * INVARIANT: the rows and the commit go to PostgreSQL in one message, after everything else. From the first row to the commit the
 * transaction holds the head of the chain, which every other change waits for: so that time has no journey to this process in
 * it, and the head, taken last, is part of no deadlock. The disk is waited for after the commit, in the same message (flush.ts).
 */
import type pg from 'pg';
import type { AuditRow } from '../../domain/audit-chain.ts';
import { isLostConnection } from '../postgres/failures.ts';
import { databaseOn, type Tx } from '../postgres/database.ts';
import { appendStatement, unrecorded, type AuditEntry } from './append.ts';
import type { AuditFile } from './file.ts';
import { flushStatement } from './flush.ts';

type Recorder = (entry: AuditEntry) => void;
type Work<T> = (tx: Tx, record: Recorder) => Promise<T>;

/** One transaction; what `record` was given is in the chain when, and only when, the rest of it is. */
export type Change = <T>(work: Work<T>) => Promise<T>;

/** The same, with the rows as they are in the chain. */
export type RecordedChange = <T>(work: Work<T>) => Promise<{ readonly result: T; readonly rows: readonly AuditRow[] }>;

export function recordedChange(pool: pg.Pool, file: AuditFile): RecordedChange {
  return async (work) => {
    const done = await inTransaction(pool, work);
    if (done.rows.length > 0) file.wake();
    return done;
  };
}

async function inTransaction<T>(pool: pg.Pool, work: Work<T>): Promise<{ readonly result: T; readonly rows: readonly AuditRow[] }> {
  const client = await pool.connect();
  const entries: AuditEntry[] = [];
  try {
    await client.query('begin');
    const result = await work(databaseOn(client), (entry) => void entries.push(entry));
    const rows = await commit(client, entries);
    client.release();
    return { result, rows };
  } catch (error) {
    await rollback(client);
    throw error;
  }
}

async function commit(client: pg.PoolClient, entries: readonly AuditEntry[]): Promise<readonly AuditRow[]> {
  const flush = entries.length === 0 ? [] : [flushStatement];
  const statements = [...entries.map(appendStatement), 'commit', ...flush];
  try {
    const results: unknown = await client.query(statements.join('; '));
    return entries.length === 0
      ? []
      : (results as readonly pg.QueryResult<AuditRow>[]).slice(0, entries.length).flatMap(({ rows }) => rows);
  } catch (error) {
    const [entry] = entries;
    throw entry === undefined || isLostConnection(error) ? error : unrecorded(error, entry);
  }
}

/** A connection that cannot even do that is thrown away, which rolls back too. */
async function rollback(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('rollback');
    client.release();
  } catch {
    client.release(true);
  }
}
