/**
 * PostgreSQL's failures in the words of the error table. INVARIANT: no message, detail or cause of the driver passes on: they
 * hold values (`Key (id)=(…)`), addresses and user names. What passes is the SQLSTATE and the name of the constraint.
 */
import { EdictError, type ErrorCode } from '../../domain/errors.ts';

type ServerFailure = { readonly code: string; readonly severity: string; readonly constraint?: string | undefined };

const lostConnection =
  /connection terminated|timeout exceeded when trying to connect|not queryable|was closed|pool after calling end|driver has already been destroyed|connection timeout/i;
const socketCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** By SQLSTATE, else by its class (the first two characters). https://www.postgresql.org/docs/current/errcodes-appendix.html */
const codes: { readonly [state: string]: ErrorCode } = {
  '23505': 'conflict',
  '23P01': 'conflict',
  '23503': 'not-found',
  '23': 'input-invalid',
  '22': 'input-invalid',
  '54': 'input-invalid',
  '57014': 'timeout',
  '55P03': 'timeout',
  '08': 'dependency-unavailable',
  '25P03': 'dependency-unavailable',
  '25006': 'dependency-unavailable',
  '28': 'dependency-unavailable',
  '3D': 'dependency-unavailable',
  '40': 'dependency-unavailable',
  '53': 'dependency-unavailable',
  '57': 'dependency-unavailable',
  '58': 'dependency-unavailable',
};

const messages: { readonly [code in ErrorCode]?: string } = {
  conflict: 'this is stored already with another content',
  'not-found': 'what this refers to is not stored',
  'input-invalid': 'the database does not take this value',
  timeout: 'the database did not answer in time',
  'dependency-unavailable': 'the database is not available',
};

export function translateError(error: unknown, where: string): unknown {
  if (error instanceof EdictError) return error;
  if (isServerFailure(error)) return serverError(error, where);
  if (isLostConnection(error))
    return new EdictError('dependency-unavailable', 'the database is not available', {
      where,
      help: 'it is tried again by itself; `edict doctor` shows what is down',
    });
  const kind = error instanceof Error ? error.name : typeof error;
  return new EdictError('defect', `the store failed (${kind})`, {
    where,
    cause: error instanceof Error ? new Error(kind, { cause: error.stack?.split('\n').slice(1, 6).join('\n') }) : undefined,
  });
}

export function isLostConnection(error: unknown): boolean {
  if (isServerFailure(error)) return codes[error.code.slice(0, 2)] === 'dependency-unavailable';
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isLostConnection);
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (syscall === 'connect') return true;
  return (typeof code === 'string' && socketCodes.has(code)) || lostConnection.test(error.message);
}

export function isServerFailure(error: unknown): error is ServerFailure {
  if (!(error instanceof Error)) return false;
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  return typeof code === 'string' && code.length === 5 && typeof severity === 'string';
}

function serverError(failure: ServerFailure, where: string): EdictError {
  const code = codes[failure.code] ?? codes[failure.code.slice(0, 2)] ?? 'defect';
  const constraint = failure.constraint === undefined ? '' : `, ${failure.constraint}`;
  return new EdictError(code, `${messages[code] ?? 'the store failed'} (SQLSTATE ${failure.code}${constraint})`, { where });
}
