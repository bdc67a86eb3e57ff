import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { permissions } from '../../api/contract/route.ts';
import { pathOf } from '../../api/contract/route.ts';
import type { Access, Permission, RouteSpec } from '../../api/contract/route.ts';
import { routes } from '../../api/contract/routes.ts';
import type { Role } from '../../store/port.ts';
import { describeWith } from '../stack/fixture.ts';
import type { LightMyRequestResponse } from 'fastify';
import { ownPage, signedIn } from './browser.ts';
import type { Browser } from './browser.ts';
import { openHarness, roles } from './harness.ts';
import type { Harness } from './harness.ts';

const everyone = roles;

/** Who holds what, stated a second time and independently of the Rego: the two must agree. */
const holders: Readonly<Record<Permission, readonly Role[]>> = {
  'me:read': everyone,
  'me:write': everyone,
  'policies:read': everyone,
  'policies:write': ['engineer'],
  'context:read': everyone,
  'context:write': ['engineer', 'analyst', 'admin'],
  'decisions:ask': everyone,
  'approvals:read': everyone,
  'approvals:vote': ['manager', 'analyst', 'engineer'],
  'approvals:discuss': ['manager', 'analyst', 'engineer', 'admin'],
  'approvals:delegate': ['manager', 'analyst', 'engineer', 'admin'],
  'approvals:break-glass': ['manager', 'admin'],
  'approvals:review': ['manager', 'admin'],
  'tasks:read': everyone,
  'tasks:answer': everyone,
  'playbooks:read': everyone,
  'playbooks:write': ['engineer'],
  'triggers:write': ['engineer', 'manager', 'admin'],
  'runs:read': everyone,
  'runs:order': ['analyst', 'engineer', 'manager', 'admin'],
  'runs:cancel': ['analyst', 'engineer', 'manager', 'admin'],
  'runs:control': ['analyst', 'engineer', 'manager', 'admin'],
  'runs:migrate': ['engineer'],
  'signals:read': everyone,
  'signals:send': ['analyst', 'admin'],
  'incidents:read': everyone,
  'incidents:write': ['analyst', 'manager', 'engineer', 'admin'],
  'points:read': everyone,
  'points:write': ['admin'],
  'points:test': ['engineer', 'admin'],
  'systems:read': everyone,
  'systems:write': ['admin'],
  'effects:read': everyone,
  'effects:undo': ['analyst', 'engineer', 'manager', 'admin'],
  'guard:read': everyone,
  'guard:write': ['engineer', 'admin'],
  'audit:read': ['auditor', 'manager', 'admin'],
  'compliance:read': everyone,
  'reports:read': everyone,
  'reports:order': everyone,
  'people:read': ['auditor', 'admin'],
  'people:write': ['admin'],
  'webhooks:read': ['auditor', 'admin'],
  'webhooks:write': ['admin'],
  'settings:read': ['auditor', 'admin'],
  'contract:read': everyone,
};

const samples: Readonly<Record<string, string>> = {
  policy: 'nothing',
  version: '1',
  target: 'rego',
  id: 'nothing',
  name: 'nothing',
  run: 'nothing',
  source: 'nothing',
  point: 'nothing',
  token: 'nothing',
  entry: '1',
  control: 'nist-800-53r5:ac-4',
  digest: `sha256:${'0'.repeat(64)}`,
};
const everyRoute = Object.entries(routes) as [string, RouteSpec][];
/** A stream of hints does not end by itself: it is opened below. */
const all = everyRoute.filter(([name]) => name !== 'events');

/** An empty JSON object: past the door it is refused or harmless. */
const request = (spec: RouteSpec) => ({
  method: spec.method,
  url: pathOf(spec, samples),
  options: spec.method === 'POST' ? { headers: { ...ownPage, 'content-type': 'application/json' }, payload: '{}' } : {},
});

/** These end or change the session that asks. */
const ownSession: ReadonlySet<string> = new Set(['session.end', 'session.start', 'session.step-up', 'session.password']);

function codeOf(answer: LightMyRequestResponse): string {
  return String(answer.headers['content-type']).startsWith('application/problem+json') ? answer.json<{ code: string }>().code : 'fine';
}

function mayPass(access: Access, role: Role | undefined): boolean {
  if (access === 'anonymous' || access === 'sign-in') return true;
  if (access === 'engine-token' || access === 'signature' || role === undefined) return false;
  return holders[access].includes(role);
}

// A machine that runs other suites at the same time is no fault of the API.
jest.setTimeout(60_000);

