/** Quick steps run ahead of their workflow, and long waits outlive everyone: killed with -9 in the middle, every run ends as if nothing had been. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunDetail } from '../../api/contract/runs.ts';
import { workflowIds } from '../../workflows/messages.ts';
import { prepareGround } from './ground.ts';
import { insist, untilDefined } from './insist.ts';

const quick = `playbook: quick-steps
version: 1.0.0
title: Reads and steps between them, a note among them
triggers: [{ manual: { roles: [analyst] } }]
steps:
  - { id: look, action: intel.lookup, with: { indicator: 203.0.113.9 } }
  - id: turns
    while: { if: index < 40, max: 40, steps: [{ id: turn, action: control.noop, with: { value: '\${index}' } }] }
  - id: radius
    action: context.blast-radius
    with: { asset: ws-17 }
  - { id: said, action: control.noop, with: { value: '\${look.verdict}' } }
outputs: { turns: turns.turns, peers: radius.peers, verdict: said.value }
`;
const long = `playbook: long-wait
version: 1.0.0
title: A wait of 90 days
triggers: [{ manual: { roles: [analyst] } }]
steps: [{ id: wait, wait: 90d }]
`;
const dayMs = 86_400_000;

describe('killed with -9 among quick steps, and in a long wait', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'edict-kill-quick-'));
  let ground: Awaited<ReturnType<typeof prepareGround>>;

  beforeAll(async () => {
    ground = await prepareGround(dataDir, 'edict-kill-quick');
    for (const source of [quick, long])
      await insist((idempotencyKey) => ground.engineer.call('playbooks.publish', { body: { source } }, { idempotencyKey }));
  }, 120_000);

  afterAll(async () => {
    await ground?.close();
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  const order = async (name: string): Promise<string> => {
    const call = (idempotencyKey: string) => ground.analyst.call('playbooks.run', { params: { name }, body: {} }, { idempotencyKey });
    return (await insist(call)).run;
  };
  const detailOf = (run: string): Promise<RunDetail> => insist(() => ground.analyst.call('runs.get', { params: { run } }));
  const ended = (run: string): Promise<RunDetail> =>
    untilDefined('the end of the run', async () => {
      const detail = await detailOf(run);
      return detail.status === 'ended' ? detail : undefined;
    });

  it('every run comes to the end that it would have had, whether its worker died before, within or after its last task', async () => {
    const first = await ended(await order('quick-steps'));
    const runs: string[] = [];
    const ordering = (async () => {
      for (let count = 0; count < 24; count++) runs.push(await order('quick-steps'));
    })();
    for (let kills = 0; kills < 4; kills++) {
      await sleep(300 + kills * 170);
      ground.stack.kill('worker');
      await ground.stack.up('worker');
    }
    await ordering;
    for (const run of runs) {
      const { view } = await ended(run);
      expect(view).toMatchObject({ status: 'ended', outcome: 'done', outputs: first.view?.outputs });
      expect(view?.steps.map(({ step, status }) => [step, status])).toEqual(first.view?.steps.map(({ step, status }) => [step, status]));
    }
    expect(new Set(runs).size).toBe(24);
    const connection = await Connection.connect({ address: ground.stack.addresses.temporal });
    const client = new Client({ connection, namespace: ground.stack.addresses.temporalNamespace });
    // The end is on record before the workflow has ended: the task that a worker died in is done again by the next one.
    for (const run of runs)
      await untilDefined(`the end of the workflow of ${run}`, async () => {
        const { status } = await client.workflow.getHandle(workflowIds.playbookRun(run)).describe();
        if (status.name !== 'RUNNING') expect(status.name).toBe('COMPLETED');
        return status.name === 'COMPLETED' ? true : undefined;
      });
    await connection.close();
  }, 240_000);

  it('a wait of 90 days is a timer of the server, and is there after the worker, the server and the database died', async () => {
    const began = Date.now();
    const run = await order('long-wait');
    const waiting = (): Promise<number> =>
      untilDefined('the end of the wait', async () => (await detailOf(run)).view?.steps.find(({ step }) => step === 'wait')?.untilMs);
    const untilMs = await waiting();
    expect(Math.abs(untilMs - began - 90 * dayMs)).toBeLessThan(60_000);
    for (const part of ['worker', 'temporal', 'postgres'] as const) ground.stack.kill(part);
    await Promise.all((['postgres', 'temporal', 'worker'] as const).map((part) => ground.stack.up(part)));
    await untilDefined('a live view', async () => ((await detailOf(run)).stale ? undefined : true));
    // A workflow's clock is a moment later where a quick answer is replayed; the timer itself is the server's.
    expect(Math.abs((await waiting()) - untilMs)).toBeLessThan(5_000);
    const connection = await Connection.connect({ address: ground.stack.addresses.temporal });
    const client = new Client({ connection, namespace: ground.stack.addresses.temporalNamespace });
    const { events } = await client.workflow.getHandle(workflowIds.playbookRun(run)).fetchHistory();
    const [timer, ...others] = (events ?? []).flatMap(({ timerStartedEventAttributes }) => timerStartedEventAttributes ?? []);
    expect(others).toEqual([]);
    expect(Number(timer?.startToFireTimeout?.seconds) * 1000).toBeGreaterThan(90 * dayMs - 60_000);
    await connection.close();
  }, 180_000);
});
