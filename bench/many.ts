/**
 * Many runs of seven steps at once, against the same tree written by hand: all together, and how long each takes. What a run costs more is
 * that its order is read, in an activity inside the workflow task: one more turn of the workflow, of about four. Its end is recorded on its way out.
 */
import { figure, type BenchFigure } from './figure.ts';
import { inLab, quantile, timed, type Lab, type Started, type Timed } from './limit/lab.ts';
import { tree } from './limit/shapes.ts';
import type { Plan } from '../domain/playbook/plan.ts';

const runs = 200;
const together = 50;
const rounds = 5;

export function bench(): Promise<BenchFigure[]> {
  return inLab(async (lab) => {
    const plan = tree('ordinary');
    await timed(together, together, () => lab.run(plan));
    await timed(together, together, () => lab.byHand('tree'));
    const ours: Timed[] = [];
    const limit: Timed[] = [];
    for (let round = 0; round < rounds; round++) {
      const sides = [
        async () => ours.push(await measured(lab, plan)),
        async () => limit.push(await timed(runs, together, () => lab.byHand('tree'))),
      ];
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) await side();
    }
    const both = (name: string, unit: BenchFigure['unit'], of: (side: Timed) => number): BenchFigure =>
      figure(`${runs} runs of 7 steps, ${together} at once, ${name}`, unit, ours.map(of), limit.map(of));
    return [
      both('together', 'runs/s', ({ ms }) => runs / (ms / 1000)),
      both('p50 of one', 'ms', ({ each }) => quantile(each, 0.5)),
      both('p95 of one', 'ms', ({ each }) => quantile(each, 0.95)),
    ];
  });
}

/** None may fail. */
async function measured(lab: Lab, plan: Plan): Promise<Timed> {
  const begin = (): Started => {
    const { workflowId, ended } = lab.run(plan);
    return { workflowId, ended: ended.then((view) => assertDone(view)) };
  };
  return timed(runs, together, begin);
}

function assertDone(view: unknown): void {
  const { outcome } = view as { readonly outcome?: string };
  if (outcome !== 'done') throw new Error(`a run ended as ${outcome}`);
}
