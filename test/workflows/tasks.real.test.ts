/** Tasks for people, time limits and attempts of blocks, on a real Temporal server. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import { messageNames, workflowIds, workflowTypes, type PlaybookRunInput } from '../../workflows/messages.ts';
import { describeWith, testTemporal } from '../stack/fixture.ts';
import { recordHistory } from './child-world.ts';
import { emptyMemory, memoryActivities, type Fakes, type Memory } from './memory-activities.ts';
import { answerTask, memoryTasks, type MemoryTask, type MemoryTasks } from './memory-tasks.ts';
import { benchOn, unique, type Bench, type RunningWorker } from './run-fixture.ts';

const isolate = (id: string): string => `{ id: ${id}, action: network.isolate, with: { asset: ${id} }, undo: network.release }`;
const call = (more = ''): string => `manual: { roles: [analyst], instructions: call, outputs: { reachable: bool }, expires: 1h${more} }`;
const unplug = `{ id: unplug, manual: { roles: [engineer], instructions: unplug, expires: 1h }, undo: { manual: { roles: [engineer], instructions: plug in, expires: 1h } } }`;

type Handle = WorkflowHandle<(input: PlaybookRunInput) => Promise<RunView>>;

describeWith(['temporal'], 'people at work on Temporal', () => {
  let bench: Bench;
  let memory: Memory;
  let tasks: MemoryTasks;
  let answers: Fakes;

  beforeAll(async () => {
    bench = await benchOn(testTemporal());
  }, 60_000);
  afterAll(async () => {
    await bench.close();
  });
  beforeEach(() => {
    memory = emptyMemory();
    tasks = new Map();
    answers = { 'network.isolate': () => ({ receipt: 'r', points: ['fw-1'] }) };
  });

  let running: RunningWorker[] = [];
  afterEach(async () => {
    for (const worker of running) await worker.stop();
    running = [];
  });
  async function work(more: object = {}): Promise<RunningWorker> {
    const worker = await bench.worker({ ...memoryActivities(memory, answers), ...memoryTasks(tasks), ...more });
    running.push(worker);
    return worker;
  }

  async function begin(steps: string, input: Partial<PlaybookRunInput> = {}): Promise<Handle> {
    const run = `r-${unique()}`;
    const { plan } = compilePlaybook(`playbook: people\nversion: 1.0.0\ntitle: t\nsteps:\n${steps}`, 'people.yaml');
    memory.runs.set(run, { plan, inputs: {}, requester: 'analyst-1' });
    return bench.client.workflow.start<(input: PlaybookRunInput) => Promise<RunView>>(workflowTypes.playbookRun, {
      workflowId: workflowIds.playbookRun(run),
      taskQueue: bench.taskQueue,
      args: [{ ...input, run }],
    });
  }

  async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
    for (let tries = 0; tries < 200; tries++) {
      const found = await look();
      if (found !== undefined) return found;
      await sleep(50);
    }
    throw new Error('it did not come about');
  }
  const opened = (step: string, undo = false): Promise<MemoryTask> =>
    until(() => [...tasks.values()].findLast((task) => task.step === step && task.undo === undo && task.status === 'open'));
  const seen = async (handle: Handle, step: string): Promise<RunView> =>
    until(async () => {
      const view = await handle.query<RunView>(messageNames.state);
      return view.steps.some((each) => each.step === step && each.task !== undefined) ? view : undefined;
    });
  const tell = (handle: Handle, message: unknown): Promise<void> => handle.signal(messageNames.taskAnswered, message);
  const statuses = ({ steps }: RunView): object => Object.fromEntries(steps.map(({ step, status }) => [step, status]));

  async function answer(handle: Handle, task: MemoryTask, by: string, outputs = {}): Promise<void> {
    answerTask(tasks, task.id, by, outputs);
    await tell(handle, { task: task.id });
  }

  it('a task is opened, reminded of, shown in the run, and its recorded answer is the step’s; a raw signal counts for nothing', async () => {
    await work();
    const handle = await begin(
      `  - { id: ask, ${call(', remind: [1s]')} }\n  - { id: told, set: { by: ask.by, reachable: ask.reachable } }\n`,
    );
    const task = await opened('ask');
    const view = await seen(handle, 'ask');
    expect(view).toMatchObject({
      status: 'waiting-for-people',
      steps: [{ step: 'ask', kind: 'manual', status: 'waiting', task: task.id }],
    });
    for (const forged of [{ task: task.id, outputs: { reachable: true } }, { task: 'none' }, {}, null, 7]) await tell(handle, forged);
    await until(() => (task.asked.includes('remind') ? true : undefined));
    expect((await handle.query<RunView>(messageNames.state)).steps[0]?.status).toBe('waiting');
    await answer(handle, task, 'ann', { reachable: false });
    const ended = await handle.result();
    expect(ended).toMatchObject({
      outcome: 'done',
      steps: [{ outputs: { reachable: false, by: 'ann' } }, { outputs: { by: 'ann', reachable: false } }],
    });
    expect(task.read).toBe(1);
    // One for the forged message about a task that is open, which found no answer, and one for the answer.
    const asked = (await handle.fetchHistory()).events?.filter(
      ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === 'task.answer',
    );
    expect(asked).toHaveLength(2);
    await recordHistory(handle, 'task-answered');
  }, 60_000);

  it('an answer that is delivered twice, and before the run has its task, counts once', async () => {
    const held: (() => void)[] = [];
    const activities = memoryTasks(tasks);
    await work({
      'task.open': async (asked: Parameters<(typeof activities)['task.open']>[0]) => {
        const made = await activities['task.open'](asked);
        await new Promise<void>((resolve) => held.push(resolve));
        return made;
      },
    });
    const handle = await begin(`  - { id: ask, ${call()} }\n`);
    const task = await opened('ask');
    await answer(handle, task, 'ann', { reachable: true });
    await tell(handle, { task: task.id });
    await until(() => (task.read >= 1 ? true : undefined));
    for (const release of held) release();
    expect(await handle.result()).toMatchObject({ outcome: 'done', steps: [{ status: 'done', outputs: { by: 'ann' } }] });
  }, 60_000);

  it('of an answer and an expiry the one that the store has first counts', async () => {
    await work();
    const steps = `  - { id: ask, manual: { roles: [analyst], instructions: call, expires: 2s } }\n`;
    const [won, lost] = [await begin(steps), await begin(steps)];
    const run = (handle: Handle): string => handle.workflowId.slice(4);
    const taskOf = (handle: Handle): Promise<MemoryTask> => until(() => [...tasks.values()].find((task) => task.run === run(handle)));
    // Recorded and never delivered: the expiry finds it.
    answerTask(tasks, (await taskOf(won)).id, 'ann', {});
    const late = await taskOf(lost);
    expect(await won.result()).toMatchObject({ outcome: 'done', steps: [{ status: 'done', outputs: { by: 'ann' } }] });
    expect(await lost.result()).toMatchObject({ outcome: 'expired', steps: [{ status: 'expired' }, { step: 'ask.expired' }] });
    expect(() => answerTask(tasks, late.id, 'bob', {})).toThrow('expired');
  }, 60_000);

  it('of an answer and a cancellation too: what was done then is taken back by a person, or reported as diverged', async () => {
    await work();
    const handle = await begin(`  - ${unplug}\n`);
    const task = await opened('unplug');
    await seen(handle, 'unplug');
    answerTask(tasks, task.id, 'eve', {});
    const run = handle.workflowId.slice(4);
    memory.runs.set(run, { ...memory.runs.get(run)!, cancelledBy: 'manager-1' });
    await handle.signal(messageNames.cancel, { by: 'manager-1', reason: 'false alarm' });
    const undo = await opened('unplug', true);
    expect(undo).toMatchObject({ title: 'take back: unplug', instructions: 'plug in' });
    await until(async () => ((await handle.query<RunView>(messageNames.state)).status === 'waiting-for-people' ? true : undefined));
    await answer(handle, undo, 'eve');
    expect(statuses(await handle.result())).toEqual({ unplug: 'undone' });
    await recordHistory(handle, 'task-taken-back');
  }, 60_000);

  it('a run that waits for people goes on in a new execution, and after its worker is gone', async () => {
    const first = await work();
    const turns = `{ id: l, while: { from: { at: 0 }, if: last.at < 20, max: 100, steps: [{ id: a, action: control.noop }, { id: up, set: { at: last.at + 1 } }] } }`;
    const handle = await begin(`  - parallel: { branches: [[{ id: ask, ${call()} }], [${turns}]] }\n    id: both\n`, {
      continueAfterEvents: 40,
    });
    const task = await opened('ask');
    const executions = async (): Promise<number> => {
      let count = 0;
      for await (const _ of bench.client.workflow.list({ query: `WorkflowId = '${handle.workflowId}'` })) count++;
      return count;
    };
    await until(async () => ((await executions()) > 1 ? true : undefined));
    await first.stop();
    answerTask(tasks, task.id, 'ann', { reachable: true });
    await bench.client.workflow.getHandle(handle.workflowId).signal(messageNames.taskAnswered, { task: task.id });
    await work();
    expect(await handle.result()).toMatchObject({ outcome: 'done' });
  }, 90_000);

  it('a block is stopped when its time is over, and one that fails is gone through again once what it did is taken back', async () => {
    let probes = 0;
    answers = {
      ...answers,
      'network.probe': () => {
        if (++probes < 3) throw ApplicationFailure.nonRetryable('no', 'effect-failed');
        return { decision: 'allow', probes: [] };
      },
    };
    await work();
    const probe = `{ id: look, action: network.probe, with: { from: a, to: b, expect: allow } }`;
    const handle =
      await begin(`  - { id: late, timeout: 1s, on_failure: continue, parallel: { branches: [[${isolate('one')}, { id: slow, wait: 1h }]] } }
  - { id: again, retry: { attempts: 3, backoff: 100ms..1s }, foreach: { in: [1], steps: [${isolate('two')}, ${probe}] } }
`);
    const view = await handle.result();
    expect(view.outcome).toBe('done');
    expect(view.steps.find(({ step }) => step === 'late')?.error?.code).toBe('timeout');
    expect(view.steps.find(({ step }) => step === 'again')).toMatchObject({ status: 'done', attempt: 3 });
    const [run] = [...memory.runs.keys()];
    const effects = [...memory.effects.values()].map(({ key, times, undone }) => [key.slice(run!.length), times, undone]);
    expect(effects).toEqual([
      ['/one/1', 1, 0],
      ['/again[0].two/1', 1, 1],
      ['/again[0].two/2', 1, 1],
      ['/again[0].two/3', 1, 0],
    ]);
    await recordHistory(handle, 'block-again');
  }, 60_000);
});
