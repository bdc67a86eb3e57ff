/**
 * The door for browsers: whose session the cookie is, and, where something is to change, that the request comes from a page of ours. Three
 * nets against forged requests: SameSite=Strict, where the browser says that it comes from (`Sec-Fetch-Site`, `Origin`; one of them is
 * needed), and a token in a header that only a page of ours can have read. https://cheatsheetseries.owasp.org (Cross-Site Request Forgery)
 */
import { createHmac } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { EdictError } from '../../domain/errors.ts';
import type { OpenSession, Sessions } from '../../store/access/port-access.ts';
import { csrfHeader, unattendedHeader } from '../contract/access/session.ts';
import { sameSecret } from './bearer.ts';
import { cookieOf, sessionCookie } from './cookie.ts';

export type SessionDoor = {
  /** Undefined where there is no cookie. */
  readonly authenticate: (request: FastifyRequest) => Promise<OpenSession | undefined>;
  /** For who is not signed in yet: nobody signs somebody else's browser in. */
  readonly requireOwnPage: (request: FastifyRequest) => void;
};

export type SessionDoorDeps = {
  readonly sessions: Pick<Sessions, 'authenticate'>;
  readonly idleMs: number;
  readonly origin: string | undefined;
};

export function sessionDoor({ sessions, idleMs, origin }: SessionDoorDeps): SessionDoor {
  const requireOwnPage = (request: FastifyRequest): void => {
    if (changes(request) && !isOwnPage(request, origin))
      throw new EdictError('request-forged', 'the request does not come from a page of this console', {
        where: 'header origin',
        expected: 'a page of the address that this server is reached at; EDICT_API_URL where a proxy changes it',
      });
  };
  return {
    requireOwnPage,
    authenticate: async (request) => {
      const token = sessionToken(request);
      if (token === undefined) return undefined;
      const open = await sessions.authenticate(token, { idleMs, use: !isUnattended(request) });
      if (open === undefined) throw new EdictError('session-ended', 'the session has ended', { help: 'sign in again' });
      requireOwnPage(request);
      requireToken(request, token);
      return open;
    },
  };
}

export function sessionToken(request: Pick<FastifyRequest, 'headers'>): string | undefined {
  return cookieOf(request.headers.cookie, sessionCookie);
}

/** Follows from the session's token, which does not follow from it. */
export function csrfOf(token: string): string {
  return createHmac('sha256', token).update('edict csrf').digest('base64url');
}

function requireToken(request: FastifyRequest, token: string): void {
  if (!changes(request)) return;
  const given = request.headers[csrfHeader];
  if (typeof given === 'string' && sameSecret(given, csrfOf(token))) return;
  throw new EdictError(
    'request-forged',
    `the header \`${csrfHeader}\` is ${given === undefined ? 'missing' : 'not that of this session'}`,
    {
      where: `header ${csrfHeader}`,
      expected: '`csrf` of GET /v1/session',
    },
  );
}

/** What a page reads by itself while nobody is at it does not keep the session open. */
function isUnattended(request: FastifyRequest): boolean {
  return request.headers[unattendedHeader] === '1' && !changes(request);
}

function changes({ method }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/** https://www.w3.org/TR/fetch-metadata/: browsers say both or, the older ones, `Origin`. */
function isOwnPage({ headers }: FastifyRequest, ours: string | undefined): boolean {
  const site = headers['sec-fetch-site'];
  const { origin } = headers;
  if (site === undefined && origin === undefined) return false;
  if (site !== undefined && site !== 'same-origin') return false;
  return origin === undefined || origin === ours || hostOf(origin) === headers.host;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
