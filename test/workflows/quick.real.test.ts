/** Quick steps on a real Temporal server: in one workflow task as far as it goes, the ordinary way where it does not, and their histories. */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { Activities, LoadedRun } from '../../activities/contract.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import { messageNames, newRun, workflowIds, workflowTypes, type PlaybookRunInput } from '../../workflows/messages.ts';
import { describeWith, testTemporal } from '../stack/fixture.ts';
import { emptyMemory, memoryActivities, refuse, type Fakes, type Memory } from './memory-activities.ts';
import { benchOn, root, unique, type Bench } from './run-fixture.ts';

const noop = (id: string, more: object = {}): object => ({ id, action: 'control.noop', with: { value: id }, ...more });
const planOf = (steps: object[], more: object = {}) =>
  compilePlaybook(JSON.stringify({ playbook: 'quick', version: '1.0.0', title: 't', steps, ...more }), 'quick.yaml').plan;

describeWith(['temporal'], 'quick steps on Temporal', () => {
  let bench: Bench;
  let memory: Memory;
  beforeAll(async () => {
    bench = await benchOn(testTemporal());
  }, 60_000);
  afterAll(() => bench.close());
  beforeEach(() => {
    memory = emptyMemory();
  });

  async function done(order: Partial<LoadedRun> & Pick<LoadedRun, 'plan'>, fakes: Fakes = {}, input: Partial<PlaybookRunInput> = {}) {
    const run = input.run ?? `r-${unique()}`;
    const worker = await bench.worker(memoryActivities(memory, fakes));
    memory.runs.set(run, { inputs: {}, requester: 'test', ...order });
    const handle = await bench.client.workflow.start<(input: PlaybookRunInput) => Promise<RunView>>(workflowTypes.playbookRun, {
      workflowId: workflowIds.playbookRun(run),
      taskQueue: bench.taskQueue,
      args: [{ ...newRun(run), ...input }],
    });
    const view = await handle.result();
    await worker.stop();
    return { view, handle, stored: memory.views.get(run) };
  }
  const eventsOf = async (handle: WorkflowHandle) => (await handle.fetchHistory()).events ?? [];
  const performed = () => memory.calls.map(({ call }) => call.step);

  it('a run of nothing else is one workflow task, and the store has all of it', async () => {
    const branches = [[noop('b')], [noop('c'), { id: 'd', switch: { on: 'c.value', cases: [{ when: 'c', steps: [noop('e')] }] } }]];
    const plan = planOf([noop('a'), { id: 'both', parallel: { branches } }, noop('f')]);
    // Started, task scheduled, started and completed, the run with its answers, completed. A busy machine may need another try.
    const inOneTask = 6;
    let last = await done({ plan });
    for (let tries = 1; tries < 4 && (await eventsOf(last.handle)).length !== inOneTask; tries++) {
      memory.calls.length = 0;
      last = await done({ plan });
    }
    const { view, handle, stored } = last;
    expect(view).toMatchObject({ outcome: 'done', steps: [] });
    expect(stored?.steps.map(({ step, status }) => [step, status])).toEqual(
      ['a', 'both', 'b', 'c', 'd', 'e', 'f'].map((id) => [id, 'done']),
    );
    expect(performed().toSorted()).toEqual(['a', 'b', 'c', 'e', 'f']);
    expect(await eventsOf(handle)).toHaveLength(inOneTask);
    await record('ended-on-its-way', handle);
  }, 60_000);

  it('what is slow, large, or may succeed later goes the ordinary way, and what is refused fails its step', async () => {
    let tries = 0;
    const { stored, handle } = await done(
      {
        plan: planOf([
          { id: 'all', parallel: { steps: [noop('slow'), noop('large'), noop('later', { retry: { attempts: 3, backoff: '10ms' } })] } },
          noop('refused', { on_failure: 'continue' }),
          { id: 'note', action: 'incident.note', with: { text: 'x' } },
          noop('after'),
        ]),
      },
      {
        'control.noop': async ({ step }) => {
          if (step === 'slow') await sleep(900);
          if (step === 'later' && ++tries < 3) throw new Error('away');
          if (step === 'refused') refuse('access-denied');
          return { value: step === 'large' ? 'x'.repeat(20_000) : step };
        },
      },
    );
    const status = Object.fromEntries((stored?.steps ?? []).map(({ step, status, error }) => [step, error?.code ?? status]));
    expect(status).toMatchObject({ slow: 'done', large: 'done', later: 'done', refused: 'access-denied', note: 'done', after: 'done' });
    const scheduled = (await eventsOf(handle)).flatMap(({ activityTaskScheduledEventAttributes: one }) => one?.activityType?.name ?? []);
    // On a busy machine the order may take longer to be read than is waited for within the task.
    expect(scheduled.filter((name) => name !== 'run.load' && name !== 'run.finish')).toEqual([
      'control.noop',
      'control.noop',
      'control.noop',
      'incident.note',
    ]);
    await record('quick-and-ordinary', handle);
  }, 60_000);

  it('a long loop goes on in new executions, and no item is lost', async () => {
    const items = Array.from({ length: 2_500 }, (_, index) => index);
    const steps = [
      noop('a', { with: { value: '${item}' } }),
      { id: 'note', if: 'item % 500 == 0', action: 'incident.note', with: { text: 'x' } },
    ];
    const plan = planOf([{ id: 'each', foreach: { in: '${inputs.items}', concurrency: 1, steps, collect: 'a.value' } }], {
      inputs: { items: { type: 'list' } },
      outputs: { count: 'size(each.results)', last: 'each.results[2499]' },
    });
    const { view, handle } = await done({ plan, inputs: { items } }, {}, { continueAfterEvents: 5 });
    expect(view.outputs).toEqual({ count: 2_500, last: 2_499 });
    expect(new Set(performed()).size).toBe(2_505);
    const [started] = await eventsOf(handle);
    expect(started?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '').not.toBe('');
    await record('quick-loop-continued', handle);
  }, 90_000);

  it('a run whose end is recorded ends so, and does nothing', async () => {
    const plan = planOf([noop('a')]);
    const run = `r-${unique()}`;
    const ended: RunView = { run, playbook: 'quick', version: '1.0.0', status: 'ended', outcome: 'as recorded', steps: [] };
    const { view } = await done({ plan, ended }, {}, { run });
    expect(view.outcome).toBe('as recorded');
    expect(performed()).toEqual([]);
  }, 60_000);

  it('an end that cannot be recorded is told to nobody until it can, and a replay records nothing', async () => {
    const run = `r-${unique()}`;
    const told: string[] = [];
    const activities = (): Partial<Activities> => ({
      ...memoryActivities(memory),
      'run.finish': async ({ run, view }) => {
        told.push(view.outcome ?? '');
        if (told.length < 3) throw new Error('the store is away');
        memory.views.set(run, view);
      },
    });
    memory.runs.set(run, { inputs: {}, requester: 'test', plan: planOf([noop('a')]) });
    const worker = await bench.worker(activities());
    const handle = await bench.client.workflow.start<(input: PlaybookRunInput) => Promise<RunView>>(workflowTypes.playbookRun, {
      workflowId: workflowIds.playbookRun(run),
      taskQueue: bench.taskQueue,
      args: [newRun(run)],
    });
    expect(await handle.result()).toMatchObject({ outcome: 'done' });
    expect(told).toEqual(['done', 'done', 'done']);
    expect(memory.views.get(run)?.steps).toMatchObject([{ step: 'a', status: 'done' }]);
    await worker.stop();

    const second = await bench.worker(activities());
    expect(await handle.query(messageNames.state)).toMatchObject({ outcome: 'done' });
    expect(told).toHaveLength(3);
    await second.stop();
  }, 60_000);

  it('where another playbook is started by the end of a run, the run itself sees to it', async () => {
    const { handle, stored } = await done({ plan: planOf([noop('a')]), followed: true });
    expect(stored?.outcome).toBe('done');
    const asked = (await eventsOf(handle)).map(({ markerRecordedEventAttributes: marker, activityTaskScheduledEventAttributes: task }) =>
      [task?.activityType?.name, ...(marker?.details?.['data']?.payloads ?? []).map(({ data }) => Buffer.from(data ?? []))].join(),
    );
    expect(asked.join('\n')).toContain('run.finish');
  }, 60_000);
});

/** As in playbook-run.real.test.ts. */
async function record(name: string, handle: WorkflowHandle): Promise<void> {
  if (!process.env['EDICT_RECORD_HISTORIES']) return;
  writeFileSync(`${root}test/histories/${name}.json`, `${historyToJSON(await handle.fetchHistory())}\n`);
}
