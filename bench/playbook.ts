/** Steps a second of one playbook run against a workflow of the same shape written by hand: same server, same worker, in turns. */
import { figure, type BenchFigure } from './figure.ts';
import { inLab, timed, type Lab } from './limit/lab.ts';
import { foreach, items, parallel, sequence } from './limit/shapes.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Plan } from '../domain/playbook/plan.ts';

type Shape = {
  readonly name: string;
  readonly plan: Plan;
  readonly inputs?: JsonObject;
  readonly hand: readonly [string, ...number[]];
  readonly steps: number;
  readonly rounds: number;
};

const shapes: readonly Shape[] = [
  { name: '100 steps in sequence', plan: sequence('ordinary', 100), hand: ['sequence', 100], steps: 100, rounds: 7 },
  { name: '100 steps in parallel', plan: parallel('ordinary', 100), hand: ['parallel', 100], steps: 100, rounds: 41 },
  {
    name: 'foreach over 1,000, 50 at once',
    plan: foreach('ordinary', 50),
    inputs: items(1_000),
    hand: ['foreach', 1_000, 50],
    steps: 1_000,
    rounds: 5,
  },
];

export function bench(): Promise<BenchFigure[]> {
  return inLab(async (lab) => {
    const figures: BenchFigure[] = [];
    for (const shape of shapes) figures.push(await compare(lab, shape));
    return figures;
  });
}

async function compare(lab: Lab, { name, plan, inputs, hand, steps, rounds }: Shape): Promise<BenchFigure> {
  const ours: number[] = [];
  const limit: number[] = [];
  const rate = async (begin: Parameters<typeof timed>[2]): Promise<number> => steps / ((await timed(1, 1, begin)).ms / 1000);
  // The first round warms both up; who begins changes from round to round.
  for (let round = 0; round <= rounds; round++) {
    const sides = [
      async () => void ours.push(await rate(() => lab.run(plan, inputs))),
      async () => void limit.push(await rate(() => lab.byHand(...hand))),
    ];
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) await side();
  }
  return figure(`playbook run, ${name}`, 'steps/s', ours.slice(1), limit.slice(1));
}
