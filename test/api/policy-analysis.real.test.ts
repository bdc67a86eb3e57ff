import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { NetworkRule, Policy } from '../../domain/policy/model.ts';
import { parseInventory } from '../../domain/context/parse-inventory.ts';
import { describeWith } from '../stack/fixture.ts';
import { openHarness } from './harness.ts';
import type { Harness } from './harness.ts';

const assets = `name,address,zone,services,groups,owner,criticality
pay-1,10.1.0.10,apps,payments,,pay,high
db-1,10.2.0.5,data,,cardholder-db,dba,critical
ws-17,10.4.0.17,office,,,ann,low
`;

const rule = (id: string, effect: NetworkRule['effect'], from: string, service = 'tcp/5432'): NetworkRule => ({
  kind: 'network',
  id,
  requirement: 'r1',
  effect,
  match: { from, to: 'group:cardholder-db', service },
});

const policy = (...rules: readonly NetworkRule[]): Policy => ({
  policy: 'cardholder',
  title: 'Cardholder data',
  owner: 'pay',
  controls: [],
  requirements: [{ id: 'r1', text: 'Only payments may.' }],
  rules,
  questions: [],
  tests: [],
});

describeWith(['postgres', 'opa'], 'the analysis of policies by the API', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness({ waitMs: 0 });
    const { store } = harness;
    await store.context.saveInventory(parseInventory({ assets }).inventory, 'system:test');
    const only = rule('only', 'claim', 'any', 'any');
    const no = rule('no', 'deny', 'any', 'tcp/22');
    await store.policies.saveDraft(policy(rule('pay', 'allow', 'service:payments'), rule('one', 'allow', 'asset:pay-1'), only), 'ann');
    await store.policies.saveDraft(
      policy(rule('pay', 'allow', 'service:payments'), rule('ssh', 'allow', 'zone:office', 'tcp/22'), no),
      'ann',
    );
  });
  afterAll(() => harness.close());

  const get = async (path: string) => {
    const answer = await harness.ask('auditor', 'GET', path);
    return { status: answer.statusCode, body: answer.json() };
  };

  it('finds what is wrong with a version among those in force', async () => {
    const { status, body } = await get('/v1/policy-analysis?policy=cardholder&version=2');
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        policies: [{ policy: 'cardholder', version: 2 }],
        rules: 3,
        counts: { shadowed: 1 },
        findings: expect.arrayContaining([
          expect.objectContaining({ kind: 'shadowed', rule: 'cardholder/ssh', rules: ['cardholder/no'], droppable: true }),
        ]),
        allows: { ipv4: { requests: '660602880', bits: 0, share: 0 }, ipv6: { requests: '0', share: 0 } },
      },
    });
    expect((await get('/v1/policy-analysis')).body).toMatchObject({ policies: [], rules: 0 });
    expect((await get('/v1/policy-analysis?policy=cardholder')).status).toBe(400);
    expect((await get('/v1/policy-analysis?policy=cardholder&version=9')).status).toBe(404);
  });

  it('says which of two versions allows more', async () => {
    expect((await get('/v1/policies/cardholder/comparison?from=1&to=2')).body).toMatchObject({
      relation: 'second-more',
      second: { first: 'deny', second: 'not-applicable' },
    });
    expect((await get('/v1/policies/cardholder/comparison?from=1&to=2&unspoken=deny')).body).toMatchObject({ relation: 'equivalent' });
  });

  it('replays what was recorded, and tells the blast radius', async () => {
    const { body } = await get('/v1/policies/cardholder/versions/1/what-if?asset=ws-17');
    expect(body).toMatchObject({
      policy: 'cardholder',
      version: 1,
      connections: 0,
      allows: { before: { ipv4: { requests: '0' } } },
      radius: { asset: 'ws-17', lost: [], before: { critical: 1 } },
    });
    expect(body.access).toBeUndefined();
    const decided = {
      id: 'd1',
      at: '2026-11-23T09:00:00Z',
      point: 'opa-1',
      kind: 'access' as const,
      decision: 'allow' as const,
      determining: [],
    };
    await harness.store.context.addDecisions([{ ...decided, principal: 'user:ann', action: 'read', resource: 'document:plan' }]);
    expect((await get('/v1/policies/cardholder/versions/1/what-if')).body.access).toEqual({
      requests: 1,
      untold: 0,
      wouldBlock: { requests: 0, principals: [], examples: [] },
      wouldAllow: { requests: 0, principals: [], examples: [] },
    });
    expect((await get('/v1/policies/cardholder/versions/1/what-if?asset=nobody')).status).toBe(404);
  });

  it('writes a version in fewer rules', async () => {
    expect((await get('/v1/policies/cardholder/versions/1/optimised')).body).toMatchObject({
      before: 3,
      after: 2,
      proof: 'equivalent',
      steps: [{ change: 'dropped' }],
      document: { policy: 'cardholder', rules: [{}, { id: 'only' }] },
    });
  });
});
