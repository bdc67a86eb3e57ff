/** The interpreter workflow on a real Temporal server, with activities in memory. */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { ActionCall, LoadedRun } from '../../activities/contract.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import type { SignedVote } from '../../domain/playbook/approval.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import { messageNames, workflowIds, workflowTypes, type PlaybookRunInput } from '../../workflows/messages.ts';
import { payloadCodec } from '../../store/payload-codec.ts';
import { describeWith, testTemporal } from '../stack/fixture.ts';
import { memoryValues } from '../store/memory-values.ts';
import { emptyMemory, genuine, memoryActivities, refuse, type Fakes, type Memory, type MemoryApproval } from './memory-activities.ts';
import { benchOn, containHost, root, unique, type Bench } from './run-fixture.ts';

const signal = {
  id: 's',
  kind: 'beacon',
  severity: 'critical',
  at: '2026-01-01T00:00:00Z',
  title: 't',
  source: 'ws-17',
  destination: '203.0.113.9',
  key: 'k',
  attributes: {},
} as const;
const answers: Fakes = {
  'intel.lookup': () => ({ verdict: 'malicious', indicators: [] }),
  'context.blast-radius': () => ({ critical: 0, peers: 1, hosts: [] }),
  'network.isolate': () => ({ receipt: 'r', points: ['fw-1'] }),
  'network.probe': () => ({ decision: 'deny', probes: [] }),
  'policy.propose': () => ({ policy: 'p', version: 1 }),
};

