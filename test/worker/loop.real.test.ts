import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { nothingDesired } from '../../connectors/desired.ts';
import { buildBundle } from '../../connectors/opa/bundle.ts';
import { servedConnections } from '../../connectors/opa/served.ts';
import type { Inventory } from '../../domain/context/inventory.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import { messageNames, taskQueues, workflowIds, workflowTypes } from '../../workflows/messages.ts';
import { describeWith } from '../stack/fixture.ts';
import { castVote, eventually, opaDecision, opaPoint, person, recordHistory, signedVote, startRealWorld, startRun } from './real-world.ts';
import type { RealWorld } from './real-world.ts';

const asset = (name: string, address: string, more: { services?: string[]; groups?: string[] } = {}) => ({
  name,
  addresses: [address],
  zone: 'servers',
  services: more.services ?? [],
  groups: more.groups ?? [],
  owner: 'it',
  criticality: 'medium' as const,
});

const inventory: Inventory = {
  assets: [
    asset('pay-1', '10.1.0.10', { services: ['payments'] }),
    asset('db-1', '10.2.0.5', { groups: ['cardholder-db'] }),
    asset('ws-17', '10.3.0.17'),
  ],
  zones: [
    { name: 'servers', cidrs: ['10.0.0.0/8'] },
    { name: 'forensics', cidrs: ['10.9.0.0/24'] },
  ],
};

const rule = { kind: 'network' as const, requirement: 'r1' };
const document = {
  policy: 'cardholder',
  title: 'Who reaches the cardholder database',
  owner: 'payments',
  controls: ['nist-800-53r5:ac-4'],
  requirements: [{ id: 'r1', text: 'Only the payments service may connect to the cardholder database on port 5432.' }],
  rules: [
    {
      ...rule,
      id: 'payments',
      effect: 'allow' as const,
      match: { from: 'service:payments', to: 'group:cardholder-db', service: 'tcp/5432' },
    },
    { ...rule, id: 'nothing-else', effect: 'claim' as const, match: { from: 'any', to: 'group:cardholder-db', service: 'any' } },
  ],
  questions: [],
  tests: [],
};

const leased = `
playbook: leased
version: 1.0.0
title: Isolate for some seconds
steps:
  - id: isolate
    action: network.isolate
    with: { asset: ws-17, allow: ["zone:forensics"] }
    lease: 4s
    undo: network.release
`;

