/**
 * A change in one message: a function of the database that writes what it writes and its rows of the chain, the commit, and the wait for the
 * disk (flush.ts). One journey instead of five, for what every effect does.
 */
import type pg from 'pg';
import { escapeLiteral } from 'pg';
import { EdictError } from '../../domain/errors.ts';
import { isBadValue, isLostConnection, isServerFailure } from '../postgres/failures.ts';
import type { AuditFile } from './file.ts';
import { flushStatement } from './flush.ts';

/** The rows that the function gives for these texts. */
export type RecordedStatement = <T extends pg.QueryResultRow>(name: string, values: readonly string[]) => Promise<readonly T[]>;

export function recordedStatement(pool: pg.Pool, file: AuditFile): RecordedStatement {
  return async <T extends pg.QueryResultRow>(name: string, values: readonly string[]) => {
    const call = `select * from ${name}(${values.map((value) => escapeLiteral(value)).join(', ')})`;
    // A connection on which it fails is closed by the pool, and its transaction with it.
    const results: unknown = await pool.query(`begin; ${call}; commit; ${flushStatement}`).catch((error: unknown) => {
      throw refusal(error);
    });
    const { rows = [] } = (results as readonly pg.QueryResult<T>[])[1] ?? {};
    if (rows.length > 0) file.wake();
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
