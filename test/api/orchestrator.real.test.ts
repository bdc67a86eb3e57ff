import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { temporalOrchestrator } from '../../api/orchestrator.ts';
import type { Orchestrator } from '../../api/orchestrator.ts';
import { digestOf } from '../../domain/digest.ts';
import { workflowIds } from '../../workflows/messages.ts';
import { describeWith, testTemporal } from '../stack/fixture.ts';

const vote = {
  vote: { approval: 'a', digest: digestOf('x'), decision: 'approve' as const, by: 'manager', at: '2026-11-25T12:00:00Z' },
  signature: 's',
};

describeWith(['temporal'], 'the way to Temporal', () => {
  let connection: Connection;
  let client: Client;
  let orchestrator: Orchestrator;
  beforeAll(async () => {
    const { address, namespace } = testTemporal();
    connection = await Connection.connect({ address });
    client = new Client({ connection, namespace });
    orchestrator = temporalOrchestrator(client);
  });
  afterAll(() => connection.close());
  const events = async (workflowId: string) => (await client.workflow.getHandle(workflowId).fetchHistory()).events ?? [];

  it('starts a run once, however often it is told, and not again when it has ended', async () => {
    const run = `run-${randomUUID()}`;
    await Promise.all([orchestrator.startRun(run), orchestrator.startRun(run)]);
    await orchestrator.startRun(run);
    const handle = client.workflow.getHandle(workflowIds.playbookRun(run));
    const { runId, type } = await handle.describe();
    expect(type).toBe('playbookRun');
    await handle.terminate();
    await orchestrator.startRun(run);
    expect((await handle.describe()).runId).toBe(runId);
  });

  it('hands a signal to its incident, which it starts where there is none', async () => {
    const key = `beacon:${randomUUID()}`;
    await orchestrator.deliverSignal(key, 's-1');
    await orchestrator.deliverSignal(key, 's-2');
    const signals = (await events(workflowIds.incidentResponse(key))).filter(
      ({ workflowExecutionSignaledEventAttributes: signal }) => signal != null,
    );
    expect(signals).toHaveLength(2);
    await client.workflow.getHandle(workflowIds.incidentResponse(key)).terminate();
  });

  it('tells a lifecycle of a draft, and starts it where there is none', async () => {
    const policy = `p-${randomUUID()}`;
    await orchestrator.drafted(policy);
    await orchestrator.drafted(policy);
    const handle = client.workflow.getHandle(workflowIds.policyLifecycle(policy));
    expect((await handle.describe()).type).toBe('policyLifecycle');
    await handle.terminate();
  });

  it('says that a run which is not there has ended, or has not started', async () => {
    await expect(orchestrator.vote('none', vote, 'u')).rejects.toMatchObject({ code: 'run-state-wrong' });
    await expect(orchestrator.cancel('none', { by: 'x', reason: 'y' })).rejects.toMatchObject({ code: 'run-state-wrong' });
    expect(await orchestrator.runView('none', 500)).toBeUndefined();
  });

  it('does not wait long for a view that no worker answers', async () => {
    const run = `run-${randomUUID()}`;
    await orchestrator.startRun(run);
    const since = performance.now();
    expect(await orchestrator.runView(run, 500)).toBeUndefined();
    expect(performance.now() - since).toBeLessThan(3000);
    await client.workflow.getHandle(workflowIds.playbookRun(run)).terminate();
  });

  it('says within its deadline that Temporal is away', async () => {
    const away = Connection.lazy({ address: '127.0.0.1:1' });
    const there = temporalOrchestrator(new Client({ connection: away }));
    const since = performance.now();
    await expect(there.startRun('x')).rejects.toMatchObject({ code: 'dependency-unavailable' });
    await expect(there.ping()).rejects.toMatchObject({ code: 'dependency-unavailable' });
    expect(performance.now() - since).toBeLessThan(20_000);
    await away.close();
  }, 30_000);
});
