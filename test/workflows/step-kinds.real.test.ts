/** What the kinds of steps mean in memory, they mean on a real Temporal server: joins, turns, choices and cancellations. */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import { messageNames, workflowIds, workflowTypes, type PlaybookRunInput } from '../../workflows/messages.ts';
import { describeWith, testTemporal } from '../stack/fixture.ts';
import { emptyMemory, memoryActivities, type Fakes, type Memory } from './memory-activities.ts';
import { benchOn, root, unique, type Bench } from './run-fixture.ts';

const answers: Fakes = { 'network.isolate': () => ({ receipt: 'r', points: ['fw-1'] }) };
const isolate = (id: string): string => `{ id: ${id}, action: network.isolate, with: { asset: ${id} }, undo: network.release }`;

describeWith(['temporal'], 'kinds of steps on Temporal', () => {
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
    steps: string,
    input: Partial<PlaybookRunInput> = {},
  ): Promise<WorkflowHandle<(input: PlaybookRunInput) => Promise<RunView>>> {
    const run = `r-${unique()}`;
    const { plan } = compilePlaybook(`playbook: kinds\nversion: 1.0.0\ntitle: t\nsteps:\n${steps}`, 'kinds.yaml');
    memory.runs.set(run, { plan, inputs: {}, requester: 'analyst-1' });
    return bench.client.workflow.start<(input: PlaybookRunInput) => Promise<RunView>>(workflowTypes.playbookRun, {
      workflowId: workflowIds.playbookRun(run),
      taskQueue: bench.taskQueue,
      args: [{ ...input, run }],
    });
  }
  const statuses = ({ steps }: RunView): object => Object.fromEntries(steps.map(({ step, status }) => [step, status]));
  const released = (): unknown[] => memory.calls.filter(({ call }) => call.undoes !== undefined).map(({ call }) => call.step);

  it('a join stops the rest and takes back what it did before it goes on; a switch chooses; a summary says it', async () => {
    const worker = await bench.worker(memoryActivities(memory, answers));
    const handle = await begin(`  - id: p
    parallel: { join: any, branches: [[${isolate('one')}, ${isolate('two')}, { id: slow, wait: 1h }], [{ id: quick, wait: 1s }]] }
  - id: chosen
    switch: { on: two.status, cases: [{ when: undone, steps: [{ id: told, set: { how: two.status }, summary: 'two is \${told.how}' }] }] }
`);
    const view = await handle.result();
    expect(view.outcome).toBe('done');
    expect(statuses(view)).toMatchObject({ one: 'undone', two: 'undone', slow: 'cancelled', quick: 'done', told: 'done' });
    expect(view.steps.find(({ step }) => step === 'told')?.summary).toBe('two is undone');
    expect(released()).toEqual(['two', 'one']);
    await record('joined-and-chosen', handle);
    await worker.stop();
  }, 60_000);

  it('turns go on in new executions when the history grows, each turn once', async () => {
    const worker = await bench.worker(memoryActivities(memory, answers));
    const turn = `[{ id: a, action: control.noop, with: { value: '\${index}' } }, { id: up, set: { at: last.at + 1 } }]`;
    const handle = await begin(`  - { id: l, while: { from: { at: 0 }, if: last.at < 60, max: 1000, steps: ${turn} } }\n`, {
      continueAfterEvents: 60,
    });
    const view = await handle.result();
    expect(view.steps).toMatchObject([{ step: 'l', status: 'done', outputs: { result: { at: 60 }, turns: 60 } }]);
    expect(memory.calls.map(({ call }) => call.params['value'])).toEqual(Array.from({ length: 60 }, (_, index) => index));
    const executions = [];
    for await (const { runId } of bench.client.workflow.list({ query: `WorkflowId = '${handle.workflowId}'` })) executions.push(runId);
    expect(executions.length).toBeGreaterThan(3);
    await record('turns-continued', bench.client.workflow.getHandle(handle.workflowId, executions.at(-2)));
    await worker.stop();
  }, 90_000);

  it('twenty thousand steps that wait for nothing are done in pieces', async () => {
    const worker = await bench.worker(memoryActivities(memory, answers));
    const handle = await begin(`  - { id: l, while: { if: index < 20000, max: 20000, steps: [{ id: up, set: { at: index } }] } }\n`);
    expect(await handle.result()).toMatchObject({ outcome: 'done', steps: [{ outputs: { turns: 20_000 } }] });
    const timers = (await handle.fetchHistory()).events?.filter(({ timerFiredEventAttributes: fired }) => fired) ?? [];
    expect(timers).toHaveLength(4);
    await worker.stop();
  }, 60_000);

  it('a cancellation runs its steps first, then takes back what was done', async () => {
    const worker = await bench.worker(memoryActivities(memory, answers));
    const handle = await begin(`  - ${isolate('i')}
  - { id: w, wait: { signal: go, for: 1h }, on_cancel: { steps: [{ id: note, action: control.noop, with: { value: 1 } }] } }
`);
    const waits = async (): Promise<boolean> =>
      (await handle.query<RunView>(messageNames.state)).steps.some(({ step, status }) => step === 'w' && status === 'waiting');
    for (let tries = 0; tries < 200 && !(await waits()); tries++) await sleep(50);
    const run = handle.workflowId.slice(4);
    memory.runs.set(run, { ...memory.runs.get(run)!, cancelledBy: 'manager-1' });
    await handle.signal(messageNames.cancel, { by: 'manager-1', reason: 'false alarm' });
    const view = await handle.result();
    expect(view.outcome).toBe('cancelled');
    expect(statuses(view)).toEqual({ i: 'undone', w: 'cancelled', note: 'done' });
    expect(memory.calls.map(({ action }) => action)).toEqual(['network.isolate', 'control.noop', 'network.release']);
    await record('cancelled-with-steps', handle);
    await worker.stop();
  }, 60_000);
});

/** With EDICT_RECORD_HISTORIES set, what ran becomes a history that later code has to replay. */
async function record(name: string, handle: WorkflowHandle): Promise<void> {
  if (!process.env['EDICT_RECORD_HISTORIES']) return;
  writeFileSync(`${root}test/histories/${name}.json`, `${historyToJSON(await handle.fetchHistory())}\n`);
}
