/**
 * The doors: before a byte of the body is read, it is settled who calls and whether they may. Deny by default: a route whose access is
 * not understood lets nobody in. Signed webhooks pass here and are verified over their raw body (webhook.ts), before anything else.
 */
import type { FastifyRequest } from 'fastify';
import { EdictError } from '../domain/errors.ts';
import type { Secrets } from '../store/port.ts';
import type { Authorizer } from './auth/authz.ts';
import { sameSecret, secretOf } from './auth/bearer.ts';
import type { Bearer } from './auth/bearer.ts';
import type { SessionDoor } from './auth/session-door.ts';
import { permissions } from './contract/route.ts';
import type { Permission, RouteSpec } from './contract/route.ts';
import { unavailable } from './failure.ts';
import type { Caller } from './handler.ts';

export type GateDeps = {
  readonly spec: RouteSpec;
  readonly bearers: Bearer;
  readonly sessions: SessionDoor;
  readonly authz: Authorizer;
  readonly secrets: Pick<Secrets, 'get'>;
  /** The token that OPA shows; the secret `opa-token` where not given. */
  readonly engineToken: string | undefined;
  readonly ready: () => boolean;
};

/** Name of the secret that OPA shows at its door. */
export const engineTokenName = 'opa-token';

export function gate(deps: GateDeps): (request: FastifyRequest) => Promise<void> {
  const { access } = deps.spec;
  if (access === 'anonymous') return async (request) => letIn(request, program('anonymous'));
  return async (request) => {
    if (!deps.ready()) throw unavailable('edict is starting: the database');
    if (access === 'signature') letIn(request, program('webhook'));
    else if (access === 'sign-in') letIn(request, aboutToSignIn(deps, request));
    else if (access === 'engine-token') letIn(request, await engine(deps, request));
    else if (permissions.includes(access)) letIn(request, await permitted(deps, access, request));
    else throw new EdictError('access-denied', 'this route has no door');
  };
}

function aboutToSignIn({ sessions }: GateDeps, request: FastifyRequest): Caller {
  sessions.requireOwnPage(request);
  return program('sign-in');
}

/** A token counts before a cookie: no page of another site can send one. */
async function authenticated({ bearers, sessions }: GateDeps, request: FastifyRequest): Promise<Omit<Caller, 'by'>> {
  const { authorization } = request.headers;
  const open = authorization === undefined ? await sessions.authenticate(request) : undefined;
  return open ?? { person: await bearers.authenticate(authorization, request.ip) };
}

async function permitted(deps: GateDeps, permission: Permission, request: FastifyRequest): Promise<Caller> {
  const { authz } = deps;
  const { person, session } = await authenticated(deps, request);
  const resource = request.url.split('?', 1)[0] ?? '';
  const decision = await authz.decide({ person, permission, resource });
  if (!decision.allow) {
    throw new EdictError('access-denied', `\`${person.id}\` may not do this: ${decision.reason}`, {
      expected: `a role with \`${permission}\``,
    });
  }
  return { by: person.id, person, session };
}

async function engine({ secrets, engineToken }: GateDeps, request: FastifyRequest): Promise<Caller> {
  const given = secretOf(request.headers.authorization);
  const expected = engineToken ?? (await secrets.get(engineTokenName));
  if (given === undefined) throw new EdictError('token-missing', 'this needs the token of the policy engine');
  if (expected === undefined || !sameSecret(given, expected))
    throw new EdictError('token-invalid', 'this is not the token of the policy engine');
  return program('opa');
}

function program(name: string): Caller {
  const by = `system:${name}`;
  return { by, person: { id: by, name, roles: [], disabled: false } };
}

function letIn(request: FastifyRequest, caller: Caller): void {
  request.caller = caller;
}
