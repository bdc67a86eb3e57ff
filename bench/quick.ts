/**
 * What quick steps cost: 50 playbooks of seven of them at once, against the same tree of ordinary activities written by hand. The figure
 * to beat is a peer's: n8n 2.41 makes 26 to 29 runs a second of seven empty nodes, 50 at once, on two cores, and resumes none after a kill.
 */
import { figure, type BenchFigure } from './figure.ts';
import { inLab, quantile, timed, type Timed } from './limit/lab.ts';
import { sequence, tree } from './limit/shapes.ts';

const runs = 200;
const together = 50;
const rounds = 2;

export function bench(): Promise<BenchFigure[]> {
  return inLab(async (lab) => {
    const plan = tree('quick');
    const line = sequence('quick', 100);
    await timed(together, together, () => lab.run(plan));
    await timed(together, together, () => lab.byHand('tree'));
    const ours: Timed[] = [];
    const limit: Timed[] = [];
    const alone: number[] = [];
    const byHand: number[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(await timed(runs, together, () => lab.run(plan)));
      limit.push(await timed(runs / 4, together, () => lab.byHand('tree')));
      alone.push(100 / ((await timed(1, 1, () => lab.run(line))).ms / 1000));
      byHand.push(100 / ((await timed(1, 1, () => lab.byHand('sequence', 100))).ms / 1000));
    }
    return [
      figure(
        `runs of 7 quick steps, ${together} at once`,
        'runs/s',
        ours.map(({ ms }) => runs / (ms / 1000)),
        limit.map(({ ms }) => runs / 4 / (ms / 1000)),
      ),
      figure(
        `runs of 7 quick steps, ${together} at once, p95 of one`,
        'ms',
        ours.map(({ each }) => quantile(each, 0.95)),
        limit.map(({ each }) => quantile(each, 0.95)),
      ),
      figure('100 quick steps in sequence', 'steps/s', alone, byHand),
    ];
  });
}
