/**
 * The way to the provider and back: authorization code with PKCE, state and nonce (RFC 9700). What is needed on the way back stays in a
 * cookie of this browser for ten minutes, so that nobody ends a journey that they did not begin.
 */
import {
  authorizationCodeGrant,
  AuthorizationResponseError,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientError,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  ResponseBodyError,
} from 'openid-client';
import { z } from 'zod';
import { EdictError } from '../../../domain/errors.ts';
import { unavailable } from '../../failure.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { forgetProvider, provider } from './provider.ts';

const Journey = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  to: z.string(),
  stepUp: z.boolean(),
  session: z.string().optional(),
  person: z.string().optional(),
});
export type Journey = z.infer<typeof Journey>;
export type Claims = { readonly [claim: string]: unknown } & { readonly iss: string; readonly sub: string };

export const journeyMs = 10 * 60_000;

/** `stepUp`: whoever is signed in there already proves it again. `person`, `session`: who is signed in here; the cookie of that does not come back from elsewhere. */
export async function begin(
  settings: OidcSettings,
  from: Omit<Journey, 'state' | 'nonce' | 'verifier'>,
): Promise<{ readonly url: string; readonly cookie: string }> {
  const configuration = await provider(settings);
  const journey: Journey = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier(), ...from };
  const url = buildAuthorizationUrl(configuration, {
    redirect_uri: settings.redirectUri,
    scope: settings.scope,
    state: journey.state,
    nonce: journey.nonce,
    code_challenge: await calculatePKCECodeChallenge(journey.verifier),
    code_challenge_method: 'S256',
    ...(from.stepUp ? { prompt: 'login', max_age: '0' } : {}),
  });
  return { url: url.href, cookie: Buffer.from(JSON.stringify(journey)).toString('base64url') };
}

export function journeyOf(cookie: string | undefined): Journey {
  try {
    return Journey.parse(JSON.parse(Buffer.from(cookie ?? '', 'base64url').toString('utf8')));
  } catch (cause) {
    throw new EdictError('request-forged', 'this browser has not begun to sign in, or too long ago', { help: 'sign in again', cause });
  }
}

/** Seconds that the proof of a step-up may be old when it gets here. */
const proofSeconds = 60;

/** The claims of the ID token; of the user's page where the token does not hold them. `search`: the query as the provider sent it. */
export async function finish(settings: OidcSettings, journey: Journey, search: string): Promise<Claims> {
  const configuration = await provider(settings);
  try {
    const tokens = await authorizationCodeGrant(configuration, new URL(`${settings.redirectUri}${search}`), {
      pkceCodeVerifier: journey.verifier,
      expectedState: journey.state,
      expectedNonce: journey.nonce,
      idTokenExpected: true,
      ...(journey.stepUp ? { maxAge: proofSeconds } : {}),
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new EdictError('identity-refused', 'the provider said nothing of who it is');
    const needed = [settings.personClaim, settings.rolesClaim, ...(settings.personClaim === 'email' ? ['email_verified'] : [])];
    const asked = needed.some((claim) => claims[claim] === undefined);
    const endpoint = configuration.serverMetadata().userinfo_endpoint;
    if (!asked || endpoint === undefined) return claims;
    return { ...(await fetchUserInfo(configuration, tokens.access_token, claims.sub)), ...claims };
  } catch (error) {
    if (error instanceof ClientError) forgetProvider(settings);
    throw refusalOf(error);
  }
}

const away: ReadonlySet<string> = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_CONFORM']);

/** INVARIANT: nothing that the provider sent is repeated: it may hold a code or a token. */
function refusalOf(error: unknown): EdictError {
  if (error instanceof EdictError) return error;
  if (error instanceof AuthorizationResponseError && error.error === 'access_denied')
    return new EdictError('cancelled', 'the sign-in was given up at the OpenID provider, or is not allowed there', {
      help: 'sign in again',
    });
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError)
    return new EdictError('identity-refused', `the OpenID provider refused: ${word(error.error)}`, { help: 'sign in again' });
  // What the library has no code for is a connection that was not to be had.
  if (error instanceof ClientError && error.code !== undefined && !away.has(error.code))
    return new EdictError('identity-refused', `what the OpenID provider said does not hold: ${word(error.code)}`, {
      help: 'sign in again; where that does not help, compare the clocks and the settings of both sides',
    });
  return unavailable('the OpenID provider');
}

function word(text: string): string {
  return text.replaceAll(/[^\w-]/gu, '').slice(0, 60);
}
