/**
 * The engine by itself: steps a second of the in-memory driver, in virtual time and without effects, against a bare loop that goes
 * through the same steps and keeps of each what the run's view shows of it.
 */
import { compilePlaybook } from '../domain/playbook/compile.ts';
import type { Plan } from '../domain/playbook/plan.ts';
import { simulate } from '../domain/playbook/simulate.ts';
import { figure, type BenchFigure } from './figure.ts';

const repetitions = 15;
const turns = 10_000;

type Shape = { readonly name: string; readonly plan: Plan; readonly steps: number };

export async function bench(): Promise<BenchFigure[]> {
  return [sequence(1_000), parallel(1_000), loop(), repeated()].map(measure);
}

function measure({ name, plan, steps }: Shape): BenchFigure {
  const ours: number[] = [];
  const limit: number[] = [];
  const times = Math.ceil(turns / steps);
  // The first rounds warm both up.
  for (let round = -5; round < repetitions; round++) {
    const mine = rate(steps * times, () => {
      for (let time = 0; time < times; time++) run(plan);
    });
    const bare = rate(steps * times, () => {
      for (let time = 0; time < times; time++) goThrough(plan, steps);
    });
    if (round < 0) continue;
    ours.push(mine);
    limit.push(bare);
  }
  return figure(`engine in memory, ${name}`, 'steps/s', ours, limit);
}

function run(plan: Plan): void {
  const { view } = simulate({ plan, fakes: {} });
  if (view.outcome !== 'done') throw new Error(`the run is ${view.outcome}: ${view.error?.message}`);
}

let sink = 0;

/** As little as a loop over the plan's steps can do: a record for each, with its outputs. */
function goThrough(plan: Plan, steps: number): void {
  const list = Object.values(plan.steps).filter(({ kind }) => kind === 'action');
  const records = new Map<string, object>();
  for (let at = 0; at < steps; at++) {
    const step = list[at % list.length]!;
    records.set(`${step.id}[${at}]`, {
      step: step.id,
      kind: step.kind,
      status: 'done',
      startedAtMs: 0,
      endedAtMs: 0,
      outputs: { value: at },
    });
  }
  sink += records.size;
}

function rate(steps: number, work: () => void): number {
  const begun = performance.now();
  work();
  return steps / ((performance.now() - begun) / 1000);
}

const compiled = (name: string, steps: object[]): Plan =>
  compilePlaybook(JSON.stringify({ playbook: name, version: '1.0.0', title: name, steps }), `${name}.yaml`).plan;
const noop = (index: number): object => ({ id: `s${index}`, action: 'control.noop', with: { value: index } });
const noops = (count: number): object[] => Array.from({ length: count }, (_, index) => noop(index));

const sequence = (steps: number): Shape => ({ name: `${steps} steps in sequence`, plan: compiled('sequence', noops(steps)), steps });

const parallel = (steps: number): Shape => ({
  name: `${steps} steps in parallel`,
  plan: compiled('parallel', [{ id: 'all', parallel: { steps: noops(steps) } }]),
  steps,
});

function loop(): Shape {
  const items = Array.from({ length: turns }, (_, index) => index);
  const body = [{ id: 'a', action: 'control.noop', with: { value: '${item}' } }];
  return { name: `foreach over ${turns} items`, plan: compiled('loop', [{ id: 'l', foreach: { in: items, steps: body } }]), steps: turns };
}

function repeated(): Shape {
  const body = [{ id: 'a', action: 'control.noop', with: { value: '${index}' } }];
  const plan = compiled('repeated', [{ id: 'l', while: { if: `index < ${turns}`, max: turns, steps: body } }]);
  return { name: `while of ${turns} turns`, plan, steps: turns };
}
