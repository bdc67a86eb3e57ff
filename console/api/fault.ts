/** Why a call failed: a refusal as the API states it (RFC 9457), no answer at all (`away`), or a page that is older than its server (`replaced`). */
import type { Problem } from '../../api/contract/problem.ts';

export type FaultKind = 'refused' | 'signed-out' | 'away' | 'replaced' | 'strange';

export class Fault extends Error {
  override readonly name = 'Fault';
  readonly kind: FaultKind;
  readonly problem: Partial<Problem>;

  constructor(kind: FaultKind, problem: Partial<Problem> & { readonly detail: string }) {
    super(problem.detail);
    this.kind = kind;
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status ?? 0;
  }
}

/** It passes by itself: nobody answers, or the server says that something which it needs is not there yet. */
export function isPassing(thrown: unknown): boolean {
  const fault = asFault(thrown);
  // That a point is away is an answer: who asked it is told at once.
  return fault.kind === 'away' || (fault.status === 503 && fault.problem.code !== 'enforcement-point-unreachable');
}

/** Anything thrown, as what Failure shows. */
export function asFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown;
  return new Fault('strange', { detail: thrown instanceof Error ? thrown.message : 'something went wrong in the console itself' });
}

export function awayFault(): Fault {
  return new Fault('away', {
    detail: 'the server does not answer',
    help: 'nothing is lost: what you typed stays here, and this goes on by itself when the server is back',
  });
}

export async function faultOf(response: Response): Promise<Fault> {
  const problem = await problemIn(response);
  if (problem === undefined) {
    const away = response.status === 502 || response.status === 503 || response.status === 504;
    return away
      ? awayFault()
      : new Fault('strange', { status: response.status, detail: `the server answered ${response.status}, but not as Edict does` });
  }
  if (response.status === 401) return new Fault('signed-out', problem);
  return new Fault('refused', problem);
}

async function problemIn(response: Response): Promise<(Partial<Problem> & { readonly detail: string }) | undefined> {
  if (response.headers.get('content-type')?.includes('problem+json') !== true) return undefined;
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body !== 'object' || body === null || !('detail' in body) || typeof body.detail !== 'string') return undefined;
  return body as Partial<Problem> & { readonly detail: string };
}
