/** How people sign in, as the environment says it. An OpenID provider is set whole or not at all. */
import { z } from 'zod';
import { EdictError } from '../../domain/errors.ts';
import type { Role } from '../../store/port.ts';
import { Role as RoleName } from '../contract/people.ts';
import { usualAccess } from './access-settings.ts';
import type { AccessSettings } from './access-settings.ts';
import type { OidcSettings } from './oidc/oidc-settings.ts';

const flag = z.enum(['0', '1']);

export const accessEnvironment = {
  EDICT_SESSION_IDLE_MINUTES: z.coerce.number().min(1).max(1440).optional(),
  EDICT_SESSION_HOURS: z.coerce.number().min(0.1).max(720).optional(),
  EDICT_STEP_UP_MINUTES: z.coerce.number().min(1).max(720).optional(),
  /** 0: people sign in at the OpenID provider alone. */
  EDICT_LOCAL_ACCOUNTS: flag.default('1'),
  EDICT_OIDC_ISSUER: z.url().optional(),
  EDICT_OIDC_CLIENT_ID: z.string().min(1).optional(),
  EDICT_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  EDICT_OIDC_NAME: z.string().min(1).max(60).default('single sign-on'),
  EDICT_OIDC_SCOPE: z.string().min(1).default('openid profile email'),
  /** Claim that is the id of the person here. */
  EDICT_OIDC_PERSON_CLAIM: z.string().min(1).default('email'),
  EDICT_OIDC_ROLES_CLAIM: z.string().min(1).default('groups'),
  /** `group=role`, separated by commas. */
  EDICT_OIDC_ROLES: z.string().min(1).optional(),
  /** 1: who is unknown here and has a role by their groups becomes a person. */
  EDICT_OIDC_CREATE_PEOPLE: flag.default('0'),
} as const;

const Environment = z.object({ ...accessEnvironment, EDICT_API_URL: z.url().optional() });
type Environment = z.infer<typeof Environment>;

const minuteMs = 60_000;

export function accessOf(env: Environment): AccessSettings {
  const { EDICT_SESSION_IDLE_MINUTES: idle, EDICT_SESSION_HOURS: hours, EDICT_STEP_UP_MINUTES: stepUp } = env;
  const origin = env.EDICT_API_URL === undefined ? undefined : new URL(env.EDICT_API_URL).origin;
  const oidc = oidcOf(env, origin);
  if (oidc === undefined && env.EDICT_LOCAL_ACCOUNTS === '0')
    throw wrong('EDICT_LOCAL_ACCOUNTS', '1, or an OpenID provider: nobody could sign in');
  return {
    ...usualAccess,
    ...(idle === undefined ? {} : { idleMs: idle * minuteMs }),
    ...(hours === undefined ? {} : { lifeMs: hours * 60 * minuteMs }),
    ...(stepUp === undefined ? {} : { stepUpMs: stepUp * minuteMs }),
    localAccounts: env.EDICT_LOCAL_ACCOUNTS === '1',
    origin,
    oidc,
  };
}

function oidcOf(env: Environment, origin: string | undefined): OidcSettings | undefined {
  const { EDICT_OIDC_ISSUER: issuer, EDICT_OIDC_CLIENT_ID: clientId, EDICT_OIDC_CLIENT_SECRET: clientSecret } = env;
  if (issuer === undefined && clientId === undefined && clientSecret === undefined) return undefined;
  if (issuer === undefined) throw wrong('EDICT_OIDC_ISSUER', 'the issuer of the OpenID provider');
  if (clientId === undefined) throw wrong('EDICT_OIDC_CLIENT_ID', 'the id that we have at the provider');
  if (clientSecret === undefined) throw wrong('EDICT_OIDC_CLIENT_SECRET', 'the secret that we have at the provider');
  if (origin === undefined) throw wrong('EDICT_API_URL', 'where browsers reach this server: the provider sends them back there');
  const allowHttp = isThisMachine(issuer);
  if (!allowHttp && new URL(issuer).protocol !== 'https:') throw wrong('EDICT_OIDC_ISSUER', 'https://…');
  return {
    issuer,
    clientId,
    clientSecret,
    name: env.EDICT_OIDC_NAME,
    redirectUri: `${origin}/v1/sign-in/oidc/callback`,
    scope: env.EDICT_OIDC_SCOPE,
    personClaim: env.EDICT_OIDC_PERSON_CLAIM,
    rolesClaim: env.EDICT_OIDC_ROLES_CLAIM,
    roles: rolesOf(env.EDICT_OIDC_ROLES),
    createPeople: env.EDICT_OIDC_CREATE_PEOPLE === '1',
    allowHttp,
  };
}

function rolesOf(text: string | undefined): OidcSettings['roles'] {
  if (text === undefined) return undefined;
  const pairs = text.split(',').map((pair): readonly [string, Role] => {
    const at = pair.lastIndexOf('=');
    const role = RoleName.safeParse(pair.slice(at + 1).trim());
    const group = pair.slice(0, Math.max(at, 0)).trim();
    if (group === '' || !role.success) throw wrong('EDICT_OIDC_ROLES', `group=role, …; roles are ${RoleName.options.join(', ')}`);
    return [group, role.data];
  });
  return Object.fromEntries(pairs);
}

function isThisMachine(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && (hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/u.test(hostname));
}

function wrong(name: string, expected: string): EdictError {
  return new EdictError('input-invalid', `the environment variable \`${name}\` is missing or wrong`, { expected });
}
