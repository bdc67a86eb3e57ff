import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Client } from 'pg';
import { describeWith } from '../../../stack/fixture.ts';
import { browser, ownPage, passwordOf, signedIn } from '../../browser.ts';
import { openHarness } from '../../harness.ts';
import type { Harness } from '../../harness.ts';

// A password is dear to hash, and more so on a machine that runs other suites at the same time.
jest.setTimeout(60_000);

describeWith(['postgres', 'opa'], 'the session of a browser', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness();
  });
  afterAll(() => harness.close());

  const code = (answer: { json: () => unknown }) => (answer.json() as { code?: string }).code;
  const query = async (text: string) => {
    const client = new Client({ connectionString: harness.databaseUrl });
    await client.connect();
    try {
      return (await client.query(text)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  };
  const newPerson = async (id: string, role: 'analyst' | 'manager' | 'admin' = 'analyst') => {
    await harness.store.people.put({ id, name: `${id} of the tests`, roles: [role], disabled: false }, 'system:test');
    return signedIn(harness, id);
  };

  it('begins with a one-time link that sets a password, and its cookie is out of reach', async () => {
    const { secret } = await harness.store.accounts.makeLink({ person: 'analyst', lifeMs: 60_000, by: 'admin' });
    const one = browser(harness);
    const whose = await one.ask('POST', '/v1/sign-in/link', { payload: { link: secret } });
    expect(whose.json()).toMatchObject({ person: 'analyst', name: 'analyst', passwordLength: { least: 12 } });
    const weak = await one.ask('POST', '/v1/session', { payload: { link: secret, password: 'analyst12345' } });
    expect([weak.statusCode, code(weak)]).toEqual([422, 'password-weak']);
    const answer = await one.ask('POST', '/v1/session', { payload: { link: secret, password: passwordOf('analyst') } });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ person: { id: 'analyst', roles: ['analyst'] }, how: 'password', csrf: expect.any(String) });
    expect(answer.headers['set-cookie']).toMatch(/^__Host-edict=[\w-]{43}; Path=\/; Max-Age=\d+; Secure; HttpOnly; SameSite=Strict$/u);
    const session = (await one.ask('GET', '/v1/session')).json<{ permissions: string[] }>();
    expect(session.permissions).toContain('runs:order');
    expect(session.permissions).not.toContain('people:write');
    const again = await browser(harness).ask('POST', '/v1/session', { payload: { link: secret, password: passwordOf('analyst') } });
    expect([again.statusCode, code(again)]).toEqual([401, 'sign-in-link-invalid']);
    const known = await browser(harness).ask('POST', '/v1/session', { payload: { person: 'analyst', password: passwordOf('analyst') } });
    expect(known.statusCode).toBe(201);
  });

  it('keeps neither token nor password nor link in the database', async () => {
    const one = await newPerson('kept');
    const rows = JSON.stringify([
      await query('select * from sessions'),
      await query('select * from passwords'),
      await query('select * from sign_in_links'),
      await query('select * from audit'),
      await query('select * from idempotency'),
    ]);
    expect(rows).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
    expect(rows).not.toContain(one.cookie());
    expect(rows).not.toContain('obsidian-tramway');
  });

  it('does not tell a wrong name from a wrong password', async () => {
    await newPerson('quiet');
    const wrong = await browser(harness).ask('POST', '/v1/session', { payload: { person: 'quiet', password: 'x' } });
    const unknown = await browser(harness).ask('POST', '/v1/session', { payload: { person: 'nobody-at-all', password: 'x' } });
    const said = (answer: typeof wrong) => ({ ...answer.json<object>(), request: '' });
    expect(said(wrong)).toEqual(said(unknown));
    expect([wrong.statusCode, code(wrong), wrong.headers['set-cookie']]).toEqual([401, 'sign-in-refused', undefined]);
  });

  it.each(['slowed-down', 'nobody-either'])('lets nobody guess on and on: %s', async (person) => {
    if (person === 'slowed-down') await newPerson(person);
    await query('delete from sign_in_tries');
    const guess = async (password = 'wrong') =>
      (await browser(harness).ask('POST', '/v1/session', { payload: { person, password } })).statusCode;
    const waits = async () => (await query('select count, extract(epoch from until - last_at)::integer as seconds from sign_in_tries'))[0];
    const letTimePass = () => query('update sign_in_tries set until = clock_timestamp()');
    for (let tries = 1; tries <= 4; tries += 1) {
      expect(await guess()).toBe(401);
      expect(await waits()).toEqual({ count: tries, seconds: 0 });
    }
    for (const seconds of [1, 2, 4, 256, 300]) {
      await letTimePass();
      if (seconds === 256) await query('update sign_in_tries set count = 12');
      expect(await guess()).toBe(401);
      expect((await waits())?.['seconds']).toBe(seconds);
    }
    // However many at once, and however right.
    const tries = await Promise.all([...Array.from({ length: 6 }, () => guess()), guess(passwordOf(person))]);
    expect(new Set(tries)).toEqual(new Set([429]));
    await query("update sign_in_tries set last_at = last_at - interval '25 hours', until = clock_timestamp()");
    expect([await guess(), await waits()]).toEqual([401, { count: 1, seconds: 0 }]);
  });

  it('lets nobody go through the names from one address; links are taken all the same', async () => {
    const [one, other] = [browser(harness, '192.0.2.1'), browser(harness, '192.0.2.2')];
    const guess = (at: number) => one.ask('POST', '/v1/session', { payload: { person: `name-${at}`, password: 'wrong' } });
    for (let at = 0; at < 30; at += 1) expect((await guess(at)).statusCode).toBe(401);
    expect((await guess(30)).statusCode).toBe(429);
    expect((await other.ask('POST', '/v1/session', { payload: { person: 'name-0', password: 'wrong' } })).statusCode).toBe(401);
    const { secret } = await harness.store.accounts.makeLink({ person: 'manager', lifeMs: 60_000, by: 'admin' });
    const link = await one.ask('POST', '/v1/session', { payload: { link: secret, password: passwordOf('manager') } });
    expect(link.statusCode).toBe(201);
  });

  it('counts a refused try in the ledger', async () => {
    await newPerson('watched');
    await browser(harness).ask('POST', '/v1/session', { payload: { person: 'watched', password: 'wrong' } });
    for (const end = Date.now() + 10_000; Date.now() < end; await sleep(20)) {
      const { items } = await harness.store.audit.list({ subject: 'person/watched' }, { limit: 100 });
      if (items.some(({ event }) => event === 'sign-in-refused')) return;
    }
    throw new Error('it was not recorded');
  });

  it('changes something only from a page of ours, and with its own token', async () => {
    const one = await newPerson('careful', 'admin');
    const other = await newPerson('careful-2', 'admin');
    const put = (headers: Record<string, string>) =>
      harness.app.inject({
        method: 'POST',
        url: '/v1/people',
        headers: { cookie: `__Host-edict=${one.cookie()}`, ...headers },
        payload: { id: 'made-up', name: 'm', roles: ['analyst'] },
      });
    const csrf = one.csrf() ?? '';
    const refused: readonly (readonly [string, Record<string, string>])[] = [
      ['no token', { ...ownPage }],
      ['the token of another session', { ...ownPage, 'x-edict-csrf': other.csrf() ?? '' }],
      ['neither Origin nor Sec-Fetch-Site', { host: ownPage.host, 'x-edict-csrf': csrf }],
      ['another origin', { ...ownPage, origin: 'https://evil.example', 'x-edict-csrf': csrf }],
      ['no origin at all', { ...ownPage, origin: 'null', 'x-edict-csrf': csrf }],
      ['another site', { ...ownPage, 'sec-fetch-site': 'cross-site', 'x-edict-csrf': csrf }],
      ['a site beside ours', { ...ownPage, 'sec-fetch-site': 'same-site', 'x-edict-csrf': csrf }],
    ];
    for (const [why, headers] of refused) {
      const answer = await put(headers);
      expect([why, answer.statusCode, code(answer)]).toEqual([why, 403, 'request-forged']);
    }
    expect(await harness.store.people.get('made-up')).toBeUndefined();
    expect((await put({ ...ownPage, 'x-edict-csrf': csrf })).statusCode).toBe(201);
  });

  it('signs nobody in from another site', async () => {
    await newPerson('lured');
    const answer = await browser(harness).ask('POST', '/v1/session', {
      headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      payload: { person: 'lured', password: passwordOf('lured') },
    });
    expect([answer.statusCode, code(answer)]).toEqual([403, 'request-forged']);
  });

  it('has another token after signing in again, after a step-up and after another password, and the old one is worth nothing', async () => {
    const one = await newPerson('rotated');
    const seen = [one.cookie()];
    const step = async (url: string, payload: object, status: number) => {
      expect((await one.ask('POST', url, { payload })).statusCode).toBe(status);
      for (const old of seen) {
        const answer = await harness.app.inject({ url: '/v1/me', headers: { cookie: `__Host-edict=${old}` } });
        expect([answer.statusCode, code(answer)]).toEqual([401, 'session-ended']);
      }
      expect((await one.ask('GET', '/v1/me')).statusCode).toBe(200);
      seen.push(one.cookie());
    };
    await step('/v1/session/step-up', { password: passwordOf('rotated') }, 200);
    await step('/v1/session/password', { current: passwordOf('rotated'), password: passwordOf('rotated-again') }, 200);
    await step('/v1/session', { person: 'rotated', password: passwordOf('rotated-again') }, 201);
    expect(new Set(seen).size).toBe(4);
  });

  it('ends everywhere else when the password changes', async () => {
    const one = await newPerson('changed');
    const two = browser(harness);
    await two.ask('POST', '/v1/session', { payload: { person: 'changed', password: passwordOf('changed') } });
    expect((await two.ask('GET', '/v1/me')).statusCode).toBe(200);
    const bad = await one.ask('POST', '/v1/session/password', { payload: { current: 'wrong', password: passwordOf('new') } });
    expect(code(bad)).toBe('sign-in-refused');
    const weak = await one.ask('POST', '/v1/session/password', { payload: { current: passwordOf('changed'), password: 'changedchanged' } });
    expect(code(weak)).toBe('password-weak');
    const payload = { current: passwordOf('changed'), password: passwordOf('changed-anew') };
    expect((await one.ask('POST', '/v1/session/password', { payload })).statusCode).toBe(200);
    expect(code(await two.ask('GET', '/v1/me'))).toBe('session-ended');
    expect((await one.ask('GET', '/v1/me')).statusCode).toBe(200);
  });

  it('shows where one is signed in, and ends there; nobody else’s', async () => {
    const one = await newPerson('everywhere');
    const two = browser(harness);
    await two.ask('POST', '/v1/session', { payload: { person: 'everywhere', password: passwordOf('everywhere') } });
    type List = { items: { id: string; here: boolean; agent: string }[] };
    const { items } = (await one.ask('GET', '/v1/sessions')).json<List>();
    expect(items.map(({ here, agent }) => [here, agent])).toEqual([
      [false, 'Tests/1.0'],
      [true, 'Tests/1.0'],
    ]);
    const other = await newPerson('somebody-else', 'admin');
    const theirs = await other.ask('DELETE', `/v1/sessions/${items[0]!.id}`);
    expect([theirs.statusCode, (await two.ask('GET', '/v1/me')).statusCode]).toEqual([404, 200]);
    expect((await one.ask('DELETE', `/v1/sessions/${items[0]!.id}`)).statusCode).toBe(204);
    expect(code(await two.ask('GET', '/v1/me'))).toBe('session-ended');
    const left = (await one.ask('GET', '/v1/sessions')).json<List>();
    expect(left.items).toHaveLength(1);
  });

  it('ends when one signs out, and takes the cookie away', async () => {
    const one = await newPerson('leaving');
    const answer = await one.ask('DELETE', '/v1/session');
    expect([answer.statusCode, answer.json(), answer.headers['set-cookie']]).toEqual([
      200,
      {},
      expect.stringMatching(/^__Host-edict=; Path=\/; Max-Age=0; /u),
    ]);
  });

  it('is refused at once when the person is disabled, and does not come back with them', async () => {
    const one = await newPerson('dismissed');
    const person = { id: 'dismissed', name: 'd', roles: ['analyst'] };
    await harness.ask('admin', 'POST', '/v1/people', { payload: { ...person, disabled: true } });
    expect(code(await one.ask('GET', '/v1/me'))).toBe('session-ended');
    const in_ = await browser(harness).ask('POST', '/v1/session', { payload: { person: 'dismissed', password: passwordOf('dismissed') } });
    expect(code(in_)).toBe('sign-in-refused');
    await harness.ask('admin', 'POST', '/v1/people', { payload: person });
    expect(code(await one.ask('GET', '/v1/me'))).toBe('session-ended');
  });

  it('has the roles of now', async () => {
    const one = await newPerson('promoted');
    expect((await one.ask('GET', '/v1/people')).statusCode).toBe(403);
    await harness.ask('admin', 'POST', '/v1/people', { payload: { id: 'promoted', name: 'p', roles: ['auditor'] } });
    expect((await one.ask('GET', '/v1/people')).statusCode).toBe(200);
    await harness.ask('admin', 'POST', '/v1/people', { payload: { id: 'promoted', name: 'p', roles: ['analyst'] } });
    expect((await one.ask('GET', '/v1/people')).statusCode).toBe(403);
  });

  it('is over when it was not used for long, and when it has lasted long', async () => {
    const idle = await newPerson('idle');
    await query(`update sessions set seen_at = seen_at - interval '3 hours' where person = 'idle'`);
    expect(code(await idle.ask('GET', '/v1/me'))).toBe('session-ended');
    const at = async () => (await query(`select seen_at from sessions where person = 'unattended'`))[0]!['seen_at'];
    const unattended = await newPerson('unattended');
    await query(`update sessions set seen_at = seen_at - interval '1 hour' where person = 'unattended'`);
    const before = await at();
    await unattended.ask('GET', '/v1/me', { headers: { 'x-edict-unattended': '1' } });
    expect(await at()).toEqual(before);
    await unattended.ask('GET', '/v1/me');
    expect(await at()).not.toEqual(before);
    const long = await newPerson('long');
    await query(`update sessions set ends_at = clock_timestamp() where person = 'long'`);
    expect(code(await long.ask('GET', '/v1/me'))).toBe('session-ended');
  });

  it('is ended by an administrator, everywhere', async () => {
    const one = await newPerson('ended-by-admin');
    const answer = await harness.ask('admin', 'DELETE', '/v1/people/ended-by-admin/sessions');
    expect(answer.json()).toEqual({ ended: 1 });
    expect(code(await one.ask('GET', '/v1/me'))).toBe('session-ended');
    expect((await harness.ask('admin', 'DELETE', '/v1/people/no-such/sessions')).statusCode).toBe(404);
  });

  it('begins with a link of an administrator, and of two links the newer one counts', async () => {
    await harness.store.people.put({ id: 'newcomer', name: 'N', roles: ['analyst'], disabled: false }, 'system:test');
    const make = async () =>
      (await harness.ask('admin', 'POST', '/v1/people/newcomer/sign-in-link', { payload: {} })).json<{ secret: string; path: string }>();
    const [first, second] = [await make(), await make()];
    expect(second.path).toBe(`/sign-in#link=${second.secret}`);
    const use = (link: string) => browser(harness).ask('POST', '/v1/session', { payload: { link, password: passwordOf('newcomer') } });
    expect(code(await use(first.secret))).toBe('sign-in-link-invalid');
    const both = await Promise.all([use(second.secret), use(second.secret)]);
    expect(both.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([201, 401]);
    expect((await harness.ask('admin', 'POST', '/v1/people/no-such/sign-in-link', { payload: {} })).statusCode).toBe(404);
  });

  it('is nothing that a token has', async () => {
    const answer = await harness.ask('analyst', 'GET', '/v1/session');
    expect(answer.json()).toMatchObject({ person: { id: 'analyst' }, how: 'token' });
    expect(answer.json()).not.toHaveProperty('csrf');
    expect(code(await harness.ask('analyst', 'DELETE', '/v1/session'))).toBe('conflict');
  });
});