describeWith(['postgres', 'opa'], 'who may use which route', () => {
  let harness: Harness;
  const pages = new Map<Role, Browser>();
  let ended: Browser;
  let without: Browser;
  beforeAll(async () => {
    harness = await openHarness({ waitMs: 50 });
    for (const role of roles) pages.set(role, await signedIn(harness, role));
    const newcomer = async (id: string) => {
      await harness.store.people.put({ id, name: id, roles: [...roles], disabled: false }, 'system:test');
      return signedIn(harness, id);
    };
    [ended, without] = [await newcomer('ended'), await newcomer('without')];
    await harness.store.sessions.endAll('ended', 'system:test');
    await harness.store.people.put({ id: 'without', name: 'w', roles: [], disabled: false }, 'system:test');
  });
  afterAll(() => harness.close());

  it.each(all)('%s: nobody without a token', async (_, spec) => {
    const { method, url, options } = request(spec);
    const answer = await harness.ask(undefined, method, url, options);
    expect(answer.statusCode === 401).toBe(!mayPass(spec.access, undefined));
    if (answer.statusCode === 401) expect(answer.json()).toMatchObject({ code: expect.stringMatching(/^(?:token|signature)-missing$/u) });
  });

  it.each(all)('%s: the roles that hold its permission and no others', async (_, spec) => {
    const { method, url, options } = request(spec);
    for (const role of roles) {
      const answer = await harness.ask(role, method, url, options);
      const code = answer.headers['content-type']?.toString().startsWith('application/problem+json')
        ? answer.json<{ code: string }>().code
        : 'fine';
      const refused = answer.statusCode === 401 || (answer.statusCode === 403 && code === 'access-denied');
      expect([role, refused]).toEqual([role, !mayPass(spec.access, role)]);
      expect(answer.statusCode).toBeLessThan(500);
    }
  });

  it.each(all)('%s: the same from a browser that is signed in; nobody whose page or token is not ours', async (name, spec) => {
    if (ownSession.has(name)) return;
    const { method, url, options } = request(spec);
    for (const role of roles) {
      const one = pages.get(role)!;
      const answer = await one.ask(method, url, options);
      const refused = answer.statusCode === 401 || (answer.statusCode === 403 && codeOf(answer) === 'access-denied');
      expect([role, refused]).toEqual([role, !mayPass(spec.access, role)]);
      expect(answer.statusCode).toBeLessThan(500);
    }
    const needsToken = spec.method !== 'GET' && permissions.includes(spec.access as Permission);
    if (!needsToken) return;
    const own = pages.get('admin')!;
    const forged: readonly Record<string, string>[] = [
      { 'x-edict-csrf': '' },
      { 'x-edict-csrf': pages.get('manager')!.csrf() ?? '' },
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of forged) {
      const answer = await own.ask(method, url, { ...options, headers: { ...options.headers, ...headers } });
      expect([headers, answer.statusCode, codeOf(answer)]).toEqual([headers, 403, 'request-forged']);
    }
  });

  it.each(all)('%s: nobody any more whose session has ended or whose roles are gone', async (_, spec) => {
    const { method, url, options } = request(spec);
    for (const [one, statuses] of [
      [ended, [401]],
      [without, [403]],
    ] as const) {
      const answer = await one.ask(method, url, options);
      if (permissions.includes(spec.access as Permission)) expect(statuses).toContain(answer.statusCode);
      else expect(answer.statusCode === 401).toBe(!mayPass(spec.access, undefined));
    }
  });

  it('a stream of hints is opened by every role, and ends with the roles', async () => {
    const { address, port } = (await harness.app.listen({ host: '127.0.0.1', port: 0 }), harness.app.server.address() as AddressInfo);
    for (const role of roles) {
      const id = `listens-${role}`;
      await harness.store.people.put({ id, name: id, roles: [role], disabled: false }, 'system:test');
      const cookie = `__Host-edict=${(await signedIn(harness, id)).cookie()}`;
      const answer = await fetch(`http://${address}:${port}/v1/events`, { headers: { cookie } });
      expect([role, answer.status]).toEqual([role, 200]);
      await harness.store.people.put({ id, name: id, roles: [], disabled: false }, 'system:test');
      // It ends, or this test does.
      await answer.text();
    }
  });

  it.each(['admin', 'auditor', 'manager'] as const)('nobody else’s sessions are to be seen or ended: %s', async (role) => {
    const { items } = (await pages.get('analyst')!.ask('GET', '/v1/sessions')).json<{ items: { id: string }[] }>();
    const own = (await pages.get(role)!.ask('GET', '/v1/sessions')).json<{ items: { id: string }[] }>();
    expect(own.items.filter(({ id }) => items.some((theirs) => theirs.id === id))).toEqual([]);
    expect((await pages.get(role)!.ask('DELETE', `/v1/sessions/${items[0]!.id}`)).statusCode).toBe(404);
    expect((await pages.get('analyst')!.ask('GET', '/v1/me')).statusCode).toBe(200);
  });

  it('every permission is held by a role', () => {
    for (const [permission, who] of Object.entries(holders)) expect([permission, who.length > 0]).toEqual([permission, true]);
  });

  it('a person with no role may do nothing but health', async () => {
    await harness.store.people.put({ id: 'nobody', name: 'n', roles: [], disabled: false }, 'system:test');
    const { secret } = await harness.store.people.issueToken({ person: 'nobody', label: 't', by: 'system:test' });
    expect((await harness.ask(secret, 'GET', '/v1/me')).statusCode).toBe(403);
    expect((await harness.ask(secret, 'GET', '/health')).statusCode).toBe(200);
  });
});

describeWith(['postgres', 'opa'], 'when OPA is not to be had', () => {
  it.each([
    ['does not listen', async () => ({ url: 'http://127.0.0.1:1', token: 'x' })],
    ['does not take the token', async () => ({ url: (await import('../stack/fixture.ts')).testOpa().url, token: 'wrong' })],
  ])('and %s, everybody is refused', async (_, where) => {
    const { opaAuthorizer } = await import('../../api/auth/authz.ts');
    const harness = await openHarness({ authz: opaAuthorizer(await where()) });
    try {
      const answer = await harness.ask('admin', 'GET', '/v1/me');
      expect(answer.statusCode).toBe(503);
      expect(answer.headers['retry-after']).toBe('2');
      expect(answer.json()).toMatchObject({ code: 'dependency-unavailable' });
      expect(answer.body).not.toContain('wrong');
    } finally {
      await harness.close();
    }
  });
});

describe('the table of holders', () => {
  it('has each route’s door', () => {
    for (const [, { access }] of all)
      if (access !== 'anonymous' && access !== 'signature' && access !== 'engine-token' && access !== 'sign-in')
        expect(holders[access].length).toBeGreaterThan(0);
  });
});
