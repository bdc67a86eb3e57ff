/**
 * Group commit for the chain. A transaction that appends commits without waiting for the disk (`audit_append` says so), because
 * until it has committed it holds the head of the chain, and one write to the disk a row would be the speed of everything. What follows it
 * in the same message waits for the disk: a commit of its own, of a transaction that wrote nothing but a mark. PostgreSQL flushes for all
 * that wait at once together.
 *
 * INVARIANT: a change is answered only after its flush. PostgreSQL's log is one sequence: whatever a crash loses is its unflushed
 * end, which nobody was told of, and a later change that was built on it is lost or kept with it, never alone.
 */
import type pg from 'pg';

/** The log up to here is on the disk once it is answered. */
export const flushStatement = `select pg_logical_emit_message(true, 'edict', '')`;

export type Flush = () => Promise<void>;

export function openFlush(pool: pg.Pool): Flush {
  return async () => void (await pool.query(flushStatement));
}
