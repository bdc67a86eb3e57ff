/** The shapes that are measured: each as a playbook, and under the same name by hand in hand-written.ts. */
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import type { Plan } from '../../domain/playbook/plan.ts';

/** `ordinary` goes through the server, `quick` does not. */
export type Way = 'ordinary' | 'quick';

const plan = (name: string, steps: readonly object[]): Plan =>
  compilePlaybook(JSON.stringify({ playbook: name, version: '1.0.0', title: name, steps }), `${name}.yaml`).plan;

const step = (way: Way, id: string, value: string): object =>
  way === 'quick' ? { id, action: 'control.noop', with: { value } } : { id, action: 'enforcement.observe', with: { point: value } };

const many = (way: Way, count: number): object[] => Array.from({ length: count }, (_, index) => step(way, `s${index}`, String(index)));

export const sequence = (way: Way, count: number): Plan => plan('sequence', many(way, count));

export const parallel = (way: Way, count: number): Plan => plan('parallel', [{ id: 'all', parallel: { steps: many(way, count) } }]);

export const foreach = (way: Way, count: number, concurrency: number): Plan =>
  plan('foreach', [
    {
      id: 'each',
      foreach: { in: Array.from({ length: count }, (_, index) => index), concurrency, steps: [step(way, 's', '${string(item)}')] },
    },
  ]);

/** One, then two at once, then two after each of them: seven in all. */
export const tree = (way: Way): Plan =>
  plan('tree', [
    step(way, 'root', '0'),
    {
      id: 'fork',
      parallel: {
        branches: [1, 2].map((side) => [
          step(way, `side-${side}`, String(side)),
          { id: `leaves-${side}`, parallel: { steps: [1, 2].map((leaf) => step(way, `leaf-${side}-${leaf}`, String(leaf))) } },
        ]),
      },
    },
  ]);