describeWith(['postgres', 'temporal', 'opa'], 'the worker on real engines', () => {
  let world: RealWorld;
  let worker: ChildProcess;

  beforeAll(async () => {
    world = await startRealWorld();
    await world.store.context.saveInventory(inventory, 'system:test');
    await person(world.store, 'ann', 'engineer');
    await person(world.store, 'max', 'manager');
    await person(world.store, 'mia', 'manager');
    worker = await world.startWorker();
  }, 120_000);

  afterAll(async () => {
    await world?.stop();
  }, 60_000);

  const openApproval = (run: (candidate: string) => boolean) =>
    eventually('an approval', async () =>
      (await world.store.approvals.list({ status: 'open' }, { limit: 50 })).items.find((one) => run(one.run)),
    );

  it('carries a policy from a draft to enforcement at a real OPA, by way of a denial', async () => {
    const { store, client } = world;
    await store.policies.saveDraft(document, 'ann');
    const handle = await client.workflow.start(workflowTypes.policyLifecycle, {
      workflowId: workflowIds.policyLifecycle('cardholder'),
      taskQueue: taskQueues.main,
      args: [{ policy: 'cardholder' }],
    });
    const first = await handle.executeUpdate<{ run: string }, []>(messageNames.submit);
    expect(first.run).toContain('generate');
    const refused = await openApproval((run) => run.includes('review'));
    await expect(castVote(world, refused, await signedVote(store, refused, 'ann'))).rejects.toThrow();
    await castVote(world, refused, await signedVote(store, refused, 'max', 'it cuts the backup off'));
    const back = await eventually('sent back', async () => {
      const row = await store.policies.get('cardholder');
      return row?.state === 'draft' && row.reason !== undefined ? row : undefined;
    });
    expect(back.draft).toBe(1);
    await recordHistory(world, handle.workflowId, 'policy-denied', handle.firstExecutionRunId);
    expect(await opaDecision(world.opa, '10.3.0.17', '10.2.0.5', 5432)).toBeUndefined();

    const next = client.workflow.getHandle(handle.workflowId);
    await next.executeUpdate<{ run: string }, []>(messageNames.submit);
    const second = await next.describe();
    const granted = await openApproval((run) => run.includes('review') && run !== refused.run);
    await castVote(world, granted, await signedVote(store, granted, 'max'));
    await eventually('enforced', async () => (await store.policies.get('cardholder'))?.state === 'enforced', 60_000);
    expect(await opaDecision(world.opa, '10.1.0.10', '10.2.0.5', 5432)).toBe('allow');
    expect(await opaDecision(world.opa, '10.3.0.17', '10.2.0.5', 5432)).toBe('deny');
    await recordHistory(world, handle.workflowId, 'policy-enforced', second.runId);
    const proofs = await store.policies.proofs('cardholder', 1);
    expect(proofs.map(({ target, equal }) => [target, equal])).toEqual(expect.arrayContaining([['rego', true]]));
    expect(proofs.find(({ target }) => target === 'rego')?.detail['engine']).toMatch(/^opa /);
    const effects = await store.effects.list({}, { limit: 50 });
    expect(effects.items.map(({ action, status }) => [action, status])).toEqual(
      (await store.points.list()).map(() => ['enforcement.apply', 'confirmed']),
    );
  }, 120_000);

  it('does nothing for a run that nobody ordered, and for an order under another workflow id', async () => {
    const { store } = world;
    const unordered = await startRun(world, 'made-up');
    await expect(unordered.result()).rejects.toThrow();
    const playbook = await store.playbooks.get('monitor');
    await store.runs.order(
      {
        run: 'm1',
        playbook: 'monitor',
        version: playbook!.version,
        planDigest: playbook!.digest,
        inputs: { point: opaPoint },
        requester: 'ann',
      },
      'ann',
    );
    const other = await startRun(world, 'm1', 'run/other');
    await expect(other.result()).rejects.toThrow();
    expect((await store.runs.get('m1'))?.status).toBe('ordered');
    const own = await startRun(world, 'm1');
    expect(await own.result()).toMatchObject({ outcome: 'done' });
  }, 60_000);

  it('turns a signal into an incident, a contained host after one approval, and gives it back when the lease ends', async () => {
    const { store, client, opa } = world;
    const signal = {
      id: 'sig-1',
      kind: 'beacon',
      severity: 'critical' as const,
      at: new Date().toISOString(),
      title: 'ws-17 beacons',
      source: 'ws-17',
      destination: '203.0.113.9',
      key: 'ws-17',
      attributes: {},
    };
    await store.signals.accept(signal, 'test');
    await client.workflow.signalWithStart(workflowTypes.incidentResponse, {
      workflowId: workflowIds.incidentResponse('ws-17'),
      taskQueue: taskQueues.main,
      args: [{ key: 'ws-17' }],
      signal: messageNames.signalReceived,
      signalArgs: [{ signal: 'sig-1' }],
    });
    for (const nonsense of [null, {}, { signal: 7 }, { signal: 'made-up' }]) {
      await client.workflow.getHandle(workflowIds.incidentResponse('ws-17')).signal(messageNames.signalReceived, nonsense);
    }
    const approval = await openApproval((run) => run.startsWith('contain-host'));
    expect(await opaDecision(opa, '10.3.0.17', '203.0.113.9', 443)).toBe('not-applicable');

    const forged = await signedVote(store, approval, 'max');
    await client.workflow
      .getHandle(workflowIds.playbookRun(approval.run))
      .signal(messageNames.voteSignal, { ...forged, signature: 'A'.repeat(43) });
    await eventually('the forged vote in the ledger', async () =>
      (await store.audit.list({ subject: `approval/${approval.id}` }, { limit: 50 })).items.find(
        (row) => row.event === 'approval-vote-refused',
      ),
    );
    expect((await store.approvals.get(approval.id))?.status).toBe('open');
    expect(await opaDecision(opa, '10.3.0.17', '203.0.113.9', 443)).toBe('not-applicable');

    for (let vote = 0, voters = ['max', 'mia']; vote < approval.quorum; vote += 1)
      await castVote(world, approval, await signedVote(store, approval, voters[vote] ?? ''));
    await eventually('isolated', async () => (await opaDecision(opa, '10.3.0.17', '203.0.113.9', 443)) === 'deny');
    const incident = await eventually('the incident', () => store.incidents.byKey('ws-17'));
    expect(incident).toMatchObject({ severity: 'critical', signals: ['sig-1'] });
    expect(await store.signals.counts()).toMatchObject({ handled: 1, open: 0 });

    await store.runs.recordCancel(approval.run, 'max', 'false alarm');
    await client.workflow
      .getHandle(workflowIds.playbookRun(approval.run))
      .signal(messageNames.cancel, { by: 'max', reason: 'false alarm' });
    await eventually('given back', async () => (await opaDecision(opa, '10.3.0.17', '203.0.113.9', 443)) === 'not-applicable');
    await eventually('undone in the ledger', async () =>
      (await store.effects.list({ run: approval.run }, { limit: 10 })).items.every(({ status }) => status === 'undone'),
    );
    await eventually('the end on the incident', async () =>
      (await store.incidents.byKey('ws-17'))?.notes.find(({ text }) => text.includes('ended: cancelled')),
    );
    await recordHistory(world, workflowIds.incidentResponse('ws-17'), 'incident-contained');
    expect(await store.audit.verify()).toMatchObject({ ok: true });
  }, 90_000);

  it('gives a host back by itself when the lease ends, though the worker was killed meanwhile', async () => {
    const { store, opa } = world;
    const { plan } = compilePlaybook(leased, 'leased.yaml');
    await store.playbooks.publish({ source: leased, plan }, 'ann');
    await store.runs.order(
      { run: 'l1', playbook: plan.playbook, version: plan.version, planDigest: plan.digest, inputs: {}, requester: 'ann' },
      'ann',
    );
    const handle = await startRun(world, 'l1');
    await eventually('isolated', async () => (await opaDecision(opa, '10.3.0.17', '10.9.1.1', 443)) === 'deny');
    worker.kill('SIGKILL');
    worker = await world.startWorker();
    expect(await handle.result()).toMatchObject({ outcome: 'done' });
    expect(await opaDecision(opa, '10.3.0.17', '10.9.1.1', 443)).toBe('not-applicable');
    expect((await store.effects.list({ run: 'l1' }, { limit: 10 })).items).toMatchObject([{ action: 'network.isolate', status: 'undone' }]);
  }, 90_000);

  it('undoes once what it was undoing when it was killed', async () => {
    const { store, opa } = world;
    const { plan } = compilePlaybook(leased, 'leased.yaml');
    await store.runs.order(
      { run: 'l2', playbook: plan.playbook, version: plan.version, planDigest: plan.digest, inputs: {}, requester: 'ann' },
      'ann',
    );
    const handle = await startRun(world, 'l2');
    await eventually('isolated', async () => (await store.effects.get('l2/isolate/1'))?.status === 'confirmed');
    // The lease ends at a point that hangs: the undo is under way, holding the point's lock.
    opa.freeze();
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    worker.kill('SIGKILL');
    opa.thaw();
    worker = await world.startWorker();
    expect(await handle.result()).toMatchObject({ outcome: 'done' });
    expect(await store.effects.get('l2/isolate/1')).toMatchObject({ status: 'undone' });
    const events = (await store.audit.list({ subject: 'effect/l2/isolate/1' }, { limit: 50 })).items.map(({ event }) => event);
    expect(events.filter((event) => event === 'effect-undone')).toHaveLength(1);
    expect((await store.points.get(opaPoint))?.desired.isolations).toEqual([]);
    expect(await opaDecision(opa, '10.3.0.17', '10.9.1.1', 443)).toBe('not-applicable');
  }, 120_000);

  it('finds what somebody changed at a point behind its back, and puts it back', async () => {
    const { store, opa } = world;
    const key = { keyId: 'edict', privateKeyPem: (await store.secrets.get('bundle-signing-key')) ?? '' };
    const empty = buildBundle({
      served: servedConnections,
      artifact: undefined,
      applied: { ...nothingDesired, key: 'behind', before: nothingDesired },
      key,
    });
    await store.bundles.put({ point: opaPoint, ...empty });
    await eventually('the older bundle in OPA', async () => (await opaDecision(opa, '10.3.0.17', '10.2.0.5', 5432)) !== 'deny', 15_000);
    await eventually('healed', async () => (await opaDecision(opa, '10.3.0.17', '10.2.0.5', 5432)) === 'deny', 40_000);
    const runs = await store.runs.list({}, { limit: 50 });
    expect(runs.items.filter(({ playbook, requester }) => playbook === 'monitor' && requester === 'system:watch').length).toBeGreaterThan(
      0,
    );
    await recordHistory(world, workflowIds.watch('default'), 'watch-healed');
    await eventually('in force', async () => (await store.points.get(opaPoint))?.health === 'in-force');
  }, 90_000);

  it('ends at once when it is told to, and a second worker goes on', async () => {
    const { store } = world;
    const second = await world.startWorker();
    const ended = new Promise<number | null>((resolve) => worker.once('exit', resolve));
    const askedAt = Date.now();
    worker.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(Date.now() - askedAt).toBeLessThan(10_000);
    worker = second;
    const playbook = await store.playbooks.get('report');
    const order = { run: 'w1', playbook: 'report', version: playbook!.version, planDigest: playbook!.digest, inputs: {}, requester: 'ann' };
    await store.runs.order(order, 'ann');
    const view = await (await startRun(world, 'w1')).result();
    expect(view).toMatchObject({ outcome: 'done', outputs: { report: expect.stringMatching(/^report-/) } });
    const report = await store.reports.get((view as { outputs: { report: string } }).outputs.report);
    expect(JSON.stringify(report?.json)).toContain('cardholder');
    expect(report?.html).toContain('<html');
  }, 90_000);
});
