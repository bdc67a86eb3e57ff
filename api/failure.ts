/**
 * Turns whatever was thrown into an error of the table, and that into problem details. Nothing that the table does not know leaves the
 * process. (The store translates its own failures.)
 */
import {
  ApplicationFailure,
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { z } from 'zod';
import { EdictError, errorTable, isErrorCode } from '../domain/errors.ts';
import type { ErrorCode, ErrorDetail } from '../domain/errors.ts';
import { PlaybookFault } from '../domain/playbook/compile/source.ts';
import type { Problem } from './contract/problem.ts';

/** Input that a schema refused: says every fault, not only the first. */
export class InvalidInput extends EdictError {
  readonly faults: readonly { readonly where: string; readonly detail: string }[];

  constructor(part: string, error: z.ZodError) {
    const faults = error.issues.slice(0, 20).map((issue) => ({ where: pointer(part, issue.path), detail: lowercase(issue.message) }));
    const first = faults[0] ?? { where: part, detail: 'not as expected' };
    super('input-invalid', `the ${part} is not as expected: ${first.detail}`, {
      where: first.where,
      help: 'see /openapi.json for what this route takes',
    });
    this.faults = faults;
  }
}

/** Input with faults of its own, each with its place: a playbook, or tests that do not hold. */
export class FaultyInput extends EdictError {
  readonly faults: readonly Fault[];

  constructor(code: ErrorCode, message: string, faults: readonly Fault[], detail: ErrorDetail = {}) {
    super(code, message, detail);
    this.faults = faults.slice(0, faultsMost);
  }
}

type Fault = { readonly where: string; readonly detail: string; readonly suggestion?: string | undefined };
const faultsMost = 100;

/** What a compiler found stands in the text: `file:line:column`. */
function faultsOf(error: EdictError): readonly Fault[] {
  if (error instanceof InvalidInput) return error.faults.length > 1 ? error.faults : [];
  if (error instanceof FaultyInput) return error.faults;
  if (!(error instanceof PlaybookFault)) return [];
  const file = (error.where ?? '').replace(/:\d+:\d+$/u, '');
  return error.issues.slice(0, faultsMost).map(({ message, line, column, suggestion }) => ({
    where: `${file}:${line}:${column}`,
    detail: message,
    ...(suggestion === undefined ? {} : { suggestion }),
  }));
}

export function asEdictError(error: unknown): EdictError {
  if (error instanceof EdictError) return error;
  return fromTemporal(error) ?? fromNetwork(error) ?? fromFastify(error) ?? defect(error);
}

export function problemOf(error: EdictError, request: string): Problem {
  const { status } = errorTable[error.code];
  const faults = faultsOf(error);
  return {
    type: `urn:edict:error:${error.code}`,
    title: error.code.replaceAll('-', ' '),
    status,
    code: error.code,
    detail: error.message,
    ...(error.where === undefined ? {} : { where: error.where }),
    ...(error.expected === undefined ? {} : { expected: error.expected }),
    ...(error.help === undefined ? {} : { help: error.help }),
    ...(faults.length > 0 ? { faults } : {}),
    request,
  };
}

export function unavailable(what: string, cause?: unknown): EdictError {
  return new EdictError('dependency-unavailable', `${what} is not available now`, { help: 'try again in a moment', cause });
}

/** The error's chain of causes holds the application failure that an activity or a workflow threw: its type is a code of the table. */
function fromTemporal(error: unknown): EdictError | undefined {
  const failure = causes(error).findLast((cause) => cause instanceof ApplicationFailure);
  if (failure instanceof ApplicationFailure && isErrorCode(failure.type))
    return new EdictError(failure.type, failure.message, detailOf(failure));
  if (error instanceof WorkflowNotFoundError)
    return new EdictError('run-state-wrong', 'it has ended, or has not started yet', { cause: error });
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return unavailable('the worker', error);
  if (causes(error).some(isStumbling)) return unavailable('the worker', error);
  if (causes(error).some(isAwayGrpc)) return unavailable('temporal', error);
  return undefined;
}

function detailOf(failure: ApplicationFailure): ErrorDetail {
  const parsed = z
    .object({ where: z.string().optional(), expected: z.string().optional(), help: z.string().optional() })
    .safeParse(failure.details?.[0]);
  return { ...(parsed.success ? parsed.data : {}), cause: failure };
}

/** CANCELLED, UNKNOWN (a dropped connection), DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE. */
const awayGrpcCodes: ReadonlySet<number> = new Set([1, 2, 4, 8, 14]);

function isAwayGrpc(error: unknown): boolean {
  return isGrpcServiceError(error) && awayGrpcCodes.has(error.code);
}

/** FAILED_PRECONDITION. */
const notAsItStands: ReadonlySet<number> = new Set([9]);

/** An update of a workflow whose workers died at its task several times over. The next one carries it on, and takes updates. */
function isStumbling(error: unknown): boolean {
  return isGrpcServiceError(error) && notAsItStands.has(error.code) && error.details.includes('Workflow Task in failed state');
}

const networkCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ECONNABORTED',
]);

function fromNetwork(error: unknown): EdictError | undefined {
  const code = codeOf(error);
  return code !== undefined && networkCodes.has(code) ? unavailable('a dependency', error) : undefined;
}

function fromFastify(error: unknown): EdictError | undefined {
  const code = codeOf(error);
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  if (code === undefined || !code.startsWith('FST_') || typeof status !== 'number' || status >= 500) return undefined;
  if (status === 413) return new EdictError('input-too-large', 'the body is larger than this route takes', { cause: error });
  if (status === 415)
    return new EdictError('input-type-unsupported', 'the content type is not one that this route takes', {
      help: 'see /openapi.json',
      cause: error,
    });
  return new EdictError('input-invalid', 'the request is not well-formed', { cause: error });
}

function defect(cause: unknown): EdictError {
  return new EdictError('defect', 'something went wrong inside edict', { help: 'quote the request id when you report it', cause });
}

/** By shape: an error of Node or of a driver may come from another realm. */
export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function causes(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  for (
    let cause = error;
    typeof cause === 'object' && cause !== null && chain.length < 16;
    cause = 'cause' in cause ? cause.cause : undefined
  )
    chain.push(cause);
  return chain;
}

function pointer(part: string, path: readonly PropertyKey[]): string {
  const tokens = path.map((token) => `/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return part === 'body' ? tokens || '/' : `${part}${tokens}`;
}

function lowercase(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
