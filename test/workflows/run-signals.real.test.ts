/** Runs that wait for a signal, on a real Temporal server and a real store: by which roads it comes, and which are no signals. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { deliverSignal } from '../../api/incoming-signal.ts';
import { temporalOrchestrator } from '../../api/orchestrator.ts';
import type { Signal } from '../../domain/incident/signal.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import type { PlaybookRunInput } from '../../workflows/messages.ts';
import { messageNames, workflowIds, workflowTypes } from '../../workflows/messages.ts';
import { describeWith } from '../stack/fixture.ts';
import { childWorld, recordHistory, type ChildWorld } from './child-world.ts';
import { unique } from './run-fixture.ts';

const head = (name: string): string => `playbook: ${name}\nversion: 1.0.0\ntitle: t\n`;
const acknowledged = `${head('acknowledged')}steps:
  - { id: ack, wait: { signal: edr-ack, for: 1h } }
  - { id: told, action: control.noop, with: { value: '\${ack.signal.title}' } }
outputs: { title: told.value }
`;
/** Goes on in new executions while it waits. */
const busy = `${head('busy')}steps:
  - id: both
    parallel:
      branches:
        - [{ id: l, while: { if: index < 40, max: 100, steps: [{ id: a, action: incident.note, with: { text: note } }] } }]
        - [{ id: ack, wait: { signal: edr-ack, for: 1h } }]
outputs: { title: ack.signal.title }
`;

describeWith(['postgres', 'temporal'], 'signals for runs that wait', () => {
  let world: ChildWorld;

  beforeAll(async () => {
    world = await childWorld();
    await world.publish(acknowledged, busy);
  }, 90_000);
  afterAll(async () => {
    await world.end();
  });

  const signalOf = (key: string, title = 'isolated'): Signal => ({
    id: `sig-${unique()}`,
    kind: 'edr-ack',
    severity: 'low',
    at: '2026-01-01T00:00:00Z',
    title,
    key,
    attributes: {},
  });
  const accepted = async (signal: Signal): Promise<Signal> => (await world.store.signals.accept(signal, 'token:ann')).row;
  // The incident itself would go to the workers of the product.
  const orchestrator = () => ({ ...temporalOrchestrator(world.bench.client), deliverSignal: async () => undefined });
  const deliver = (signal: Signal): Promise<void> => deliverSignal({ store: world.store, orchestrator: orchestrator() }, signal);

  /** A run of an incident, waiting. */
  async function waiting(playbook = 'acknowledged', input: Partial<PlaybookRunInput> = {}) {
    const key = `edr-ack:${unique()}`;
    const opening = await accepted({ ...signalOf(key), kind: 'beacon' });
    const incident = await world.store.incidents.upsert({ key, title: 't', severity: 'low', signals: [opening.id] });
    const handle = await world.begin(playbook, { incident: incident.id }, input);
    await until(async () => (await viewOf(handle)).steps.some(({ step, status }) => step === 'ack' && status === 'waiting'));
    return { key, handle };
  }

  it('one that a door takes reaches the run at once, and goes on with it', async () => {
    const worker = await world.worker();
    const { key, handle } = await waiting();
    await deliver(await accepted(signalOf(key)));
    expect(await handle.result()).toMatchObject({ outcome: 'done', outputs: { title: 'isolated' } });
    await recordHistory(handle, 'signal-waited');
    await worker.stop();
  }, 60_000);

  it('one that reaches the incident alone is passed on to the runs that wait', async () => {
    const worker = await world.worker();
    const { key, handle } = await waiting();
    const { id } = await accepted(signalOf(key));
    await world.bench.client.workflow.signalWithStart(workflowTypes.incidentResponse, {
      workflowId: workflowIds.incidentResponse(key),
      taskQueue: world.bench.taskQueue,
      args: [{ key }],
      signal: messageNames.signalReceived,
      signalArgs: [{ signal: id }],
    });
    expect((await handle.result()).outcome).toBe('done');
    await worker.stop();
  }, 60_000);

  it('what no door recorded for the incident of the run is ignored, on record', async () => {
    const worker = await world.worker();
    const { key, handle } = await waiting();
    const other = await accepted(signalOf(`edr-ack:${unique()}`));
    for (const rubbish of [
      undefined,
      null,
      7,
      {},
      { signal: 8 },
      { signal: 'made-up' },
      { signal: other.id },
      { signal: 'x'.repeat(5_000) },
    ])
      await handle.signal(messageNames.incidentSignal, rubbish);
    await until(async () => (await refusals(handle)).length === 2);
    expect(new Set(await refusals(handle))).toEqual(new Set(['made-up', other.id]));
    expect((await viewOf(handle)).steps).toMatchObject([{ step: 'ack', status: 'waiting' }]);
    await deliver(await accepted(signalOf(key, 'the real one')));
    expect((await handle.result()).outputs).toEqual({ title: 'the real one' });
    await worker.stop();
  }, 60_000);

  it('reaches a run whose worker died, once another is there', async () => {
    const first = await world.worker();
    const { key, handle } = await waiting();
    await first.stop();
    await deliver(await accepted(signalOf(key)));
    const second = await world.worker();
    expect((await handle.result()).outcome).toBe('done');
    await second.stop();
  }, 60_000);

  it('is not lost while the run goes on in new executions', async () => {
    const worker = await world.worker();
    const { key, handle } = await waiting('busy', { continueAfterEvents: 30 });
    await sleep(100);
    await deliver(await accepted(signalOf(key)));
    expect(await handle.result()).toMatchObject({ outcome: 'done', outputs: { title: 'isolated' } });
    await worker.stop();
  }, 60_000);

  async function refusals(handle: WorkflowHandle): Promise<readonly unknown[]> {
    const { items } = await world.store.audit.list({ subject: handle.workflowId }, { limit: 500 });
    return items.flatMap(({ event, detail }) => (event === 'signal-refused' ? [detail['signal']] : []));
  }
});

const viewOf = (handle: WorkflowHandle): Promise<RunView> => handle.query<RunView>(messageNames.state);

async function until(look: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await look()) return;
    await sleep(50);
  }
  throw new Error('never came');
}
