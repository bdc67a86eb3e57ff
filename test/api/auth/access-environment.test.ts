import { describe, expect, it } from '@jest/globals';
import { accessOf } from '../../../api/auth/access-environment.ts';
import { readSettings } from '../../../api/settings.ts';

const needed = {
  EDICT_DATABASE_URL: 'postgres://x',
  EDICT_TEMPORAL_ADDRESS: 'x:1',
  EDICT_OPA_URL: 'http://127.0.0.1:8181',
  EDICT_OPA_TOKEN: 't',
};
const oidc = {
  EDICT_API_URL: 'https://edict.example.org/',
  EDICT_OIDC_ISSUER: 'https://id.example.org',
  EDICT_OIDC_CLIENT_ID: 'edict',
  EDICT_OIDC_CLIENT_SECRET: 's',
};
const access = (more: Record<string, string> = {}) => accessOf(readSettings({ ...needed, ...more }));
const fault = (more: Record<string, string>): string => {
  try {
    access(more);
    return 'none';
  } catch (error) {
    return /`(EDICT_\w+)`/u.exec((error as Error).message)?.[1] ?? String(error);
  }
};

describe('how people sign in, by the environment', () => {
  it('is by password, unless an OpenID provider is named', () => {
    expect(access()).toMatchObject({ localAccounts: true, oidc: undefined, idleMs: 7_200_000, lifeMs: 43_200_000, stepUpMs: 600_000 });
    expect(access({ EDICT_OIDC_ISSUER: '', EDICT_OIDC_ROLES: '' }).oidc).toBeUndefined();
    expect(access({ EDICT_SESSION_IDLE_MINUTES: '15', EDICT_SESSION_HOURS: '8', EDICT_STEP_UP_MINUTES: '5' })).toMatchObject({
      idleMs: 900_000,
      lifeMs: 28_800_000,
      stepUpMs: 300_000,
    });
  });

  it('takes a provider whole, with what is usual', () => {
    expect(access({ ...oidc, EDICT_OIDC_ROLES: 'soc=analyst', EDICT_LOCAL_ACCOUNTS: '0' })).toMatchObject({
      localAccounts: false,
      origin: 'https://edict.example.org',
      oidc: {
        redirectUri: 'https://edict.example.org/v1/sign-in/oidc/callback',
        personClaim: 'email',
        rolesClaim: 'groups',
        createPeople: false,
        allowHttp: false,
      },
    });
  });

  it('knows groups by their names', () => {
    expect(access({ ...oidc, EDICT_OIDC_ROLES: 'soc=analyst, a=b=manager' }).oidc?.roles).toEqual({ soc: 'analyst', 'a=b': 'manager' });
  });

  it.each([
    ['EDICT_OIDC_ISSUER', { ...oidc, EDICT_OIDC_ISSUER: '' }],
    ['EDICT_OIDC_CLIENT_ID', { ...oidc, EDICT_OIDC_CLIENT_ID: '' }],
    ['EDICT_OIDC_CLIENT_SECRET', { ...oidc, EDICT_OIDC_CLIENT_SECRET: '' }],
    ['EDICT_API_URL', { ...oidc, EDICT_API_URL: '' }],
    ['EDICT_OIDC_ISSUER', { ...oidc, EDICT_OIDC_ISSUER: 'http://id.example.org' }],
    ['EDICT_OIDC_ISSUER', { ...oidc, EDICT_OIDC_ISSUER: 'http://127.0.0.1.example.org' }],
    ['EDICT_OIDC_ROLES', { ...oidc, EDICT_OIDC_ROLES: 'soc=root' }],
    ['EDICT_OIDC_ROLES', { ...oidc, EDICT_OIDC_ROLES: '=analyst' }],
    ['EDICT_OIDC_ROLES', { ...oidc, EDICT_OIDC_ROLES: 'analyst' }],
    ['EDICT_LOCAL_ACCOUNTS', { EDICT_LOCAL_ACCOUNTS: '0' }],
    ['EDICT_LOCAL_ACCOUNTS', { EDICT_LOCAL_ACCOUNTS: 'off' }],
    ['EDICT_SESSION_HOURS', { EDICT_SESSION_HOURS: 'never' }],
  ])('without a usable %s it does not start', (name, more) => {
    expect(fault(more)).toBe(name);
  });

  it('takes http from this machine alone', () => {
    for (const issuer of ['http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:1'])
      expect(access({ ...oidc, EDICT_OIDC_ISSUER: issuer }).oidc?.allowHttp).toBe(true);
  });
});
