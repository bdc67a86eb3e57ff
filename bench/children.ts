/** One run that calls a thousand playbooks, a hundred at once, against a hand-written workflow with as many child workflows. None may be lost. */
import { figure, type BenchFigure } from './figure.ts';
import { inLab, type Lab } from './limit/lab.ts';
import { caller, called } from './limit/shapes.ts';

const calls = 1_000;
const together = 100;
const rounds = 1;

export function bench(): Promise<BenchFigure[]> {
  return inLab(async (lab) => {
    lab.memory.playbooks.set('called', called('ordinary'));
    await calledFrom(lab, 50);
    await byHand(lab, 50);
    const ours: number[] = [];
    const limit: number[] = [];
    for (let round = 0; round < rounds; round++) {
      limit.push(await byHand(lab, calls));
      ours.push(await calledFrom(lab, calls));
    }
    return [figure(`${calls} playbooks called by one run, ${together} at once`, 'runs/s', ours, limit)];
  });
}

/** Called runs a second. Throws where one is lost, doubled or ends badly. */
async function calledFrom(lab: Lab, count: number): Promise<number> {
  const before = new Set(lab.memory.views.keys());
  const began = performance.now();
  const { workflowId, ended } = lab.run(caller(count, together));
  const { outcome } = (await ended) as { readonly outcome?: string };
  const seconds = (performance.now() - began) / 1000;
  const run = workflowId.slice('run/'.length);
  const done = [...lab.memory.views].filter(([child, view]) => !before.has(child) && child !== run && view.outcome === 'done');
  if (outcome !== 'done' || done.length !== count)
    throw new Error(`${done.length} of ${count} called runs ended well, and the caller as ${outcome}`);
  return count / seconds;
}

async function byHand(lab: Lab, count: number): Promise<number> {
  const began = performance.now();
  await lab.byHand('callMany', count, together).ended;
  return count / ((performance.now() - began) / 1000);
}
