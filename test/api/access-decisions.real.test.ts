/** Policies of access and AI on a server: taken as files, shown, compared, and decided by. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parsePolicyFile } from '../../domain/policy/policy-file.ts';
import { describeWith } from '../stack/fixture.ts';
import { openHarness } from './harness.ts';
import type { Harness } from './harness.ts';

const file = (who: string, when = '') => `policy: documents
title: Who reads documents, and who uses models
owner: data
requirements: [{ id: r1, text: Staff may. }]
rules:
  - { id: staff, requirement: r1, access: { allow: { principals: ['${who}'], actions: [read], resources: ['folder:plans']${when} } } }
  - { id: nobody-else, requirement: r1, access: { claim: { principals: [any], actions: [any], resources: ['folder:plans'] } } }
  - { id: models, requirement: r1, ai: { allow: { principals: ['group:staff'], models: [small], dataClasses: [public] } } }
  - { id: no-model, requirement: r1, ai: { claim: { principals: [any], models: [any] } } }
tests:
  - { name: strangers read nothing, request: { access: { principal: 'user:eve', action: read, resource: 'folder:plans' } }, decision: deny }
`;
const person = (id: string, ...groups: readonly string[]) => ({
  uid: { type: 'user', id },
  attrs: { level: 3 },
  parents: groups.map((group) => ({ type: 'group', id: group })),
});

describeWith(['postgres', 'opa'], 'access and AI rules on a server', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness({ waitMs: 0 });
  }, 120_000);
  afterAll(() => harness.close());

  const post = async (who: string, path: string, payload: object) => {
    const answer = await harness.ask(who, 'POST', path, { payload });
    return { status: answer.statusCode, body: answer.json() };
  };
  const get = async (path: string) => (await harness.ask('auditor', 'GET', path)).json();
  const apply = (mode: string, text: string) => post('engineer', '/v1/policies/documents/apply', { mode, document: parsePolicyFile(text) });
  const decide = async (request: object) => (await post('analyst', '/v1/decide', { request })).body;

  it('knows people and what they are in, and keeps them when assets change', async () => {
    const entities = [person('ann', 'staff'), person('bob', 'guests'), person('eve')];
    expect((await post('admin', '/v1/context/entities', { entities })).body).toMatchObject({ entities: 3 });
    const assets = { assets_csv: 'name,address,zone\nws-17,10.4.0.17,office\n' };
    expect((await post('admin', '/v1/context/inventory', assets)).status).toBe(200);
    expect((await get('/v1/context')).counts).toMatchObject({ assets: 1, entities: 3 });
  });

  it.each([
    ['somebody twice', [person('ann'), person('ann')], '/entities/1'],
    ['a type that is none', [{ uid: { type: 'a b', id: 'x' } }], '/entities/0'],
    ['a parent that is none', [{ uid: { type: 'user', id: 'x' }, parents: [{ type: 'if', id: 'x' }] }], '/entities/0'],
    ['a value that no rule asks for', [{ uid: { type: 'user', id: 'x' }, attrs: { level: null } }], '/entities/0/attrs'],
  ])('takes no directory with %s', async (_, entities, where) => {
    const { status, body } = await post('admin', '/v1/context/entities', { entities });
    expect([status >= 400 && status < 500, body.where.startsWith(where)]).toEqual([true, true]);
    expect((await get('/v1/context')).counts).toMatchObject({ entities: 3 });
  });

  it('takes a policy as a file, shows it, and says what another would change with a request that shows it', async () => {
    expect((await apply('dry-run', file('group:staff'))).body).toMatchObject({ change: 'created', problems: [] });
    expect((await apply('apply', file('group:staff'))).body).toMatchObject({ change: 'created', version: 1 });
    expect((await get('/v1/policies/documents')).current.document.rules.map(({ kind }: { kind: string }) => kind)).toEqual([
      'access',
      'access',
      'ai',
      'ai',
    ]);
    const { body } = await apply('dry-run', file('group:staff', ', when: { mfa: true }'));
    expect(body).toMatchObject({ change: 'changed', equal: false });
    const failing = file('user:eve');
    expect((await apply('dry-run', failing)).body.problems).toMatchObject([{ severity: 'error', where: '/tests/0' }]);
    expect((await apply('apply', failing)).body).toMatchObject({ code: 'policy-invalid' });
  });

  it('compares two versions in meaning, with a request that they decide differently', async () => {
    const { store } = harness;
    await store.policies.approve({ policy: 'documents', version: 1, by: 'manager', approval: 'a-1' });
    await store.policies.enforce({ policy: 'documents', version: 1, by: 'system:test' });
    expect((await apply('apply', file('user:bob'))).body).toMatchObject({ change: 'changed', version: 2 });
    const diff = await get('/v1/policies/documents/diff?from=1&to=2');
    expect(diff).toMatchObject({ equal: false, rules: [{ rule: 'documents/staff', change: 'changed' }] });
    for (const { witness, from, to, text } of diff.changes) {
      expect(witness).toMatchObject({ kind: 'access', action: 'read', resource: 'folder:plans' });
      expect([from, to, text.includes('folder:plans')]).toEqual([expect.any(String), expect.any(String), true]);
      expect(from).not.toBe(to);
    }
    expect(diff.changes.length).toBeGreaterThan(0);
    expect(await get('/v1/policies/documents/diff?from=1&to=1')).toMatchObject({ equal: true, changes: [], rules: [] });
  });

  it('decides access by what is in force, and says why', async () => {
    const read = (who: string) => ({ kind: 'access', principal: `user:${who}`, action: 'read', resource: 'folder:plans' });
    expect(await decide(read('ann'))).toMatchObject({
      decision: 'allow',
      determining: ['documents/staff'],
      policies: [{ policy: 'documents', version: 1 }],
    });
    expect(await decide(read('bob'))).toMatchObject({ decision: 'deny', determining: ['documents/nobody-else'] });
    const entities = [person('bob', 'staff')];
    expect(await decide({ ...read('bob'), entities })).toMatchObject({ decision: 'allow' });
    expect(await decide({ ...read('ann'), resource: 'folder:other' })).toMatchObject({ decision: 'not-applicable', determining: [] });
    expect(await decide({ ...read('ann'), principal: 'ann' })).toMatchObject({ decision: 'deny', erring: [{ rule: 'request' }] });
  });

  it('decides the use of models, and errs where the request does not say what it uses', async () => {
    const use = { kind: 'ai', principal: 'user:ann', model: 'small' };
    expect(await decide({ ...use, dataClasses: ['public'] })).toMatchObject({ decision: 'allow', determining: ['documents/models'] });
    expect(await decide({ ...use, dataClasses: ['secret'] })).toMatchObject({ decision: 'deny', determining: ['documents/no-model'] });
    expect(await decide(use)).toMatchObject({ decision: 'deny', erring: [{ rule: 'documents/models' }] });
  });

  it.each([
    ['another kind', { kind: 'magic', principal: 'user:ann' }],
    ['a part of another kind', { kind: 'access', principal: 'user:ann', action: 'read', resource: 'folder:plans', port: 1 }],
    ['a value that no rule asks for', { kind: 'ai', principal: 'user:ann', model: 'small', context: { mfa: 0.5 } }],
    ['no principal', { kind: 'access', action: 'read', resource: 'folder:plans' }],
  ])('refuses a request with %s', async (_, request) => {
    expect(await decide(request)).toMatchObject({ code: 'input-invalid', where: expect.stringMatching(/^\/request/u) });
  });
});
