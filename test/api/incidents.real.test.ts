/** An incident from its signal to its recovery, as the API tells it, from what the store really wrote. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { digestOf } from '../../domain/digest.ts';
import { describeWith } from '../stack/fixture.ts';
import { openHarness } from './harness.ts';
import type { Harness } from './harness.ts';
import { guarded } from '../activities/guard-fixture.ts';

type Timeline = readonly { readonly event: string; readonly phase: string; readonly sinceMs: number; readonly subject: string }[];

describeWith(['postgres', 'opa'], 'an incident', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness();
  });
  afterAll(() => harness.close());

  /** As triage, a playbook and two connectors would do it. */
  const wholeIncident = async (name: string): Promise<string> => {
    const { store } = harness;
    const at = new Date(Date.now() - 60_000).toISOString();
    const payload = { id: `sig-${name}`, kind: 'beacon', severity: 'high', title: name, source: name, at };
    expect((await harness.ask('analyst', 'POST', '/v1/signals', { payload })).statusCode).toBe(202);
    const { id } = await store.incidents.upsert({ key: name, title: name, severity: 'high', signals: [`sig-${name}`] });
    await store.signals.settle(`sig-${name}`, 'handled', id);
    const run = `run-${name}`;
    const order = { run, playbook: 'contain', version: '1', planDigest: 'sha256:x', inputs: {}, requester: 'system:trigger/contain' };
    await store.runs.order({ ...order, incident: id }, 'system:trigger/contain');
    await store.runs.started(run);
    const plan = { run, playbook: 'contain', version: '1', step: 'ask', effects: [] };
    const ask = { plan, digest: digestOf(plan), summary: 's', facts: {}, roles: ['manager'], quorum: 2, requester: order.requester };
    const approval = await store.approvals.open({ ...ask, expiresAt: new Date(Date.now() + 60_000).toISOString() });
    for (const by of ['manager', 'manager-2'])
      await store.approvals.vote({ approval: approval.id, digest: approval.digest, decision: 'approve', by, at: new Date().toISOString() });
    const key = `${run}/isolate/1`;
    await store.effects.intend(
      { key, run, step: 'isolate', action: 'network.isolate', targets: ['fw'], params: {}, ...guarded },
      order.requester,
    );
    await store.effects.applied(key, {});
    await store.effects.confirmed(key);
    await store.effects.undone(key, order.requester);
    return id;
  };

  it('is told with its timeline and with how long it took, and with nothing of another', async () => {
    const id = await wholeIncident('ws-1');
    await wholeIncident('ws-10');
    const shown = (await harness.ask('auditor', 'GET', `/v1/incidents/${id}`)).json();
    const timeline = shown.timeline as Timeline;
    expect(timeline.map(({ event, phase }) => `${phase} ${event}`)).toEqual([
      'detect signal-accepted',
      'detect signal-delivered',
      'detect incident-opened',
      'detect signal-settled',
      'other run-ordered',
      'other run-started',
      'decide approval-opened',
      'decide approval-voted',
      'decide approval-voted',
      'decide approval-approved',
      'contain effect-intended',
      'contain effect-applied',
      'contain effect-confirmed',
      'recover effect-undone',
    ]);
    expect(timeline.filter(({ subject }) => subject.includes('ws-10'))).toEqual([]);
    expect(shown.effects).toMatchObject([{ key: 'run-ws-1/isolate/1', status: 'undone' }]);
    expect(shown.signals).toMatchObject([{ id: 'sig-ws-1' }]);
    const { detectMs, decideMs, containMs, recoverMs } = shown.metrics;
    expect(Math.abs(detectMs - 60_000)).toBeLessThan(10_000);
    expect(decideMs).toBeGreaterThan(0);
    expect(containMs).toBeGreaterThanOrEqual(decideMs);
    expect(recoverMs).toBeGreaterThanOrEqual(containMs);
    expect(recoverMs).toBe(timeline.at(-1)?.sinceMs);
  });

  it('has no times of what has not happened', async () => {
    const { id } = await harness.store.incidents.upsert({ key: 'new', title: 'n', severity: 'low', signals: [] });
    const shown = (await harness.ask('analyst', 'GET', `/v1/incidents/${id}`)).json();
    expect([shown.metrics, shown.timeline]).toMatchObject([{}, [{ event: 'incident-opened', sinceMs: 0 }]]);
    expect(Object.keys(shown.metrics)).toEqual([]);
  });

  it('counts in the summary over all', async () => {
    const summary = (await harness.ask('manager', 'GET', '/v1/incidents/metrics')).json();
    expect(summary).toMatchObject({
      incidents: 3,
      detectMs: { count: 2 },
      decideMs: { count: 2 },
      containMs: { count: 2 },
      recoverMs: { count: 2 },
    });
    expect(summary.containMs.worstMs).toBeGreaterThanOrEqual(summary.containMs.medianMs);
  });
});
