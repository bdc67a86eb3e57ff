/**
 * OAuth 2.0 client credentials (RFC 6749 §4.4) as Entra speaks it: one token, kept until a minute before it ends, fetched once however many
 * ask for it. The secret is read from the store each time, so that a new one counts at once.
 */
import { EdictError } from '../domain/errors.ts';
import type { Deadline } from './deadline.ts';
import { objectOf, refused, type WebClient } from './web-client.ts';

export type Credentials = {
  readonly authority: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly scope: string;
  readonly secret: () => Promise<string>;
};

export type TokenSource = {
  readonly token: (deadline: Deadline) => Promise<string>;
  /** After the system has refused it. */
  readonly forget: (token: string) => void;
};

const marginMs = 60_000;

type Held = { readonly token: string; readonly until: number };

export function clientCredentials(web: WebClient, credentials: Credentials): TokenSource {
  let held: Held | undefined;
  let asking: Promise<Held> | undefined;
  return {
    token: async (deadline) => {
      if (held !== undefined && Date.now() < held.until) return held.token;
      asking ??= fetchToken(web, credentials, deadline).finally(() => (asking = undefined));
      held = await asking;
      return held.token;
    },
    forget: (token) => {
      if (held?.token === token) held = undefined;
    },
  };
}

async function fetchToken(web: WebClient, { authority, tenant, clientId, scope, secret }: Credentials, deadline: Deadline): Promise<Held> {
  const form = { grant_type: 'client_credentials', client_id: clientId, scope, client_secret: await secret() };
  const answer = await web.send(
    {
      method: 'POST',
      url: `${authority}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams(form).toString(),
    },
    deadline,
  );
  const body = objectOf(web.system, answer);
  if (answer.status !== 200) throw denied(web.system, answer.status, body['error']);
  const { access_token: token, expires_in: seconds } = body;
  if (typeof token !== 'string' || token === '') throw refused(web.system, 200, 'no-token');
  return { token, until: Date.now() + (typeof seconds === 'number' ? seconds : 0) * 1000 - marginMs };
}

function denied(system: string, status: number, error: unknown): EdictError {
  const { message } = refused(system, status, typeof error === 'string' ? error : '');
  return new EdictError('system-refused', `no token: ${message}`, {
    where: system,
    help: 'check its tenant, its client id and its client secret',
  });
}
