/**
 * For what is of high risk whoever is signed in has proved within the last minutes that they are who they are. Sessions of browsers alone:
 * an API token stands for its bearer as it always did.
 `now` is the
 * database's, as the proof's time is.
 */
import { EdictError } from '../../domain/errors.ts';
import type { SessionRow } from '../../store/access/port-access.ts';

export function requireStepUp({ authenticatedAt, method }: SessionRow, now: string, stepUpMs: number): void {
  if (Date.parse(authenticatedAt) + stepUpMs > Date.parse(now)) return;
  const again = method === 'oidc' ? 'GET /v1/sign-in/oidc/start?stepup=1' : 'POST /v1/session/step-up';
  throw new EdictError('step-up-needed', 'this is of high risk: prove once more that it is you', {
    expected: `a proof within the last ${Math.round(stepUpMs / 60_000)} minutes`,
    help: `${again}, then try again`,
  });
}