describeWith(['temporal'], 'playbookRun on Temporal', () => {
  let bench: Bench;
  let memory: Memory;

  beforeAll(async () => {
    bench = await benchOn(testTemporal());
  }, 60_000);
  afterAll(async () => {
    await bench.close();
  });
  beforeEach(() => {
    memory = emptyMemory();
  });

  async function begin(
    order: Partial<LoadedRun> = {},
    input: Partial<PlaybookRunInput> = {},
  ): Promise<WorkflowHandle<(input: PlaybookRunInput) => Promise<RunView>>> {
    const run = `r-${unique()}`;
    memory.runs.set(run, { plan: containHost(), inputs: { lease: '1s' }, signal, requester: 'system:signal', incident: 'inc-1', ...order });
    return bench.client.workflow.start<(input: PlaybookRunInput) => Promise<RunView>>(workflowTypes.playbookRun, {
      workflowId: workflowIds.playbookRun(run),
      taskQueue: bench.taskQueue,
      args: [{ ...input, run }],
    });
  }

  async function opened(handle: WorkflowHandle): Promise<MemoryApproval> {
    for (let tries = 0; tries < 200; tries++) {
      const view = await handle.query<RunView>(messageNames.state);
      const approval = view.steps.find((step) => step.status === 'waiting' && step.approval !== undefined)?.approval;
      if (approval !== undefined) return memory.approvals.get(approval)!;
      await sleep(50);
    }
    throw new Error('no approval was opened');
  }

  const vote = ({ id, digest }: MemoryApproval, change: Partial<SignedVote['vote']> = {}, signature = genuine): SignedVote => ({
    vote: {
      approval: id,
      digest: digest as SignedVote['vote']['digest'],
      decision: 'approve',
      by: 'manager-1',
      at: '2026-01-01T00:00:00Z',
      ...change,
    },
    signature,
  });
  const cast = (handle: WorkflowHandle, signed: SignedVote) => handle.executeUpdate(messageNames.vote, { args: [signed] });
  const codeOf = async (attempt: Promise<unknown>): Promise<string> => {
    const error = await attempt.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) return error.cause.type ?? '';
    return error === undefined ? 'accepted' : `unexpected: ${error instanceof Error ? error.message : 'no error'}`;
  };
  const effects = (handle: WorkflowHandle) =>
    [...memory.effects.values()].filter(({ key }) => key.startsWith(`${handle.workflowId.slice(4)}/`));

  it('isolates after an approval by update, and gives the host back when the lease ends', async () => {
    const worker = await bench.worker(memoryActivities(memory, answers));
    const handle = await begin();
    const approval = await opened(handle);
    expect((await handle.query<RunView>(messageNames.state)).status).toBe('waiting-for-people');
    expect(await cast(handle, vote(approval))).toEqual({ status: 'approved', approvals: 1, quorum: 1 });
    const view = await handle.result();
    expect(view).toMatchObject({ outcome: 'done', status: 'ended', outputs: { contained_for: '1s', decision: 'deny' } });
    expect(effects(handle)).toMatchObject([{ action: 'network.isolate', times: 1, undone: 1 }]);
    expect(memory.calls.find(({ action }) => action === 'network.isolate')?.call.approval).toBe(approval.id);
    expect(memory.views.get(view.run)?.outcome).toBe('done');
    await record('contain-host-approved', handle);
    await worker.stop();
  }, 60_000);

  it('takes a vote by signal with the same payload', async () => {
    const worker = await bench.worker(memoryActivities(memory, answers));
    const handle = await begin();
    await handle.signal(messageNames.voteSignal, vote(await opened(handle)));
    expect((await handle.result()).outcome).toBe('done');
    await worker.stop();
  }, 60_000);

  it('leaves the host alone when a manager denies', async () => {
    const worker = await bench.worker(memoryActivities(memory, answers));
    const handle = await begin();
    await cast(handle, vote(await opened(handle), { decision: 'deny', reason: 'a scanner' }));
    expect(await handle.result()).toMatchObject({ outcome: 'denied' });
    expect(effects(handle)).toEqual([]);
    await worker.stop();
  }, 60_000);

  it('expires when nobody answers, and the store has the last word', async () => {
    const worker = await bench.worker(memoryActivities(memory, answers));
    const handle = await begin({ inputs: { lease: '1s', expires: '1s' } });
    expect(await handle.result()).toMatchObject({ outcome: 'expired' });
    expect([...memory.approvals.values()]).toMatchObject([{ status: 'expired' }]);
    await worker.stop();
  }, 60_000);

  it('refuses votes that are forged, repeated, on another plan, by the requester, or on what is closed', async () => {
    const worker = await bench.worker(
      memoryActivities(memory, { ...answers, 'context.blast-radius': () => ({ critical: 1, peers: 1, hosts: [] }) }),
    );
    const handle = await begin({ requester: 'analyst-1' });
    const approval = await opened(handle);
    expect(await codeOf(cast(handle, vote(approval, {}, 'made up')))).toBe('statement-forged');
    expect(await codeOf(cast(handle, vote(approval, { digest: 'sha256:00' })))).toBe('approval-digest-changed');
    expect(await codeOf(cast(handle, vote(approval, { by: 'analyst-1' })))).toBe('approval-by-requester');
    expect(await codeOf(cast(handle, vote(approval, { approval: 'ap-other' })))).toBe('approval-closed');
    expect(await codeOf(cast(handle, {} as SignedVote))).toBe('input-invalid');
    expect(await codeOf(cast(handle, vote(approval)))).toBe('accepted');
    expect(await codeOf(cast(handle, vote(approval)))).toBe('approval-vote-repeated');
    await handle.signal(messageNames.voteSignal, vote(approval));
    await handle.signal(messageNames.voteSignal, vote(approval, { by: 'manager-3' }, 'made up'));
    expect((await handle.query<RunView>(messageNames.state)).status).toBe('waiting-for-people');
    expect(effects(handle)).toEqual([]);
    expect(await codeOf(cast(handle, vote(approval, { by: 'manager-2' })))).toBe('accepted');
    expect((await handle.result()).outcome).toBe('done');
    await worker.stop();
  }, 60_000);

  it('goes on with another worker when the one that ran it is gone, and does nothing twice', async () => {
    const first = await bench.worker(memoryActivities(memory, answers));
    const handle = await begin();
    const approval = await opened(handle);
    await first.stop();
    const voted = cast(handle, vote(approval));
    const second = await bench.worker(memoryActivities(memory, answers));
    await voted;
    expect((await handle.result()).outcome).toBe('done');
    expect(effects(handle)).toMatchObject([{ times: 1, undone: 1 }]);
    await second.stop();
  }, 60_000);

  it('undoes what was done when a recorded order cancels it, and ignores a signal without one', async () => {
    const worker = await bench.worker(memoryActivities(memory, answers));
    const handle = await begin({ inputs: { lease: '10m' } });
    await cast(handle, vote(await opened(handle)));
    await until(async () => (await handle.query<RunView>(messageNames.state)).status === 'leased');
    await handle.signal(messageNames.cancel, { by: 'mallory', reason: 'because' });
    await handle.signal(messageNames.cancel);
    for (const rubbish of [
      undefined,
      null,
      7,
      'x',
      { vote: null },
      { vote: { approval: 1 } },
      { vote: { approval: '__proto__', digest: 'x', by: 'x' }, signature: 'x' },
    ])
      await handle.signal(messageNames.voteSignal, rubbish);
    await sleep(300);
    expect((await handle.query<RunView>(messageNames.state)).status).toBe('leased');
    const run = handle.workflowId.slice(4);
    memory.runs.set(run, { ...memory.runs.get(run)!, cancelledBy: 'manager-1' });
    await handle.signal(messageNames.cancel, { by: 'manager-1', reason: 'false alarm' });
    expect(await handle.result()).toMatchObject({ outcome: 'cancelled', error: { message: 'cancelled by manager-1: false alarm' } });
    expect(effects(handle)).toMatchObject([{ times: 1, undone: 1 }]);
    await worker.stop();
  }, 60_000);

  it('cancels an action that runs, and undoes it because it may have happened', async () => {
    let began = false;
    const worker = await bench.worker(
      memoryActivities(memory, {
        ...answers,
        'network.isolate': async () => {
          began = true;
          const { Context } = await import('@temporalio/activity');
          await Context.current().cancelled;
          return {};
        },
      }),
    );
    const handle = await begin();
    await cast(handle, vote(await opened(handle)));
    await until(async () => began);
    await handle.cancel();
    expect(await handle.result()).toMatchObject({ outcome: 'cancelled' });
    expect(memory.calls.filter(({ call }) => call.undoes !== undefined).map(({ action }) => action)).toEqual(['network.release']);
    await worker.stop();
  }, 60_000);

  it('refuses to run what was never ordered', async () => {
    const worker = await bench.worker(memoryActivities(memory, { ...answers }));
    const run = `r-${unique()}`;
    const handle = await bench.client.workflow.start(workflowTypes.playbookRun, {
      workflowId: workflowIds.playbookRun(run),
      taskQueue: bench.taskQueue,
      args: [{ run }],
    });
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'order-missing' } });
    await worker.stop();
  }, 60_000);

  it('goes on in new executions when its history grows, with votes, timers and the loop intact', async () => {
    const { plan } = compilePlaybook(loop, 'loop.yaml');
    const worker = await bench.worker(memoryActivities(memory, answers));
    const handle = await begin(
      { plan, inputs: { items: Array.from({ length: 40 }, (_, index) => index) }, signal: undefined },
      { continueAfterEvents: 60 },
    );
    const approval = await opened(handle);
    await cast(handle, vote(approval));
    expect(await codeOf(cast(handle, vote(approval)))).toBe('approval-vote-repeated');
    await cast(handle, vote(approval, { by: 'manager-2' }));
    const view = await handle.result();
    expect(view.outputs).toEqual({ values: Array.from({ length: 40 }, (_, index) => ({ value: index })) });
    expect(effects(handle)).toMatchObject([{ times: 1, undone: 1 }]);
    const executions = [];
    for await (const { runId } of bench.client.workflow.list({ query: `WorkflowId = '${handle.workflowId}'` })) executions.push(runId);
    expect(executions.length).toBeGreaterThan(2);
    await record('loop-continued', bench.client.workflow.getHandle(handle.workflowId, executions.at(-2)));
    await worker.stop();
  }, 90_000);

  it('runs more steps at once than a workflow may have in flight, each exactly once', async () => {
    const branches = Array.from({ length: 700 }, (_, index) => `{ id: s${index}, action: control.noop, with: { value: ${index} } }`);
    const { plan } = compilePlaybook(
      `playbook: wide\nversion: 1.0.0\ntitle: t\nsteps:\n  - { id: all, parallel: { steps: [${branches.join(', ')}] } }\n`,
      'wide.yaml',
    );
    const worker = await bench.worker(memoryActivities(memory, answers));
    const handle = await begin({ plan, inputs: {}, signal: undefined }, { continueAfterEvents: 1200 });
    const view = await handle.result();
    expect(view.outcome).toBe('done');
    expect(view.steps.filter(({ status }) => status === 'done')).toHaveLength(701);
    expect(memory.calls).toHaveLength(700);
    await worker.stop();
  }, 120_000);

  it('carries an output of 4 MB to the next step, by its digest, and fails clearly where one is too large to carry', async () => {
    const { plan } = compilePlaybook(
      'playbook: big\nversion: 1.0.0\ntitle: t\nsteps:\n  - { id: big, action: enforcement.observe, with: { point: "${inputs.size}" } }\n' +
        '  - { id: next, action: incident.note, with: { text: "${big.detail}" } }\ninputs: { size: { type: string } }\noutputs: { length: size(big.detail) }\n',
      'big.yaml',
    );
    const values = memoryValues();
    const large = await benchOn(testTemporal(), [payloadCodec(values)]);
    const long = (call: ActionCall) => ({ drifted: false, detail: randomBytes(Number(call.params['point']) / 2).toString('hex') });
    const worker = await large.worker(memoryActivities(memory, { 'enforcement.observe': long }));
    const of = async (size: number) => {
      const run = `r-${unique()}`;
      memory.runs.set(run, { plan, inputs: { size: String(size) }, requester: 'test' });
      return large.client.workflow.start<(input: PlaybookRunInput) => Promise<RunView>>(workflowTypes.playbookRun, {
        workflowId: workflowIds.playbookRun(run),
        taskQueue: large.taskQueue,
        args: [{ run }],
      });
    };
    const carried = await of(4_000_000);
    expect(await carried.result()).toMatchObject({ outcome: 'done', outputs: { length: 4_000_000 } });
    expect(memory.calls.find(({ action }) => action === 'incident.note')?.call.params['text']).toHaveLength(4_000_000);
    expect(values.kept.size).toBeGreaterThan(0);
    const { events } = await large.client.workflow.getHandle(carried.workflowId).fetchHistory();
    expect(JSON.stringify(events).length).toBeLessThan(100_000);
    expect(await (await of(9_000_000)).result()).toMatchObject({ outcome: 'failed', error: { code: 'output-too-large' } });
    await worker.stop();
    await large.close();
  }, 90_000);

  it('fails the step with the code of the refusal, after what may be retried was retried', async () => {
    const { plan } = compilePlaybook(
      'playbook: flaky\nversion: 1.0.0\ntitle: t\nsteps:\n  - { id: flaky, action: control.noop, retry: { attempts: 3, backoff: 10ms } }\n  - { id: never, action: control.noop }\n',
      'flaky.yaml',
    );
    let tries = 0;
    const worker = await bench.worker(
      memoryActivities(memory, {
        'control.noop': ({ step }) => {
          if (step === 'never') return refuse('access-denied');
          if (++tries < 3) throw new Error('away');
          return { value: tries };
        },
      }),
    );
    const view = await (await begin({ plan, inputs: {}, signal: undefined })).result();
    expect(view).toMatchObject({
      outcome: 'failed',
      error: { code: 'access-denied' },
      steps: [
        { step: 'flaky', status: 'done', outputs: { value: 3 } },
        { step: 'never', status: 'failed' },
      ],
    });
    await worker.stop();
  }, 60_000);
});

