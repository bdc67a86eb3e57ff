/** Shipped playbooks against outside systems, on a real Temporal: with the worker killed while a system works, and everything given back in the end. */
import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { JsonObject } from '../../domain/json.ts';
import { workflowIds } from '../../workflows/messages.ts';
import { awsIdentity, startFakeAws, type FakeAws } from '../fakes/fake-aws.ts';
import { startFakeGraph, type FakeGraph } from '../fakes/fake-graph.ts';
import { registration } from '../fakes/odata.ts';
import { describeWith } from '../stack/fixture.ts';
import { castVote, eventually, person, signedVote, startRealWorld, startRun } from './real-world.ts';
import type { RealWorld } from './real-world.ts';

const user = 'ann@example.com';
const key = 'AKIAIOSFODNN7EXAMPLE';

describeWith(['postgres', 'temporal', 'opa'], 'outside systems on real engines', () => {
  let world: RealWorld;
  let worker: ChildProcess;
  let graph: FakeGraph;
  let aws: FakeAws;

  beforeAll(async () => {
    [world, graph, aws] = await Promise.all([startRealWorld(), startFakeGraph(), startFakeAws()]);
    const { store } = world;
    await person(store, 'zoe', 'analyst');
    await person(store, 'max', 'manager');
    await store.secrets.put('system/entra/clientSecret', registration.clientSecret, 'system:test');
    await store.secrets.put('system/aws/secretAccessKey', awsIdentity.secretAccessKey, 'system:test');
    const limits = { timeoutMs: 20_000, settleTimeoutMs: 20_000 };
    await store.systems.put(
      {
        name: 'entra',
        kind: 'microsoft-graph',
        settings: { ...graph.settings, ...limits },
        secrets: { clientSecret: 'system/entra/clientSecret' },
      },
      'system:test',
    );
    await store.systems.put(
      { name: 'aws', kind: 'aws', settings: { ...aws.settings, ...limits }, secrets: { secretAccessKey: 'system/aws/secretAccessKey' } },
      'system:test',
    );
    worker = await world.startWorker();
  }, 120_000);
  afterAll(async () => {
    await world?.stop();
    await Promise.all([graph?.stop(), aws?.stop()]);
  }, 60_000);

  const order = async (run: string, playbook: string, inputs: JsonObject) => {
    const row = await eventually('the playbook is published', () => world.store.playbooks.get(playbook));
    await world.store.runs.order({ run, playbook, version: row.version, planDigest: row.digest, inputs, requester: 'zoe' }, 'zoe');
    return startRun(world, run);
  };
  const decide = async (run: string, denial?: string) => {
    const approval = await eventually('an approval', async () =>
      (await world.store.approvals.list({ status: 'open', run }, { limit: 5 })).items.at(0),
    );
    await castVote(world, approval, await signedVote(world.store, approval, 'max', denial));
  };
  const effects = async (run: string) =>
    (await world.store.effects.list({ run }, { limit: 50 })).items.map(({ action, status }) => `${action} ${status}`).toSorted();
  const cancel = async (run: string) => {
    await world.store.runs.recordCancel(run, 'max', 'it was them');
    await world.client.workflow.getHandle(workflowIds.playbookRun(run)).cancel();
  };
  const ended = (run: string) =>
    eventually('the end of the run', async () => {
      const row = await world.store.runs.get(run);
      return row?.status === 'ended' ? row : undefined;
    });

  it('a system that is reached says who we are', async () => {
    await order('c1', 'check-system', { system: 'entra' });
    expect((await ended('c1')).view?.outputs).toMatchObject({ kind: 'microsoft-graph', says: { name: 'Example' } });
  });

  it('an account is disabled once although the worker is killed while the directory works, and given back when the run is cancelled', async () => {
    await order('d1', 'disable-user', { user });
    graph.setFault('answer-lost');
    await decide('d1');
    await eventually('the directory has disabled the account', async () => !graph.users[0]!.accountEnabled);
    worker.kill('SIGKILL');
    graph.setFault('none');
    worker = await world.startWorker();
    await eventually(
      'both effects',
      async () => (await effects('d1')).every((one) => one.endsWith('confirmed')) && (await effects('d1')).length === 2,
    );
    expect(graph.writes()).toBe(2);
    expect(Date.parse(graph.users[0]!.signInSessionsValidFromDateTime)).toBeGreaterThan(Date.now() - 120_000);
    await cancel('d1');
    await eventually('the account is back', async () => graph.users[0]!.accountEnabled, 60_000);
    const { outcome, view } = await ended('d1');
    expect([outcome, view?.error?.code]).toEqual(['cancelled', 'cancelled']);
    expect(await effects('d1')).toEqual(['identity.disable-user undone', 'identity.revoke-sessions confirmed']);
    expect(graph.writes()).toBe(3);
  }, 120_000);

  it('a leaked key is off before anybody agrees, and on again when a manager does not and the run is over', async () => {
    await order('k1', 'leaked-cloud-key', { key, found_at: 'a public repository' });
    await eventually('the key is off', async () => aws.keys.get(key)?.active === false);
    await decide('k1', 'it is a canary');
    const [approval] = (await world.store.approvals.list({ run: 'k1' }, { limit: 5 })).items;
    expect(approval?.status).toBe('denied');
    expect(aws.keys.get(key)?.active).toBe(false);
    await cancel('k1');
    await eventually('the key is on again', async () => aws.keys.get(key)?.active === true, 60_000);
    await ended('k1');
    expect(await effects('k1')).toEqual(['cloud.disable-key undone']);
    expect(aws.writes()).toBe(2);
  }, 120_000);

  it('no secret is in a history, in the log of the worker or in the chain', async () => {
    const texts = [world.log()];
    for (const run of ['c1', 'd1', 'k1']) {
      const text = JSON.stringify(historyToJSON(await world.client.workflow.getHandle(workflowIds.playbookRun(run)).fetchHistory()));
      const payloads = [...text.matchAll(/"data\\*": ?\\*"(?<data>[A-Za-z0-9+/=]+)/gu)].map((found) =>
        Buffer.from(found.groups?.['data'] ?? '', 'base64').toString(),
      );
      texts.push(text, ...payloads);
    }
    for await (const row of world.store.audit.export()) texts.push(JSON.stringify(row));
    const said = texts.join('\n');
    // What is looked for would be found: a run's inputs are in its history.
    expect(said).toContain('canary');
    for (const secret of [registration.clientSecret, awsIdentity.secretAccessKey, 'Bearer token-']) expect(said).not.toContain(secret);
  });
});
