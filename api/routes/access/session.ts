/** Sessions of browsers: signing in and out, proving once more who one is, and seeing where one is signed in. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { EdictError } from '../../../domain/errors.ts';
import type { NewSession, OpenSession, SessionRow, SignInMethod } from '../../../store/access/port-access.ts';
import type { Person } from '../../../store/port.ts';
import { addressLimit } from '../../auth/address-limit.ts';
import { clearCookie, sessionCookie, setCookie } from '../../auth/cookie.ts';
import { signOutAt } from '../../auth/oidc/provider.ts';
import { hashPassword, passwordLength } from '../../auth/password.ts';
import { requireStrong } from '../../auth/password-strength.ts';
import { csrfOf, sessionToken } from '../../auth/session-door.ts';
import { knownLink, redeemLink, requirePassword } from '../../auth/sign-in.ts';
import type { SignInDeps } from '../../auth/sign-in.ts';
import type { Session, SessionList } from '../../contract/access/session.ts';
import type { HandlerDeps, HandlersOf } from '../../handler.ts';

type Names =
  | 'sign-in.options'
  | 'sign-in.link'
  | 'session.start'
  | 'session.get'
  | 'session.end'
  | 'session.step-up'
  | 'session.password'
  | 'sessions.list'
  | 'sessions.end';

export function sessionHandlers(deps: HandlerDeps): HandlersOf<Names> {
  const signIn: SignInDeps = { store: deps.store, limit: addressLimit(() => deps.clock().getTime()) };
  return { ...signInHandlers(deps, signIn), ...ownSession(deps, signIn), ...ownSessions(deps) };
}

function signInHandlers(deps: HandlerDeps, signIn: SignInDeps): HandlersOf<'sign-in.options' | 'sign-in.link' | 'session.start'> {
  const { access } = deps;
  return {
    'sign-in.options': async () => ({
      password: access.localAccounts,
      firstStart: access.localAccounts && !(await deps.store.accounts.any()),
      ...(access.oidc === undefined ? {} : { oidc: { name: access.oidc.name, start: '/v1/sign-in/oidc/start' } }),
    }),
    'sign-in.link': async ({ body, http }) => {
      requireLocal(deps);
      return { ...(await knownLink(signIn, body.link, http)), passwordLength };
    },
    'session.start': async ({ body, http, reply }) => {
      requireLocal(deps);
      if ('link' in body) return startSession(deps, { person: await redeemLink(signIn, body, http), method: 'password' }, { http, reply });
      await requirePassword(signIn, body, http);
      return startSession(deps, { person: body.person, method: 'password' }, { http, reply });
    },
  };
}

function ownSession(
  deps: HandlerDeps,
  signIn: SignInDeps,
): HandlersOf<'session.get' | 'session.end' | 'session.step-up' | 'session.password'> {
  const { store, access } = deps;
  return {
    'session.get': async ({ person, session, http }) => sessionReply(deps, { person, session }, sessionToken(http)),
    'session.end': async ({ session, by, reply }) => {
      const { id, method } = requireSession(session);
      await store.sessions.end(id, by, by);
      reply.header('set-cookie', clearCookie(sessionCookie));
      const provider = method === 'oidc' ? await signOutAt(access) : undefined;
      return provider === undefined ? {} : { provider };
    },
    'session.step-up': async ({ session, by, person, body, http, reply }) => {
      const { id, method } = requireSession(session);
      requireOwnPassword(method);
      await requirePassword(signIn, { person: by, password: body.password }, http);
      return renewed(deps, person, await store.sessions.renew(id), reply);
    },
    'session.password': async ({ session, by, person, body, http, reply }) => {
      const { id, method } = requireSession(session);
      requireOwnPassword(method);
      await requirePassword(signIn, { person: by, password: body.current }, http);
      requireStrong(body.password, [by, person.name]);
      await store.accounts.setPassword({ person: by, encoded: await hashPassword(body.password), by, but: id });
      return renewed(deps, person, await store.sessions.renew(id), reply);
    },
  };
}

function ownSessions({ store, access }: HandlerDeps): HandlersOf<'sessions.list' | 'sessions.end'> {
  return {
    'sessions.list': async ({ by, session }) => sessionsOf(await store.sessions.of(by, access.idleMs), session),
    'sessions.end': async ({ params, by }) => {
      await store.sessions.end(params.id, by, by);
      return undefined;
    },
  };
}

export function sessionsOf(rows: readonly SessionRow[], asking: SessionRow | undefined): z.infer<typeof SessionList> {
  return {
    items: rows.map(({ id, method, address, agent, startedAt, seenAt, endsAt }) => ({
      id,
      how: method,
      address,
      agent,
      startedAt,
      seenAt,
      endsAt,
      here: id === asking?.id,
    })),
  };
}

type Exchange = { readonly http: FastifyRequest; readonly reply: FastifyReply };

/** The cookie that came with the request, whosever it was, is worth nothing afterwards. */
export async function startSession(
  deps: HandlerDeps,
  who: { readonly person: string; readonly method: SignInMethod; readonly provedAt?: string },
  { http, reply }: Exchange,
): Promise<Session> {
  const { store, access } = deps;
  const agent = plain(http.headers['user-agent'] ?? '');
  const started = await store.sessions.start({ ...who, lifeMs: access.lifeMs, address: http.ip, agent, instead: sessionToken(http) });
  const open = await store.sessions.current(started.session.id, access.idleMs);
  if (open === undefined) throw new EdictError('session-ended', 'the session ended as it began', { help: 'sign in again' });
  return renewed(deps, open.person, started, reply);
}

