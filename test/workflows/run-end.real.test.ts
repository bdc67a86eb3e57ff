/** The end of a run that only read, recorded on its way out, on a real Temporal server and a real store. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../stack/fixture.ts';
import { childWorld, type ChildWorld } from './child-world.ts';
import type { RunningWorker } from './run-fixture.ts';

const reads = `playbook: reads
version: 1.0.0
title: Only reads
steps: [{ id: a, action: control.noop, with: { value: 7 } }]
outputs: { value: a.value }
`;
const asks = `playbook: asks
version: 1.0.0
title: Only reads, through the server
steps: [{ id: a, action: network.probe, with: { from: a, to: b, expect: allow } }]
outputs: { decision: a.decision }
`;
const follows = `playbook: follows
version: 1.0.0
title: What follows
triggers: [{ playbook: { name: asks, outcome: done } }]
steps: [{ id: a, action: control.noop, with: { value: 1 } }]
`;

describeWith(['postgres', 'temporal'], 'the end of a run on its way out', () => {
  let world: ChildWorld;
  let worker: RunningWorker | undefined;

  beforeAll(async () => {
    world = await childWorld();
    await world.publish(reads, asks);
  }, 90_000);
  afterEach(() => worker?.stop());
  afterAll(() => world.end());

  it('stands, and is there once, where the worker died after it had recorded it and before it could tell it', async () => {
    let died = 0;
    worker = await world.worker({}, async (view) => {
      await world.recordEnd(view);
      if (died++ === 0) throw new Error('the worker dies here');
    });
    const handle = await world.begin('reads');
    expect(await handle.result()).toMatchObject({ outcome: 'done', outputs: { value: 7 } });
    expect(died).toBe(2);
    const run = handle.workflowId.slice('run/'.length);
    expect(await world.store.runs.get(run)).toMatchObject({
      status: 'ended',
      outcome: 'done',
      view: { steps: [{ step: 'a', status: 'done' }] },
    });
    const { items } = await world.store.audit.list({ subject: handle.workflowId }, { limit: 100 });
    expect(items.filter(({ event }) => event === 'run-ended')).toHaveLength(1);
  }, 60_000);

  it('is recorded whatever the text of its outputs holds', async () => {
    worker = await world.worker({ 'network.probe': async () => ({ decision: 'a\u0000b\ud800c\u2028', probes: [] }) });
    const handle = await world.begin('asks');
    expect(await handle.result()).toMatchObject({ outcome: 'done' });
    const { view } = (await world.store.runs.get(handle.workflowId.slice('run/'.length))) ?? {};
    expect(view?.outputs).toEqual({ decision: 'a\ufffdb\ufffdc\u2028' });
  }, 60_000);

  it('orders what follows it, where that was published only while it ran', async () => {
    worker = await world.worker({
      'network.probe': async () => {
        await world.publish(follows);
        return { decision: 'allow', probes: [] };
      },
    });
    const handle = await world.begin('asks');
    await handle.result();
    const { items } = await world.store.runs.list({}, { limit: 100 });
    // It is started as any order is that no workflow has started: by the outbox of the API.
    expect(items.filter(({ playbook }) => playbook === 'follows')).toMatchObject([{ status: 'ordered', origin: { kind: 'after' } }]);
  }, 60_000);
});
