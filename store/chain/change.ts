/**
 * A change of the store and its rows of the audit chain, in one transaction: they commit together or not at all.
 *
 * INVARIANT: `record` is the last thing that a change does. From it to the commit the transaction holds the head of the chain,
 * which every other change waits for; and taken last, it cannot be part of a deadlock.
 */
import type { AuditRow } from '../../domain/audit-chain.ts';
import type { Db, Tx } from '../postgres/database.ts';
import { appendRow, type AuditEntry } from './append.ts';
import type { AuditFile } from './file.ts';

type Recorder = (entry: AuditEntry) => Promise<AuditRow>;

/** One transaction; what `record` was given is in the chain when, and only when, the rest of it is. */
export type Change = <T>(work: (tx: Tx, record: Recorder) => Promise<T>) => Promise<T>;

export function auditedChange(db: Db, file: AuditFile): Change {
  return async (work) => {
    let recorded = false;
    const result = await db.transaction().execute((tx) =>
      work(tx, async (entry) => {
        recorded = true;
        return await appendRow(tx, entry);
      }),
    );
    if (recorded) file.wake();
    return result;
  };
}