const loop = `
playbook: loop
version: 1.0.0
title: t
inputs: { items: { type: list } }
steps:
  - { id: held, action: network.isolate, with: { asset: { name: ws-1 } }, undo: network.release, lease: 1s }
  - { id: each, foreach: { in: "\${inputs.items}", as: n, concurrency: 3, steps: [{ id: one, action: control.noop, with: { value: "\${n}" } }] } }
  - { id: ask, approval: { of: [last], roles: [manager], quorum: 2, expires: 1h } }
  - { id: last, action: control.noop, with: { value: "\${size(each.results)}" } }
  - { id: again, foreach: { in: "\${inputs.items}", concurrency: 3, steps: [{ id: two, action: control.noop, with: { value: "\${item}" } }] } }
outputs: { values: again.results }
`;

/** `EDICT_RECORD_HISTORIES=1` keeps what a run's history looks like today, for test/workflows/replay.long.test.ts. Recorded ones stay. */
async function record(name: string, handle: WorkflowHandle): Promise<void> {
  if (!process.env['EDICT_RECORD_HISTORIES']) return;
  writeFileSync(`${root}test/histories/${name}.json`, `${historyToJSON(await handle.fetchHistory())}\n`);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds()) return;
    await sleep(50);
  }
  throw new Error('it never came to hold');
}
