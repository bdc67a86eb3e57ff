/** Short playbooks for tests of the engine, run in virtual time, and what is looked at of such a run. */
import { compilePlaybook } from '../../../domain/playbook/compile.ts';
import type { Plan } from '../../../domain/playbook/plan.ts';
import { simulate, type SimulatedRun, type Simulation } from '../../../domain/playbook/simulate.ts';

const inputs = 'inputs: { list: { type: list, default: [] }, n: { type: int, default: 0 } }';
export const planOf = (steps: string, more = ''): Plan =>
  compilePlaybook(`playbook: p\nversion: 1.0.0\ntitle: t\n${inputs}\n${more}\nsteps:\n${steps}`, 'p.yaml').plan;
export const run = (steps: string, options: Partial<Simulation> & { more?: string } = {}): SimulatedRun =>
  simulate({ plan: planOf(steps, options.more), fakes: {}, ...options });
export const statuses = ({ view }: SimulatedRun): { [step: string]: string } =>
  Object.fromEntries(view.steps.map(({ step, status }) => [step, status]));
export const isolate = (id: string, more = ''): string =>
  `- { id: ${id}, action: network.isolate, with: { asset: ${id} }, undo: network.release${more} }\n`;
export const ok = { outputs: { receipt: 'r', points: [] } };
export const undone = (result: SimulatedRun): string[] =>
  result.effects
    .filter(({ undoneAtMs }) => undoneAtMs !== undefined)
    .toSorted((a, b) => a.undoneAtMs! - b.undoneAtMs!)
    .map(({ step }) => step);
