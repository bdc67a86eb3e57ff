/**
 * A change in one statement: a function of the database that writes what it writes and its rows of the chain. One journey instead of five, for
 * what every effect does. As after any change, the disk is waited for after the commit (flush.ts).
 */
import type pg from 'pg';
import { EdictError } from '../../domain/errors.ts';
import { isBadValue, isLostConnection, isServerFailure } from '../postgres/failures.ts';
import type { AuditFile } from './file.ts';
import type { Flush } from './flush.ts';

export type RecordedStatement = <T extends pg.QueryResultRow>(text: string, values: readonly unknown[]) => Promise<readonly T[]>;

export function recordedStatement(pool: pg.Pool, flush: Flush, file: AuditFile): RecordedStatement {
  return async <T extends pg.QueryResultRow>(text: string, values: readonly unknown[]) => {
    const { rows } = await pool.query<T>({ text, values: [...values] }).catch((error: unknown) => {
      throw refusal(error);
    });
    if (rows.length > 0) {
      await flush();
      file.wake();
    }
    return rows;
  };
}

/** A lock that was not had in time (55P03) or a statement that took too long (57014) is no fault of the chain. */
function refusal(error: unknown): unknown {
  if (!isServerFailure(error) || isLostConnection(error) || isBadValue(error)) return error;
  if (error.code === '55P03' || error.code === '57014') return error;
  return new EdictError('audit-unavailable', 'the audit chain cannot record: the change is refused', {
    help: 'see the log of PostgreSQL for the reason',
  });
}
