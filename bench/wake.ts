/** From a recorded signal to a run that waits for it until its next action is performed, against a bare signal to a workflow that waits for it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { figure, type BenchFigure } from './figure.ts';
import { inLab, type Started } from './limit/lab.ts';
import { woken } from './limit/shapes.ts';
import { messageNames } from '../workflows/messages.ts';

const repetitions = 40;
const warmUps = 5;

export function bench(): Promise<BenchFigure[]> {
  return inLab(async ({ client, run, byHand }) => {
    const plan = woken();
    const once = async (begin: () => Started, name: string): Promise<number> => {
      const { workflowId, ended } = begin();
      await sleep(250);
      const began = Date.now();
      await client.workflow.getHandle(workflowId).signal(name, { signal: 'signal-1' });
      const { at, outputs } = (await ended) as { readonly at?: number; readonly outputs?: { readonly at: string } };
      return (at ?? Number(outputs?.at)) - began;
    };
    const ours: number[] = [];
    const limit: number[] = [];
    for (let round = 0; round < warmUps + repetitions; round++) {
      const mine = await once(() => run(plan), messageNames.incidentSignal);
      const theirs = await once(() => byHand('woken'), 'wake');
      if (round < warmUps) continue;
      ours.push(mine);
      limit.push(theirs);
    }
    return [figure('a signal to a run that waits for it, to its next action', 'ms', ours, limit)];
  });
}
