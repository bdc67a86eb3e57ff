/**
 * The OpenID provider, found by discovery and remembered for an hour; one that is away is asked again by the next who signs in. ID tokens
 * are verified by the provider's keys too, which are read again when it names one that is not known. https://openid.net/specs/openid-connect-core-1_0.html
 */
import { allowInsecureRequests, buildEndSessionUrl, clockTolerance, discovery, enableNonRepudiationChecks } from 'openid-client';
import type { Configuration } from 'openid-client';
import { EdictError } from '../../../domain/errors.ts';
import type { AccessSettings } from '../access-settings.ts';
import { unavailable } from '../../failure.ts';
import type { OidcSettings } from './oidc-settings.ts';

/** How far its clock and ours may be apart. */
const skewSeconds = 60;
const timeoutSeconds = 10;
const rememberMs = 3_600_000;

type Known = { readonly untilMs: number; readonly configuration: Promise<Configuration> };
const known = new WeakMap<OidcSettings, Known>();

export async function provider(settings: OidcSettings): Promise<Configuration> {
  const remembered = known.get(settings);
  if (remembered !== undefined && remembered.untilMs > performance.now()) return remembered.configuration;
  const configuration = discover(settings);
  known.set(settings, { untilMs: performance.now() + rememberMs, configuration });
  configuration.catch(() => known.delete(settings));
  return configuration;
}

async function discover({ issuer, clientId, clientSecret, allowHttp }: OidcSettings): Promise<Configuration> {
  const execute = [enableNonRepudiationChecks, ...(allowHttp ? [allowInsecureRequests] : [])];
  const metadata = { client_secret: clientSecret, [clockTolerance]: skewSeconds };
  return discovery(new URL(issuer), clientId, metadata, undefined, { execute, timeout: timeoutSeconds }).catch((cause: unknown) => {
    throw unavailable('the OpenID provider', cause);
  });
}

/** What it said did not hold: it may have other keys or addresses by now, and is looked at anew the next time. */
export function forgetProvider(settings: OidcSettings): void {
  known.delete(settings);
}

/** Where the browser signs out of the provider too; undefined where it has no such page, or does not answer. */
export async function signOutAt({ oidc, origin }: AccessSettings): Promise<string | undefined> {
  if (oidc === undefined) return undefined;
  try {
    const configuration = await provider(oidc);
    if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
    return buildEndSessionUrl(configuration, { client_id: oidc.clientId, post_logout_redirect_uri: `${origin ?? ''}/sign-in` }).href;
  } catch (error) {
    if (error instanceof EdictError) return undefined;
    throw error;
  }
}
