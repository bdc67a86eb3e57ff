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
  const { name } = partsOf(error);
  return new EdictError('defect', `the store failed (${typeof name === 'string' ? name : typeof error})`, { where, cause: traceOf(error) });
}

/** Where it happened, without what it said. */
function traceOf(error: unknown): Error | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined;
  const trace = new Error('of the store');
  trace.stack = error.stack
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .join('\n');
  return trace;
}

export function isLostConnection(error: unknown): boolean {
  if (isServerFailure(error)) return codes[error.code.slice(0, 2)] === 'dependency-unavailable';
  const { code, syscall, message, errors } = partsOf(error);
  if (Array.isArray(errors)) return errors.some(isLostConnection);
  if (syscall === 'connect' || (typeof code === 'string' && socketCodes.has(code))) return true;
  return typeof message === 'string' && lostConnection.test(message);
}

export function isServerFailure(error: unknown): error is ServerFailure {
  const { code, severity } = partsOf(error);
  return typeof code === 'string' && code.length === 5 && typeof severity === 'string';
}

/** What the caller gave cannot be held, whatever the state of the database: no retry helps. */
export function isBadValue(error: unknown): boolean {
  return isServerFailure(error) && codes[error.code.slice(0, 2)] === 'input-invalid' && !error.code.startsWith('23');
}

/** By its shape: an error of another realm (a worker, a test's sandbox) is no instance of our `Error`. */
function partsOf(error: unknown): { readonly [part in 'code' | 'severity' | 'syscall' | 'message' | 'errors' | 'name']?: unknown } {
  return typeof error === 'object' && error !== null ? error : {};
}

function serverError(failure: ServerFailure, where: string): EdictError {
  const code = codes[failure.code] ?? codes[failure.code.slice(0, 2)] ?? 'defect';
  const constraint = failure.constraint === undefined ? '' : `, ${failure.constraint}`;
  return new EdictError(code, `${messages[code] ?? 'the store failed'} (SQLSTATE ${failure.code}${constraint})`, { where });
}
