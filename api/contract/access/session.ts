/**
 * Signing in from a browser. A session is a cookie that no script reads (`__Host-edict`); every changing request with it also carries
 * the header `x-edict-csrf` with the token that the session's own answer holds. Bearer tokens need neither.
 */
import { z } from 'zod';
import { permissions } from '../route.ts';
import type { RouteSpec } from '../route.ts';
import { Person, PersonParams } from '../people.ts';
import { Id, list, Time } from '../values.ts';

/** Header of changing requests that come with the cookie. */
export const csrfHeader = 'x-edict-csrf';
/** `1` where a page reads by itself and nobody was at it for a while: such a request does not count as use of the session. */
export const unattendedHeader = 'x-edict-unattended';

export const SignInMethod = z.enum(['password', 'oidc']);
export const Session = z
  .object({
    person: Person,
    /** What the person may do now; each call is decided by itself all the same. */
    permissions: list(z.enum(permissions)),
    how: z.enum(['token', ...SignInMethod.options]),
    /** Of a browser's session; absent where a token asks. */
    session: z
      .object({
        id: z.string(),
        startedAt: Time,
        /** However much it is used. */
        endsAt: Time,
        /** Ends earlier where it is not used for so long. */
        idleSeconds: z.int(),
        /** Until then votes on what is of high risk are taken without asking for the password again. */
        stepUpUntil: Time,
      })
      .optional(),
    /** Sent back in the header `x-edict-csrf` of every changing request; absent where a token asks. */
    csrf: z.string().optional(),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

const Password = z.string().min(1).max(256);
const Secret = z.string().regex(/^[A-Za-z0-9_-]{43}$/u, 'expected the secret of a one-time link');
export const SignInRequest = z.union([
  z.strictObject({ person: z.string().min(1).max(128), password: Password }),
  /** A one-time link sets a password, and signs in with it. */
  z.strictObject({ link: Secret, password: Password }),
]);
export const StepUpRequest = z.strictObject({ password: Password });
export const PasswordRequest = z.strictObject({ current: Password, password: Password });
export const LinkRequest = z.strictObject({ link: Secret });
export const LinkReply = z
  .object({ person: z.string(), name: z.string(), expiresAt: Time, passwordLength: z.object({ least: z.int(), most: z.int() }) })
  .meta({ id: 'SignInLink' });
/** `path`: of the page of the console where the password is set; the secret stands behind the `#`, so that no server logs it. */
export const NewLink = z.object({ secret: z.string(), path: z.string(), expiresAt: Time }).meta({ id: 'NewSignInLink' });
/** `start`: where a browser goes to sign in at the provider. */
export const SignInOptions = z
  .object({
    password: z.boolean(),
    /** Nobody has set a password yet: `edict console` makes the first link. */
    firstStart: z.boolean(),
    oidc: z.object({ name: z.string(), start: z.string() }).optional(),
  })
  .meta({ id: 'SignInOptions' });
/** `provider`: where the browser signs out of the OpenID provider too. */
export const SignedOut = z.object({ provider: z.string().optional() }).meta({ id: 'SignedOut' });
export const SessionSummary = z
  .object({
    id: z.string(),
    how: SignInMethod,
    address: z.string(),
    agent: z.string(),
    startedAt: Time,
    seenAt: Time,
    endsAt: Time,
    /** It is the one that asks. */
    here: z.boolean(),
  })
  .meta({ id: 'SessionSummary' });
export const SessionList = z.object({ items: list(SessionSummary) }).meta({ id: 'SessionList' });
export const SessionsEnded = z.object({ ended: z.int() }).meta({ id: 'SessionsEnded' });
export const SessionParams = z.strictObject({ id: Id });
/** `return`: a path of the console. */
export const OidcStartQuery = z.strictObject({
  return: z
    .string()
    .max(500)
    .regex(/^\/(?![/\\])[^\\\s]*$/u, 'expected a path of the console')
    .optional(),
  /** To prove once more who is signed in. */
  stepup: z.enum(['1']).optional(),
});
/** As the provider sends it: RFC 6749 §4.1.2, RFC 9207, and what providers add. */
export const OidcCallbackQuery = z.looseObject({ state: z.string().max(500).optional() });

export const sessionRoutes = {
  'sign-in.options': {
    method: 'GET',
    path: '/v1/sign-in',
    access: 'sign-in',
    status: 200,
    summary: 'Says how people sign in here.',
    reply: SignInOptions,
  },
  'sign-in.link': {
    method: 'POST',
    path: '/v1/sign-in/link',
    access: 'sign-in',
    status: 200,
    summary: 'Says whose one-time link this is, and does not use it up.',
    body: LinkRequest,
    reply: LinkReply,
    secretBody: true,
  },
  'sign-in.oidc-start': {
    method: 'GET',
    path: '/v1/sign-in/oidc/start',
    access: 'sign-in',
    status: 302,
    summary: 'Sends the browser to the OpenID provider.',
    query: OidcStartQuery,
    reply: z.undefined(),
  },
  'sign-in.oidc-callback': {
    method: 'GET',
    path: '/v1/sign-in/oidc/callback',
    access: 'sign-in',
    status: 302,
    summary: 'Takes the browser back from the OpenID provider, and starts a session.',
    query: OidcCallbackQuery,
    secretQuery: true,
    reply: z.undefined(),
  },
  'session.start': {
    method: 'POST',
    path: '/v1/session',
    access: 'sign-in',
    status: 201,
    summary: 'Signs in with a password, or sets one by a one-time link; the session is a cookie.',
    body: SignInRequest,
    reply: Session,
    secretBody: true,
  },
  'session.get': {
    method: 'GET',
    path: '/v1/session',
    access: 'me:read',
    status: 200,
    summary: 'Says who is signed in, how, and what they may do.',
    reply: Session,
  },
  'session.end': {
    method: 'DELETE',
    path: '/v1/session',
    access: 'me:write',
    status: 200,
    summary: 'Signs out: the session of this browser ends.',
    reply: SignedOut,
  },
  'session.step-up': {
    method: 'POST',
    path: '/v1/session/step-up',
    access: 'me:write',
    status: 200,
    summary: 'Proves once more who is signed in, for what is of high risk; the cookie and its token are new.',
    body: StepUpRequest,
    reply: Session,
    secretBody: true,
  },
  'session.password': {
    method: 'POST',
    path: '/v1/session/password',
    access: 'me:write',
    status: 200,
    summary: 'Sets another password for oneself; every other session of this person ends.',
    body: PasswordRequest,
    reply: Session,
    secretBody: true,
  },
  'sessions.list': {
    method: 'GET',
    path: '/v1/sessions',
    access: 'me:read',
    status: 200,
    summary: 'Lists one’s own sessions that are open.',
    reply: SessionList,
  },
  'sessions.end': {
    method: 'DELETE',
    path: '/v1/sessions/:id',
    access: 'me:write',
    status: 204,
    summary: 'Ends one of one’s own sessions.',
    params: SessionParams,
    reply: z.undefined(),
  },
  'people.sessions': {
    method: 'GET',
    path: '/v1/people/:id/sessions',
    access: 'people:read',
    status: 200,
    summary: 'Lists where a person is signed in.',
    params: PersonParams,
    reply: SessionList,
  },
  'people.sign-out': {
    method: 'DELETE',
    path: '/v1/people/:id/sessions',
    access: 'people:write',
    status: 200,
    summary: 'Ends every session of a person, at once.',
    params: PersonParams,
    reply: SessionsEnded,
  },
  'people.sign-in-link': {
    method: 'POST',
    path: '/v1/people/:id/sign-in-link',
    access: 'people:write',
    status: 201,
    summary: 'Makes a one-time link with which the person sets a password, shown this once; links made before end.',
    params: PersonParams,
    body: z.strictObject({}),
    reply: NewLink,
    secretReply: true,
  },
} as const satisfies Record<string, RouteSpec>;
