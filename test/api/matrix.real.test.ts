import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pathOf } from '../../api/contract/route.ts';
import type { Access, Permission, RouteSpec } from '../../api/contract/route.ts';
import { routes } from '../../api/contract/routes.ts';
import type { Role } from '../../store/port.ts';
import { describeWith } from '../stack/fixture.ts';
import { ownPage } from './browser.ts';
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
  'systems:read': everyone,
  'systems:write': ['admin'],
  'effects:read': everyone,
  'effects:undo': ['analyst', 'engineer', 'manager', 'admin'],
  'guard:read': everyone,
  'guard:write': ['engineer', 'admin'],
  'audit:read': ['auditor', 'manager', 'admin'],
  'reports:read': everyone,
  'reports:order': everyone,
  'people:read': ['auditor', 'admin'],
  'people:write': ['admin'],
  'webhooks:read': ['auditor', 'admin'],
  'webhooks:write': ['admin'],
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

function mayPass(access: Access, role: Role | undefined): boolean {
  if (access === 'anonymous' || access === 'sign-in') return true;
  if (access === 'engine-token' || access === 'signature' || role === undefined) return false;
  return holders[access].includes(role);
}

describeWith(['postgres', 'opa'], 'who may use which route', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness({ waitMs: 50 });
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
