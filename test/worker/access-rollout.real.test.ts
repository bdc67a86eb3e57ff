/** A policy of access and AI rules on its whole way, from a draft to a real OPA that answers by it; the worker is killed in the middle of the rollout. */
import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Inventory } from '../../domain/context/inventory.ts';
import type { Policy } from '../../domain/policy/model.ts';
import { messageNames, taskQueues, workflowIds, workflowTypes } from '../../workflows/messages.ts';
import { describeWith } from '../stack/fixture.ts';
import { accessPoint, castVote, eventually, opaDecision, person, signedVote, startRealWorld } from './real-world.ts';
import type { RealWorld } from './real-world.ts';

const inventory: Inventory = {
  assets: [],
  zones: [],
  entities: [
    { uid: { type: 'user', id: 'joe' }, parents: [{ type: 'group', id: 'staff' }] },
    { uid: { type: 'user', id: 'eve' }, parents: [{ type: 'group', id: 'guests' }] },
  ],
};
const head = { requirement: 'r1', effect: 'allow' as const };
const policy: Policy = {
  policy: 'documents',
  title: 'Who reads plans, and who uses models',
  owner: 'data',
  controls: [],
  requirements: [{ id: 'r1', text: 'Staff read plans with a second factor, and use the small model for support.' }],
  rules: [
    {
      ...head,
      kind: 'access',
      id: 'staff',
      match: { principals: ['group:staff'], actions: ['read'], resources: ['folder:plans'], when: { mfa: true } },
    },
    {
      ...head,
      kind: 'access',
      id: 'nobody-else',
      effect: 'claim',
      match: { principals: ['any'], actions: ['any'], resources: ['folder:plans'] },
    },
    { ...head, kind: 'ai', id: 'small', match: { principals: ['group:staff'], models: ['small'], purposes: ['support'] } },
    { ...head, kind: 'ai', id: 'no-other', effect: 'claim', match: { principals: ['any'], models: ['any'] } },
  ],
  questions: [],
  tests: [],
};

describeWith(['postgres', 'temporal', 'opa'], 'access and AI rules on real engines', () => {
  let world: RealWorld;
  let worker: ChildProcess;

  beforeAll(async () => {
    world = await startRealWorld({ access: true });
    await world.store.context.saveInventory(inventory, 'system:test');
    await person(world.store, 'ann', 'engineer');
    await person(world.store, 'max', 'manager');
    worker = await world.startWorker();
  }, 120_000);

  afterAll(async () => {
    await world?.stop();
  }, 60_000);

  const decide = async (input: object): Promise<string | undefined> => {
    const answer = await fetch(`${world.opa.url}/v1/data/edict/access/decision`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.opa.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ input }),
    });
    return ((await answer.json()) as { readonly result?: { readonly decision?: string } }).result?.decision;
  };
  const read = (who: string, mfa: boolean) =>
    decide({ kind: 'access', principal: `user:${who}`, action: 'read', resource: 'folder:plans', context: { mfa } });
  const use = (who: string, purpose: string) => decide({ kind: 'ai', principal: `user:${who}`, model: 'small', purpose });

  /** Handed in, and approved by somebody else. */
  async function approved(): Promise<void> {
    const { store, client } = world;
    const handle = client.workflow.getHandle(workflowIds.policyLifecycle(policy.policy));
    await eventually('submitted', () => handle.executeUpdate<{ run: string }, []>(messageNames.submit).catch(() => undefined), 60_000);
    const approval = await eventually(
      'an approval',
      async () => (await store.approvals.list({ status: 'open' }, { limit: 50 })).items.find(({ run }) => run.includes('review')),
      60_000,
    );
    await castVote(world, approval, await signedVote(store, approval, 'max'));
  }

  it('come in force once, though the worker is killed while OPA has not taken them yet', async () => {
    const { store, client } = world;
    await store.policies.saveDraft(policy, 'ann');
    await client.workflow.start(workflowTypes.policyLifecycle, {
      workflowId: workflowIds.policyLifecycle(policy.policy),
      taskQueue: taskQueues.main,
      args: [{ policy: policy.policy }],
    });
    await approved();
    const release = world.holdBundles();
    const effect = await eventually(
      'a bundle that waits for OPA',
      async () =>
        (await store.bundles.get(accessPoint)) === undefined ? undefined : (await store.effects.list({}, { limit: 5 })).items[0],
      60_000,
    );
    expect([effect.targets, effect.status]).toEqual([[accessPoint], 'intended']);
    expect(await read('joe', true)).toBeUndefined();
    worker.kill('SIGKILL');
    worker = await world.startWorker();
    release();
    await eventually('enforced', async () => (await store.policies.get(policy.policy))?.state === 'enforced', 120_000);

    expect([await read('joe', true), await read('joe', false), await read('eve', true)]).toEqual(['allow', 'deny', 'deny']);
    expect([await use('joe', 'support'), await use('joe', 'fun'), await use('eve', 'support')]).toEqual(['allow', 'deny', 'deny']);
    // Connections have a bundle of their own: nothing was put in force there.
    expect(await opaDecision(world.opa, '10.0.0.1', '10.0.0.2', 443)).toBeUndefined();
    const { items: effects } = await store.effects.list({}, { limit: 50 });
    expect(effects.map(({ action, targets, status }) => [action, targets, status])).toEqual([
      ['enforcement.apply', [accessPoint], 'confirmed'],
    ]);
    const events = (await store.audit.list({ subject: `effect/${effect.key}` }, { limit: 50 })).items.map(({ event }) => event);
    for (const once of ['effect-intended', 'effect-confirmed']) expect(events.filter((event) => event === once)).toHaveLength(1);
    const [proof, ...others] = await store.policies.proofs(policy.policy, 1);
    expect(proof).toMatchObject({ target: 'rego-access', equal: true, detail: { engine: expect.stringMatching(/^opa /u) } });
    expect(Number(proof?.detail['witnesses'])).toBeGreaterThan(policy.rules.length);
    expect(others).toEqual([]);
  }, 240_000);

  it('go where the next version has none of them', async () => {
    const { store, client } = world;
    const rules = policy.rules.filter(({ kind }) => kind === 'ai');
    await store.policies.saveDraft({ ...policy, rules }, 'ann');
    await client.workflow.signalWithStart(workflowTypes.policyLifecycle, {
      workflowId: workflowIds.policyLifecycle(policy.policy),
      taskQueue: taskQueues.main,
      args: [{ policy: policy.policy }],
      signal: messageNames.drafted,
    });
    await approved();
    await eventually('enforced', async () => (await store.policies.get(policy.policy))?.enforced === 2, 120_000);
    expect([await read('joe', true), await read('eve', true)]).toEqual(['not-applicable', 'not-applicable']);
    expect([await use('joe', 'support'), await use('eve', 'support')]).toEqual(['allow', 'deny']);
    expect(await store.points.get(accessPoint)).toMatchObject({ desired: { policyVersions: [{ policy: 'documents', version: 2 }] } });
  }, 240_000);
});
