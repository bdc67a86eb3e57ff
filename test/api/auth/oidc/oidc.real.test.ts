import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { usualAccess } from '../../../../api/auth/access-settings.ts';
import { accessOf } from '../../../../api/auth/access-environment.ts';
import { describeWith } from '../../../stack/fixture.ts';
import { openHarness } from '../../harness.ts';
import type { Harness } from '../../harness.ts';

// A machine that runs other suites at the same time is no fault of the provider.
jest.setTimeout(60_000);

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const origin = 'https://edict.example.org';
const accounts = {
  anna: { name: 'Anna Doe', email: 'Anna@example.org', email_verified: true, groups: ['soc', 'staff'] },
  boris: { name: 'Boris', email: 'boris@example.org', email_verified: true, groups: ['soc-leads'] },
  carl: { name: 'Carl', email: 'anna@example.org', email_verified: false, groups: ['soc-leads'] },
  dora: { name: 'Dora', email: 'anna@example.org', email_verified: true, groups: ['soc-leads'] },
  emil: { name: 'Emil', email: 'emil@example.org', email_verified: true, groups: ['staff'] },
  known: { name: 'Known', email: 'known@example.org', email_verified: true, groups: ['soc'] },
};

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function startProvider(port: number, key: string, people: object = accounts): Promise<ChildProcess> {
  const child = spawn(join(root, 'node_modules/.bin/node'), [join(root, 'test/api/auth/oidc/provider-process.ts')], {
    env: { PATH: process.env['PATH'], PROVIDER: JSON.stringify({ port, origin, key, accounts: people }) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** A browser at the provider: keeps its cookies, follows where it is sent, fills in the form, and stops where it is sent back to us. */
function wanderer() {
  const jar = new Map<string, string>();
  const go = async (
    url: string,
    init: { method?: string; body?: URLSearchParams; headers?: Record<string, string> } = {},
  ): Promise<string> => {
    const answer = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, cookie: [...jar].map((pair) => pair.join('=')).join('; ') },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(line) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location !== null) {
      const next = new URL(location, url);
      return next.origin === origin ? next.href : go(next.href);
    }
    const page = await answer.text();
    const form = /action="([^"]+)"/u.exec(page)?.[1];
    if (form === undefined) throw new Error(`the provider shows no form: ${answer.status} ${page.slice(0, 300)}`);
    const body = new URLSearchParams({ prompt: 'login', login: account, password: 'any' });
    return go(new URL(form, url).href, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  };
  let account = '';
  return {
    signIn: (url: string, as: string) => {
      account = as;
      return go(url);
    },
  };
}

describeWith(['postgres', 'opa'], 'signing in at an OpenID provider', () => {
  let harness: Harness;
  let child: ChildProcess;
  let port: number;
  const environment = (more: Record<string, string> = {}) =>
    accessOf({
      EDICT_API_URL: origin,
      EDICT_LOCAL_ACCOUNTS: '1',
      EDICT_OIDC_ISSUER: `http://127.0.0.1:${port}`,
      EDICT_OIDC_CLIENT_ID: 'edict',
      EDICT_OIDC_CLIENT_SECRET: 'the-secret-of-the-client',
      EDICT_OIDC_NAME: 'the directory',
      EDICT_OIDC_SCOPE: 'openid profile email',
      EDICT_OIDC_PERSON_CLAIM: 'email',
      EDICT_OIDC_ROLES_CLAIM: 'groups',
      EDICT_OIDC_ROLES: 'soc=analyst, soc-leads=manager',
      EDICT_OIDC_CREATE_PEOPLE: '1',
      ...more,
    });
  beforeAll(async () => {
    port = await freePort();
    child = await startProvider(port, 'first');
    harness = await openHarness({ access: environment() });
  });
  afterAll(async () => {
    await harness.close();
    await stop(child);
  });

  type Cookies = { session?: string; journey?: string };
  const cookieHeader = ({ session, journey }: Cookies) =>
    [session && `__Host-edict=${session}`, journey && `__Host-edict-oidc=${journey}`].filter(Boolean).join('; ');
  const get = async (url: string, cookies: Cookies = {}, of: Harness = harness) => {
    const answer = await of.app.inject({ url, headers: { cookie: cookieHeader(cookies) } });
    const set = (name: string) => answer.cookies.find((cookie) => cookie.name === name)?.value;
    return { answer, location: String(answer.headers.location), session: set('__Host-edict'), journey: set('__Host-edict-oidc') };
  };
  const start = (query = '', cookies: Cookies = {}, of: Harness = harness) => get(`/v1/sign-in/oidc/start${query}`, cookies, of);
  const local = (url: string) => url.slice(origin.length);
  const signIn = async (as: string, of: Harness = harness) => {
    const began = await start('?return=/incidents', {}, of);
    const back = await wanderer().signIn(began.location, as);
    return get(local(back), { journey: began.journey ?? '' }, of);
  };
  const me = (session: string | undefined, of: Harness = harness) =>
    get('/v1/session', { session: session ?? '' }, of).then(({ answer }) => answer.json());
  const fault = (code: string) => `/sign-in?fault=${code}`;

  it('makes a session, with the roles that the groups stand for', async () => {
    expect((await get('/v1/sign-in')).answer.json()).toEqual({
      password: true,
      firstStart: true,
      oidc: { name: 'the directory', start: '/v1/sign-in/oidc/start' },
    });
    const began = await start('?return=/incidents');
    const asked = new URL(began.location).searchParams;
    expect([asked.get('code_challenge_method'), asked.get('response_type'), asked.get('redirect_uri')]).toEqual([
      'S256',
      'code',
      `${origin}/v1/sign-in/oidc/callback`,
    ]);
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)?.length).toBeGreaterThan(20);
    expect(began.answer.headers['set-cookie']).toMatch(/^__Host-edict-oidc=.*; Path=\/; Max-Age=600; Secure; HttpOnly; SameSite=Lax$/u);
    const arrived = await signIn('anna');
    expect([arrived.answer.statusCode, arrived.location]).toEqual([302, '/incidents']);
    expect(await me(arrived.session)).toMatchObject({
      person: { id: 'anna@example.org', name: 'Anna Doe', roles: ['analyst'] },
      how: 'oidc',
    });
  });

  it.each([
    ['somebody whose address is not verified', 'carl'],
    ['another account with the address of somebody who is known', 'dora'],
    ['somebody whose groups stand for no role', 'emil'],
  ])('refuses %s', async (_, account) => {
    const arrived = await signIn(account);
    expect([arrived.location, arrived.session]).toEqual([fault('identity-refused'), undefined]);
    expect(await harness.store.people.get('emil@example.org')).toBeUndefined();
    expect((await harness.store.people.get('anna@example.org'))?.roles).toEqual(['analyst']);
  });

  it('refuses whoever is disabled here, and who is unknown where people are not made', async () => {
    await harness.store.people.put({ id: 'known@example.org', name: 'k', roles: ['analyst'], disabled: true }, 'system:test');
    expect((await signIn('known')).location).toBe(fault('identity-refused'));
    const strict = await openHarness({ access: environment({ EDICT_OIDC_CREATE_PEOPLE: '0' }) });
    try {
      expect((await signIn('anna', strict)).location).toBe(fault('identity-refused'));
      await strict.store.people.put({ id: 'anna@example.org', name: 'A', roles: ['auditor'], disabled: false }, 'system:test');
      const arrived = await signIn('anna', strict);
      expect(await me(arrived.session, strict)).toMatchObject({ person: { id: 'anna@example.org', roles: ['analyst'] } });
    } finally {
      await strict.close();
    }
  });

  it('refuses what comes back to a browser that did not begin, twice, late, or changed on the way', async () => {
    const began = await start();
    const back = local(await wanderer().signIn(began.location, 'anna'));
    const journey = began.journey ?? '';
    const changed = (change: object) =>
      Buffer.from(JSON.stringify({ ...(JSON.parse(Buffer.from(journey, 'base64url').toString()) as object), ...change })).toString(
        'base64url',
      );
    const other = (await start()).journey ?? '';
    const cases: readonly (readonly [string, string, string, string])[] = [
      ['no cookie', back, '', 'request-forged'],
      ['a cookie that is none', back, 'bm9uZQ', 'request-forged'],
      ['of another journey', back, other, 'identity-refused'],
      ['another state', back.replace(/state=[^&]+/u, 'state=other'), journey, 'identity-refused'],
      ['another issuer', back.replace(/iss=[^&]+/u, `iss=${encodeURIComponent('http://127.0.0.1:1')}`), journey, 'identity-refused'],
      ['no code', back.replace(/code=[^&]+&?/u, ''), journey, 'identity-refused'],
      ['an error that is not of this journey', '/v1/sign-in/oidc/callback?error=access_denied&state=x', journey, 'identity-refused'],
      ['an error of the provider', back.replace(/code=[^&]+/u, 'error=server_error'), journey, 'identity-refused'],
      ['given up there', back.replace(/code=[^&]+/u, 'error=access_denied'), journey, 'cancelled'],
    ];
    for (const [why, url, cookie, code] of cases) {
      const arrived = await get(url, { journey: cookie });
      expect([why, arrived.location, arrived.session]).toEqual([why, fault(code), undefined]);
    }
    for (const [why, change] of [
      ['nonce', { nonce: 'other' }],
      ['verifier', { verifier: 'x'.repeat(43) }],
    ] as const) {
      const again = local(await wanderer().signIn(began.location, 'anna'));
      const arrived = await get(again, { journey: changed(change) });
      expect([why, arrived.location, arrived.session]).toEqual([why, fault('identity-refused'), undefined]);
    }
    const once_ = local(await wanderer().signIn(began.location, 'anna'));
    expect((await get(once_, { journey })).session).toMatch(/^[\w-]{43}$/u);
    expect((await get(once_, { journey })).location).toBe(fault('identity-refused'));
  });

  it('sends nobody elsewhere afterwards', async () => {
    for (const to of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/ x'])
      expect((await start(`?return=${encodeURIComponent(to)}`)).answer.statusCode).toBe(400);
  });

  it('takes what is of high risk only from who has just proved it there, as the same person', async () => {
    const began = await start('?stepup=1', { session: (await signIn('anna')).session ?? '' });
    const asked = new URL(began.location).searchParams;
    expect([asked.get('prompt'), asked.get('max_age')]).toEqual(['login', '0']);
    const wrong = await get(local(await wanderer().signIn(began.location, 'boris')), { journey: began.journey ?? '' });
    expect([wrong.location, wrong.session]).toEqual([fault('identity-refused'), undefined]);
    const plain = await me((await signIn('anna')).session);
    expect(Date.parse(plain.session.stepUpUntil)).toBeLessThan(Date.now());
    const right = await get(local(await wanderer().signIn(began.location, 'anna')), { journey: began.journey ?? '' });
    const stepped = await me(right.session);
    expect(Date.parse(stepped.session.stepUpUntil)).toBeGreaterThan(Date.now());
    expect(usualAccess.stepUpMs).toBeGreaterThan(0);
  });

  it('says where the browser signs out of the provider too', async () => {
    const { session = '' } = await signIn('anna');
    const { csrf } = await me(session);
    const answer = await harness.app.inject({
      method: 'DELETE',
      url: '/v1/session',
      headers: { cookie: `__Host-edict=${session}`, host: 'edict.example.org', origin, 'x-edict-csrf': csrf },
    });
    const provider = new URL(answer.json<{ provider: string }>().provider);
    expect([provider.origin, provider.pathname]).toEqual([`http://127.0.0.1:${port}`, '/session/end']);
    expect(provider.searchParams.get('post_logout_redirect_uri')).toBe(`${origin}/sign-in`);
  });

  it('takes the roles of the groups of now, and no roles where there are no groups any more', async () => {
    await stop(child);
    // Another key too: it is not the one that was read before.
    child = await startProvider(port, 'second', { ...accounts, anna: { ...accounts.anna, groups: ['soc-leads', 'soc'] } });
    // The first who comes back finds out; the next is let in.
    const unknown = await signIn('anna');
    const { session } = unknown.session === undefined ? await signIn('anna') : unknown;
    expect((await me(session)).person.roles).toEqual(['analyst', 'manager']);
    await stop(child);
    child = await startProvider(port, 'third', { ...accounts, anna: { ...accounts.anna, groups: [] } });
    for (let times = 0; times < 2; times += 1) expect((await signIn('anna')).location).toBe(fault('identity-refused'));
    expect((await get('/v1/me', { session: session ?? '' })).answer.statusCode).toBe(403);
  });

  it('is a clear fault while the provider is away, before and after', async () => {
    const began = await start();
    const back = local(await wanderer().signIn(began.location, 'boris'));
    await stop(child);
    const arrived = await get(back, { journey: began.journey ?? '' });
    expect([arrived.location, arrived.session]).toEqual([fault('dependency-unavailable'), undefined]);
    const fresh = await openHarness({ access: environment() });
    try {
      expect((await start('', {}, fresh)).location).toBe(fault('dependency-unavailable'));
      child = await startProvider(port, 'fourth');
      expect((await signIn('boris', fresh)).location).toBe('/incidents');
    } finally {
      await fresh.close();
    }
  });
});
