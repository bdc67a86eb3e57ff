/** What people ask of enforcement points, from the API's handler through Temporal and a worker to a real OPA and a real firewall, and back. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporalOrchestrator } from '../../api/orchestrator.ts';
import { pointQuestionHandlers } from '../../api/routes/point-questions.ts';
import { pointHandlers } from '../../api/routes/points.ts';
import { openConnector } from '../../connectors/open.ts';
import type { ConnectorKind, Connector } from '../../connectors/connector.ts';
import type { Request } from '../../domain/policy/model.ts';
import type { HandlerDeps } from '../../api/handler.ts';
import { taskQueues, workflowIds, workflowTypes } from '../../workflows/messages.ts';
import { artifacts, elsewhere, inventory, payments, policyOf, stranger, strictRules } from '../connectors/policies.ts';
import { describeWith } from '../stack/fixture.ts';
import { firewallPoint, opaPoint, recordHistory, startRealWorld } from './real-world.ts';
import type { RealWorld } from './real-world.ts';

describeWith(['postgres', 'temporal', 'opa'], 'questions to enforcement points', () => {
  let world: RealWorld;
  const opened: Connector[] = [];

  beforeAll(async () => {
    world = await startRealWorld();
    await enforce(world);
    await world.startWorker();
    // It would put right what the tests change.
    await world.client.workflow.getHandle(workflowIds.watch('default')).terminate();
  }, 120_000);
  afterAll(async () => {
    for (const connector of opened) await connector.close();
    await world?.stop();
  }, 60_000);

  const handlers = () => {
    const deps = { store: world.store, orchestrator: temporalOrchestrator(world.client), clock: () => new Date() } as HandlerDeps;
    return { ...pointQuestionHandlers(deps), ...pointHandlers(deps) };
  };
  type Call = Parameters<ReturnType<typeof handlers>['points.test']>[0];
  const call = (name: string, body: object = {}) => ({ params: { name }, body, by: 'ann' }) as unknown as Call;
  const test = async (point: string, request: Request) =>
    (await handlers()['points.test'](call(point, { request }))) as Exclude<
      Awaited<ReturnType<ReturnType<typeof handlers>['points.test']>>,
      symbol
    >;
  const dryRun = (point: string) => handlers()['points.dry-run'](call(point) as never);
  const shown = (point: string) => handlers()['points.get'](call(point) as never);

  /** The way that effects go, without a run. */
  const connect = async (point: string): Promise<Connector> => {
    const row = (await world.store.points.get(point))!;
    const connector = openConnector(
      { name: point, kind: row.kind as ConnectorKind, target: row.target, settings: row.settings },
      {
        artifacts: async () => undefined,
        shelf: world.store.bundles,
        signingKey: async () => ({ keyId: 'edict', privateKeyPem: (await world.store.secrets.get('bundle-signing-key'))! }),
        secret: async () => world.opa.token,
      },
    );
    opened.push(connector);
    return connector;
  };
  const putInForce = async (point: string, target: 'rego' | 'nftables', isolated: readonly string[] = []): Promise<void> => {
    const isolations = isolated.map((address) => ({ key: `r/i/${address}`, addresses: [address], allow: [] }));
    const artifact = artifacts(target).strict;
    await (await connect(point)).apply({ artifact, isolations }, `test/${point}/${isolations.length}`);
    const desired = { artifact: artifact.digest, policyVersions: [{ policy: 'cardholder', version: 1 }], isolations };
    await world.store.points.setDesired(point, desired, 'system:test');
  };

  it('a test shows what the point decides beside what the policies say, is recorded before it is asked, and is the last probe', async () => {
    await putInForce(opaPoint, 'rego');
    expect(await test(opaPoint, payments[4])).toMatchObject({
      probe: { decision: 'allow', method: 'decision' },
      policy: { decision: 'allow', determining: ['cardholder/payments'] },
      agrees: true,
      because: [],
    });
    expect(await test(opaPoint, stranger[4])).toMatchObject({ probe: { decision: 'deny' }, agrees: true });
    expect(await test(opaPoint, elsewhere)).toMatchObject({ probe: { decision: 'not-applicable' }, agrees: true });
    expect(await shown(opaPoint)).toMatchObject({
      lastProbe: { decision: 'not-applicable', method: 'decision', by: 'ann', tried: 1, request: { to: elsewhere.to } },
    });
    const { items } = await world.store.audit.list({ subject: `point/${opaPoint}`, event: 'point-*', actor: 'ann' }, {});
    expect(items.map(({ event }) => event)).toEqual(Array.from({ length: 3 }, () => ['point-asked', 'point-answered']).flat());
    expect(items[0]?.detail).toMatchObject({ kind: 'test', asked: expect.stringContaining('tcp/5432 from 10.1.0.10 to 10.2.0.5') });
  });

  it('a test of an isolated host differs from the policies, and says why', async () => {
    await putInForce(opaPoint, 'rego', ['10.1.0.10']);
    expect(await test(opaPoint, payments[4])).toMatchObject({
      probe: { decision: 'deny' },
      policy: { decision: 'allow' },
      agrees: false,
      because: expect.arrayContaining(['10.1.0.10 is isolated at this point']),
    });
    await putInForce(opaPoint, 'rego');
  });

  it('a request that the point cannot try is answered with the reason', async () => {
    const answer = await test(opaPoint, { kind: 'access', principal: 'user:ann', action: 'read', resource: 'document:plan' });
    expect(answer).toMatchObject({ reason: expect.stringContaining('decides on network alone'), because: [] });
    expect(answer.agrees).toBeUndefined();
  });

  it('a dry-run has nothing to do where the point is as wanted, and says what it would do where somebody changed it', async () => {
    await putInForce(opaPoint, 'rego');
    expect(await dryRun(opaPoint)).toMatchObject({ steps: [], desired: { policyVersions: [{ policy: 'cardholder', version: 1 }] } });
    await (await connect(opaPoint)).apply({ artifact: artifacts('rego').shut, isolations: [] }, 'somebody/else/1');
    expect(await dryRun(opaPoint)).toMatchObject({ steps: [expect.stringContaining(artifacts('rego').strict.digest)] });
    // Nothing was done by it.
    expect(await test(opaPoint, payments[4])).toMatchObject({ probe: { decision: 'deny' }, agrees: false });
    await putInForce(opaPoint, 'rego');
  });

  it('the permissions of an account are told and kept', async () => {
    const found = await handlers()['points.permissions'](call(opaPoint) as never);
    expect(found).toMatchObject({
      permissions: expect.arrayContaining([expect.objectContaining({ name: 'keep strangers out', held: 'yes' })]),
    });
    expect(await shown(opaPoint)).toMatchObject({ permissions: { permissions: (found as { permissions: unknown }).permissions } });
  });

  it('a point that cannot be reached says so with what helps, and its question is not asked again', async () => {
    await world.store.points.put({ name: 'away', kind: 'opa', target: 'rego', settings: { url: 'http://127.0.0.1:9' } }, 'system:test');
    await expect(dryRun('away')).rejects.toMatchObject({ code: 'enforcement-point-unreachable', help: expect.any(String) });
    const [asked] = (await world.store.audit.list({ subject: 'point/away', event: 'point-answered' }, {})).items;
    expect(asked?.detail).toMatchObject({ fault: 'enforcement-point-unreachable' });
    await handlers()['points.remove'](call('away') as never);
    await expect(shown('away')).rejects.toMatchObject({ code: 'enforcement-point-unknown' });
  });

  it('a point at which something should be in force is not forgotten', async () => {
    await expect(handlers()['points.remove'](call(opaPoint) as never)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('Temporal alone asks nothing: a question that nobody recorded, or for another workflow, is refused', async () => {
    const start = (workflowId: string, question: string) =>
      world.client.workflow.execute(workflowTypes.pointQuestion, { workflowId, taskQueue: taskQueues.main, args: [{ question }] });
    const codeOf = (work: Promise<unknown>) =>
      work.then(
        () => 'answered',
        (error: { cause?: { type?: string } }) => error.cause?.type,
      );
    expect(await codeOf(start(workflowIds.pointQuestion('made-up'), 'made-up'))).toBe('order-missing');
    await world.store.points.ask({ id: 'q-1', point: opaPoint, question: { kind: 'dry-run' } }, 'ann');
    expect(await codeOf(start('something-else', 'q-1'))).toBe('order-mismatch');
    expect(await codeOf(start(workflowIds.pointQuestion('q-1'), 'q-1'))).toBe('answered');
    await recordHistory(world, workflowIds.pointQuestion('q-1'), 'point-question');
  });

  describe('at a firewall', () => {
    it('one packet is sent, and its way is told; what somebody changed is seen', async () => {
      // Not every machine lets namespaces be made; what a firewall does is the conformance suite's.
      if (!world.lab.supported) return;
      await putInForce(firewallPoint, 'nftables');
      expect(await test(firewallPoint, payments[4])).toMatchObject({ probe: { decision: 'allow', method: 'packet' }, agrees: true });
      expect(await test(firewallPoint, stranger[4])).toMatchObject({ probe: { decision: 'deny', method: 'packet' }, agrees: true });
      expect(await dryRun(firewallPoint)).toMatchObject({ steps: [] });
      const [file, ...args] = [...world.lab.firewallExec, 'nft', 'flush', 'ruleset'];
      execFileSync(file, args, { env: { PATH: `${process.env['PATH']}:/usr/sbin:/sbin` } });
      expect(await dryRun(firewallPoint)).toMatchObject({ steps: [expect.stringContaining('sha256:')] });
      expect(await test(firewallPoint, stranger[4])).toMatchObject({
        probe: { decision: 'allow' },
        policy: { decision: 'deny' },
        agrees: false,
      });
    });
  });
});

async function enforce({ store }: RealWorld): Promise<void> {
  await store.context.saveInventory(inventory, 'system:test');
  const policy = 'cardholder';
  await store.policies.saveDraft(policyOf(strictRules), 'ann');
  await store.policies.approve({ policy, version: 1, by: 'max', approval: 'apr-1' });
  for (const target of ['rego', 'nftables'] as const)
    await store.policies.saveCompilation({ policy, version: 1, artifact: artifacts(target).strict, losses: [], by: 'ann' });
  await store.policies.enforce({ policy, version: 1, by: 'system:test' });
}
