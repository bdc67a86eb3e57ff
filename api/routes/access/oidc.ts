/** To the OpenID provider and back. A browser is here with nothing but an address: refusals send it to the console, which says them. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EdictError } from '../../../domain/errors.ts';
import { clearCookie, cookieOf, oidcCookie, setCookie } from '../../auth/cookie.ts';
import { personOfClaims } from '../../auth/oidc/identity.ts';
import { begin, finish, journeyMs, journeyOf } from '../../auth/oidc/journey.ts';
import type { Claims, Journey } from '../../auth/oidc/journey.ts';
import type { OidcSettings } from '../../auth/oidc/oidc-settings.ts';
import { sessionToken } from '../../auth/session-door.ts';
import { asEdictError } from '../../failure.ts';
import type { HandlerDeps, HandlersOf } from '../../handler.ts';
import { sent } from '../../handler.ts';
import { startSession } from './session.ts';

export function oidcHandlers(deps: HandlerDeps): HandlersOf<'sign-in.oidc-start' | 'sign-in.oidc-callback'> {
  return {
    'sign-in.oidc-start': ({ query, reply, http }) =>
      orBack(reply, http, async () => {
        const here = await signedIn(deps, http);
        const { url, cookie } = await begin(settingsOf(deps), { to: query.return ?? '/', stepUp: query.stepup === '1', ...here });
        return goTo(reply.header('set-cookie', setCookie(oidcCookie, cookie, { maxAgeMs: journeyMs, sameSite: 'Lax' })), url);
      }),
    'sign-in.oidc-callback': ({ reply, http }) =>
      orBack(reply, http, async () => {
        const settings = settingsOf(deps);
        const journey = journeyOf(cookieOf(http.headers.cookie, oidcCookie));
        const at = http.url.indexOf('?');
        const claims = await finish(settings, journey, at < 0 ? '' : http.url.slice(at));
        await arrive(deps, { journey, claims }, { http, reply });
        return goTo(reply.header('set-cookie', clearCookie(oidcCookie)), journey.to);
      }),
  };
}

type Arrival = { readonly journey: Journey; readonly claims: Claims };
type Exchange = { readonly http: FastifyRequest; readonly reply: FastifyReply };

async function signedIn({ store, access }: HandlerDeps, http: FastifyRequest): Promise<Pick<Journey, 'session' | 'person'>> {
  const token = sessionToken(http);
  const open = token === undefined ? undefined : await store.sessions.authenticate(token, { idleMs: access.idleMs, use: true });
  return open === undefined ? {} : { session: open.session.id, person: open.person.id };
}

async function arrive(deps: HandlerDeps, { journey, claims }: Arrival, exchange: Exchange): Promise<void> {
  const { store, forgetTokens } = deps;
  const { id } = await personOfClaims({ store, settings: settingsOf(deps) }, claims).finally(forgetTokens);
  // Nobody goes on as somebody else without noticing.
  if (journey.stepUp && journey.person !== undefined && journey.person !== id)
    throw new EdictError('identity-refused', 'the provider says that it is somebody else', { help: 'sign out first' });
  // Who was signed in at the provider long ago has proved nothing just now.
  const provedAt = new Date(typeof claims['auth_time'] === 'number' ? claims['auth_time'] * 1000 : 0).toISOString();
  await startSession(deps, { person: id, method: 'oidc', provedAt }, exchange);
  if (journey.session !== undefined && journey.person === id) await endBefore(deps, journey.session, id);
}

/** The session that this one takes the place of. */
async function endBefore({ store }: HandlerDeps, session: string, person: string): Promise<void> {
  await store.sessions.end(session, person, person).catch((error: unknown) => {
    if (asEdictError(error).code !== 'not-found') throw error;
  });
}

function settingsOf({ access: { oidc } }: HandlerDeps): OidcSettings {
  if (oidc !== undefined) return oidc;
  throw new EdictError('not-found', 'no OpenID provider is set here', { help: 'see docs/production.md' });
}

function goTo(reply: FastifyReply, url: string): typeof sent {
  void reply.code(302).header('location', url).send();
  return sent;
}

/** The code alone: text in an address could be anybody's. */
async function orBack(reply: FastifyReply, http: FastifyRequest, work: () => Promise<typeof sent>): Promise<typeof sent> {
  try {
    return await work();
  } catch (error) {
    const known = asEdictError(error);
    if (known.code === 'not-found') throw known;
    http.log.warn({ code: known.code, reason: known.message }, 'nobody was signed in');
    reply.removeHeader('set-cookie').header('set-cookie', clearCookie(oidcCookie));
    return goTo(reply, `/sign-in?fault=${known.code}`);
  }
}
