/** The shapes that are measured: each as a playbook, and under the same name by hand in hand-written.ts. */
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Plan } from '../../domain/playbook/plan.ts';

/** `ordinary` goes through the server, `quick` does not. */
export type Way = 'ordinary' | 'quick';

const plan = (name: string, steps: readonly object[], inputs: object = {}): Plan =>
  compilePlaybook(JSON.stringify({ playbook: name, version: '1.0.0', title: name, inputs, steps }), `${name}.yaml`).plan;

const step = (way: Way, id: string, value: string): object =>
  way === 'quick' ? { id, action: 'control.noop', with: { value } } : { id, action: 'enforcement.observe', with: { point: value } };

const many = (way: Way, count: number): object[] => Array.from({ length: count }, (_, index) => step(way, `s${index}`, String(index)));

export const sequence = (way: Way, count: number): Plan => plan('sequence', many(way, count));

export const parallel = (way: Way, count: number): Plan => plan('parallel', [{ id: 'all', parallel: { steps: many(way, count) } }]);

/** Over `inputs.items`: see `items`. */
export const foreach = (way: Way, concurrency: number): Plan =>
  plan('foreach', [{ id: 'each', foreach: { in: '${inputs.items}', concurrency, steps: [step(way, 's', '${string(item)}')] } }], {
    items: { type: 'list' },
  });

export const items = (count: number): JsonObject => ({ items: Array.from({ length: count }, (_, index) => index) });

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

/** What is called: one step. */
export const called = (way: Way): Plan => plan('called', [step(way, 's', '1')]);

export const caller = (count: number, concurrency: number): Plan =>
  plan('caller', [
    {
      id: 'each',
      foreach: {
        in: Array.from({ length: count }, (_, index) => index),
        concurrency,
        steps: [{ id: 'one', playbook: { name: 'called' } }],
      },
    },
  ]);

/** Seven quick steps, and an hour of waiting for nothing. */
export const waiting = (): Plan => plan('waiting', [...many('quick', 7), { id: 'wait', wait: '1h' }]);

export const turns = (way: Way, count: number): Plan =>
  plan('turns', [{ id: 'again', while: { if: `index < ${count}`, max: count, steps: [step(way, 's', '${string(index)}')] } }]);

/** The lab's answer is as long as is asked for. */
export const large = (characters: number): Plan =>
  plan('large', [{ id: 's', action: 'enforcement.observe', with: { point: `long:${characters}` } }]);

/** Waits for a signal, and tells when its next action was performed. */
export const woken = (): Plan =>
  compilePlaybook(
    JSON.stringify({
      playbook: 'woken',
      version: '1.0.0',
      title: 'woken',
      steps: [
        { id: 'wait', wait: { signal: 'bench', for: '1h' } },
        { id: 's', action: 'enforcement.observe', with: { point: 'time' }, outputs: { at: 'result.detail' } },
      ],
      outputs: { at: 's.at' },
    }),
    'woken.yaml',
  ).plan;
