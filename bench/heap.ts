/** What a run that waits costs a worker: heap of many in its cache, against the 100 KB that one may cost, and against a workflow by hand that waits. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { figure, type BenchFigure } from './figure.ts';
import { inLab, type Lab, type Started } from './limit/lab.ts';
import { waiting } from './limit/shapes.ts';

const runs = 60;
const allowedKb = 100;

export function bench(): Promise<BenchFigure[]> {
  return inLab(
    async (lab) => {
      const plan = waiting();
      // What is loaded and compiled once is no run's.
      await cached(lab, 10, () => lab.run(plan));
      await cached(lab, 10, () => lab.byHand('waiting', 7));
      const ours = await cached(lab, runs, () => lab.run(plan));
      const byHand = await cached(lab, runs, () => lab.byHand('waiting', 7));
      await end(lab);
      return [
        figure('heap of a run of 7 steps that waits, of what it may', 'KB', [ours], [allowedKb]),
        figure('heap of a run of 7 steps that waits, by hand', 'KB', [ours], [byHand]),
      ];
    },
    { inThread: true },
  );
}

const waitingOnes: { readonly workflowId: string; readonly ended: Promise<unknown> }[] = [];

async function end({ client }: Lab): Promise<void> {
  for (const { workflowId, ended } of waitingOnes) {
    await client.workflow.getHandle(workflowId).terminate();
    await ended;
  }
}

/** KB of each of so many that are in the cache together. They stay there, so that none goes while others are counted. */
async function cached(lab: Lab, count: number, begin: () => Started): Promise<number> {
  const before = await settledHeap();
  const started = Array.from({ length: count }, () => {
    const { workflowId, ended } = begin();
    const one = { workflowId, ended: ended.catch(() => undefined) };
    waitingOnes.push(one);
    return one;
  });
  for (const { workflowId } of started) while (!(await isWaiting(lab.client.workflow.getHandle(workflowId)))) await sleep(500);
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
