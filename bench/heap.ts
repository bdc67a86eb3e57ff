/** What a run that waits costs a worker: heap of many in its cache, against the 100 KB that one may cost, and against a workflow by hand that waits. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { Plan } from '../domain/playbook/plan.ts';
import { newRun, taskQueues, workflowIds, workflowTypes } from '../workflows/messages.ts';
import { figure, type BenchFigure } from './figure.ts';
import { inLab, type Lab } from './limit/lab.ts';
import { waiting } from './limit/shapes.ts';

const runs = 40;
/** What the runtime itself lets go meanwhile is no workflow's either. */
const rounds = 5;
const allowedKb = 100;

type Start = (lab: Lab) => Promise<WorkflowHandle>;

const playbook =
  (plan: Plan): Start =>
  ({ client, memory }) => {
    const run = randomUUID();
    memory.runs.set(run, { plan, inputs: {}, requester: 'bench' });
    const options = { taskQueue: taskQueues.main, workflowId: workflowIds.playbookRun(run), args: [newRun(run)] };
    return client.workflow.start(workflowTypes.playbookRun, options);
  };

const byHand: Start = ({ client }) =>
  client.workflow.start('waiting', { taskQueue: taskQueues.main, workflowId: `hand/${randomUUID()}`, args: [7] });

export function bench(): Promise<BenchFigure[]> {
  return inLab(
    async (lab) => {
      const ours = playbook(waiting());
      // What is loaded and compiled once is no run's.
      await cached(lab, 10, ours);
      await cached(lab, 10, byHand);
      const mine: number[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < rounds; round++) {
        mine.push(await cached(lab, runs, ours));
        theirs.push(await cached(lab, runs, byHand));
      }
      return [
        figure('heap of a run of 7 steps that waits, of what it may', 'KB', mine, [allowedKb]),
        figure('heap of a run of 7 steps that waits, by hand', 'KB', mine, theirs),
      ];
    },
    { inThread: true },
  );
}

/** KB of each of so many that are in the cache together. They stay there, so that none goes while others are counted; nobody waits for their end. */
async function cached(lab: Lab, count: number, start: Start): Promise<number> {
  const before = await settledHeap();
  const started = await Promise.all(Array.from({ length: count }, () => start(lab)));
  for (const handle of started) while (!(await isWaiting(handle))) await sleep(500);
  lab.memory.calls.length = 0;
  return ((await settledHeap()) - before) / count / 1024;
}

/** Its timer is started, and nothing else is under way. */
async function isWaiting(handle: WorkflowHandle): Promise<boolean> {
  const { events } = await handle.fetchHistory().catch(() => ({ events: [] }));
  return events?.some(({ timerStartedEventAttributes: timer }) => timer != null) ?? false;
}

async function settledHeap(): Promise<number> {
  await sleep(500);
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.();
    await sleep(100);
  }
  return process.memoryUsage().heapUsed;
}
