/** What a run that waits costs a worker: heap of many in its cache, against the 100 KB that one may cost; and of a workflow by hand that waits. */
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
      // What is loaded and compiled once is no run's.
      await cached(lab, 15, () => lab.run(waiting()));
      await cached(lab, 15, () => lab.byHand('waiting', 7));
      const ours = await cached(lab, runs, () => lab.run(waiting()));
      const byHand = await cached(lab, runs, () => lab.byHand('waiting', 7));
      return [
        figure('heap of a run of 7 steps that waits, of what it may', 'KB', [ours], [allowedKb]),
        figure('heap of a run of 7 steps that waits, by hand', 'KB', [ours], [byHand]),
      ];
    },
    { inThread: true },
  );
}

/** KB of each of so many that are in the cache together. */
async function cached(lab: Lab, count: number, begin: () => Started): Promise<number> {
  const before = await settledHeap();
  const started = Array.from({ length: count }, () => {
    const { workflowId, ended } = begin();
    return { workflowId, ended: ended.catch(() => undefined) };
  });
  for (const { workflowId } of started) {
    const handle = lab.client.workflow.getHandle(workflowId);
    while (!(await isWaiting(handle))) await sleep(200);
  }
  await sleep(300);
  const kb = ((await settledHeap()) - before) / count / 1024;
  for (const { workflowId, ended } of started) {
    await lab.client.workflow.getHandle(workflowId).terminate();
    await ended;
  }
  return kb;
}

/** Its timer is started, and nothing else is under way. */
async function isWaiting(handle: WorkflowHandle): Promise<boolean> {
  const { events } = await handle.fetchHistory().catch(() => ({ events: [] }));
  return events?.some(({ timerStartedEventAttributes: timer }) => timer != null) ?? false;
}

async function settledHeap(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await sleep(100);
  }
  return process.memoryUsage().heapUsed;
}
