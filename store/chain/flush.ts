/**
 * Group commit for the chain. A transaction that appends commits without waiting for the disk (`audit_append` says so), because
 * until it has committed it holds the head of the chain, and one write to the disk a row would be the speed of everything. Then
 * it waits here, and one flush of the log serves all that committed before it began.
 *
 * INVARIANT: a change is answered only after its flush. PostgreSQL's log is one sequence: whatever a crash loses is its unflushed
 * end, which nobody was told of, and a later change that was built on it is lost or kept with it, never alone.
 */
import type pg from 'pg';

export type Flush = () => Promise<void>;

export function openFlush(pool: pg.Pool): Flush {
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function start(): Promise<void> {
    const flush = flushLog(pool).finally(() => {
      if (current === flush) current = undefined;
    });
    current = flush;
    return flush;
  }

  return () => {
    if (current === undefined) return start();
    // One that has begun may have missed us: the next one, shared by all who come meanwhile, will not.
    next ??= current
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return start();
      });
    return next;
  };
}

/** A commit that waits for the disk, of a transaction that wrote nothing but a mark: the log up to it is on the disk then. */
async function flushLog(pool: pg.Pool): Promise<void> {
  await pool.query(`select pg_logical_emit_message(true, 'edict', '')`);
}