async function renewed(deps: HandlerDeps, person: Person, { session, token }: NewSession, reply: FastifyReply): Promise<Session> {
  const answer = await sessionReply(deps, { person, session }, token);
  giveCookie(deps, { session, token }, reply);
  return answer;
}

function giveCookie({ clock }: HandlerDeps, { session, token }: NewSession, reply: FastifyReply): void {
  const maxAgeMs = Math.max(0, Date.parse(session.endsAt) - clock().getTime());
  reply.header('set-cookie', setCookie(sessionCookie, token, { maxAgeMs, sameSite: 'Strict' }));
}

type Who = { readonly person: Person; readonly session: OpenSession['session'] | undefined };

async function sessionReply({ authz, access }: HandlerDeps, { person, session }: Who, token: string | undefined): Promise<Session> {
  const permissions = await authz.permissionsOf(person);
  if (session === undefined || token === undefined) return { person, permissions, how: 'token' };
  const { id, method, startedAt, endsAt, authenticatedAt } = session;
  const stepUpUntil = new Date(Date.parse(authenticatedAt) + access.stepUpMs).toISOString();
  return {
    person,
    permissions,
    how: method,
    session: { id, startedAt, endsAt, idleSeconds: access.idleMs / 1000, stepUpUntil },
    csrf: csrfOf(token),
  };
}

function requireSession(session: SessionRow | undefined): SessionRow {
  if (session !== undefined) return session;
  throw new EdictError('conflict', 'this is a token, not the session of a browser', { help: 'a token is revoked by an administrator' });
}

function requireOwnPassword(method: SignInMethod): void {
  if (method === 'password') return;
  throw new EdictError('conflict', 'this session was started at the OpenID provider', {
    help: 'the provider proves who you are: GET /v1/sign-in/oidc/start?stepup=1',
  });
}

function requireLocal({ access }: HandlerDeps): void {
  if (access.localAccounts) return;
  throw new EdictError('sign-in-refused', 'nobody signs in with a password here', { help: 'sign in at the OpenID provider' });
}

/** What a browser says of itself is anybody's text. */
function plain(text: string): string {
  return text.replaceAll(/[^\x20-\x7E]/gu, '').slice(0, 200);
}
