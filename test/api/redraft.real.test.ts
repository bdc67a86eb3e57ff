/** A policy that is drafted again before it is handed in, through the API with a real worker behind it. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { opaAuthorizer } from '../../api/auth/authz.ts';
import type { Authorizer } from '../../api/auth/authz.ts';
import { buildServer } from '../../api/server.ts';
import type { DraftReply } from '../../api/contract/policies.ts';
import type { Inventory } from '../../domain/context/inventory.ts';
import { describeWith } from '../stack/fixture.ts';
import { eventually, startRealWorld } from '../worker/real-world.ts';
import type { RealWorld } from '../worker/real-world.ts';
import { policedOpa } from './harness.ts';

const asset = (name: string, address: string, more: object) => ({
  name,
  addresses: [address],
  zone: 'servers',
  services: [],
  groups: [],
  owner: 'it',
  criticality: 'medium' as const,
  ...more,
});
const inventory: Inventory = {
  assets: [asset('pay-1', '10.1.0.10', { services: ['payments'] }), asset('db-1', '10.2.0.5', { groups: ['cardholder-db'] })],
  zones: [{ name: 'servers', cidrs: ['10.0.0.0/8'] }],
};
const sentence = (port: number) => `Only the payments service may connect to the cardholder database on port ${port}.`;

describeWith(['postgres', 'temporal', 'opa'], 'a policy that is drafted again', () => {
  let world: RealWorld;
  let app: FastifyInstance;
  let authz: Authorizer;
  let token: string;

  beforeAll(async () => {
    world = await startRealWorld();
    const { store } = world;
    await store.context.saveInventory(inventory, 'system:test');
    await store.people.put({ id: 'ann', name: 'Ann', roles: ['engineer'], disabled: false }, 'system:test');
    token = (await store.people.issueToken({ person: 'ann', label: 'test', by: 'system:test' })).secret;
    authz = opaAuthorizer(await policedOpa());
    app = buildServer({ store, temporal: world.client, authz, clock: () => new Date(), version: '0', checkReplies: true });
    await world.startWorker();
  }, 120_000);
  afterAll(async () => {
    await app?.close();
    authz?.close();
    await world?.stop();
  }, 60_000);

  const post = (url: string, payload: object = {}) =>
    app.inject({ method: 'POST', url, payload, headers: { authorization: `Bearer ${token}` } });
  const draft = (policy: string, port: number) => post('/v1/policies/draft', { policy, requirement: sentence(port) });
  const answerAll = async (policy: string, questions: DraftReply['questions']) => {
    for (const { id, readings } of questions)
      expect((await post(`/v1/policies/${policy}/answers`, { question: id, answer: readings[0]?.answer })).statusCode).toBe(200);
  };
  const portsOf = async (policy: string, version: number) =>
    JSON.stringify((await world.store.policies.version(policy, version))?.document.rules ?? []).match(/tcp\/\d+/gu) ?? [];

  it('is a new version that goes through its first stages; the one before is superseded, and the new one is handed in', async () => {
    const first = await draft('again', 5432);
    expect([first.statusCode, first.json().version]).toEqual([201, 1]);
    const second = await draft('again', 5433);
    expect([second.statusCode, second.json()]).toMatchObject([201, { version: 2, complete: true, state: 'draft' }]);
    expect(second.json().runs.map(({ run }: { run: string }) => run)).toEqual(['again-v2-create-1', 'again-v2-context-1']);
    expect(new Set(await portsOf('again', 2))).toEqual(new Set(['tcp/5433']));
    expect((await world.store.policies.versions('again')).map(({ status }) => status)).toEqual(['superseded', 'draft']);

    await answerAll('again', second.json().questions);
    const submitted = await post('/v1/policies/again/submit');
    expect([submitted.statusCode, submitted.json()]).toMatchObject([202, { version: 2, run: 'again-v2-generate-1' }]);
    await eventually('in review', async () => (await world.store.policies.get('again'))?.state === 'in-review', 60_000);
    expect(new Set((await world.store.policies.proofs('again', 2)).map(({ equal }) => equal))).toEqual(new Set([true]));

    const late = await draft('again', 5434);
    expect([late.statusCode, late.json().code]).toEqual([409, 'conflict']);
  }, 120_000);

  it('while its first stages are under way ends with the newest version drafted, checked and ready', async () => {
    const answers = await Promise.all([draft('hasty', 5432), draft('hasty', 5433), draft('hasty', 5434)]);
    expect(answers.map(({ statusCode }) => statusCode < 300)).toEqual([true, true, true]);
    expect(answers.map((answer) => answer.json<DraftReply>().version).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    const newest = answers.find((answer) => answer.json<DraftReply>().version === 3)?.json<DraftReply>();
    const { rules } = (
      await eventually('rules', async () => {
        const version = await world.store.policies.version('hasty', 3);
        return version !== undefined && version.document.rules.length > 0 ? version : undefined;
      })
    ).document;
    expect(rules.length).toBeGreaterThan(0);
    await answerAll('hasty', newest?.questions ?? []);
    expect((await post('/v1/policies/hasty/submit')).json()).toMatchObject({
      version: 3,
      run: expect.stringMatching(/^hasty-v3-generate-1/u),
    });
  }, 120_000);
});
