/** Small playbooks, commands to their runs, and what came of them: for the tests of run control. */
import type { JsonObject } from '../../domain/json.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import type { RunCommand } from '../../domain/playbook/control/command.ts';
import { simulate, type Fake, type SimulatedRun, type Simulation } from '../../domain/playbook/simulate.ts';

export const planOf = (steps: readonly JsonObject[], version = '1.0.0'): Plan =>
  compilePlaybook(JSON.stringify({ playbook: 'p', version, title: 't', steps }), 'p.yaml').plan;
export const isolate = (id: string, more: JsonObject = {}): JsonObject => ({
  id,
  action: 'network.isolate',
  with: { asset: id },
  undo: 'network.release',
  ...more,
});
export const noop = (id: string, more: JsonObject = {}): JsonObject => ({ id, action: 'control.noop', ...more });
export const wait = (id: string, time: string): JsonObject => ({ id, wait: time });

let ids = 0;
export type At = { readonly atMs: number; readonly command: RunCommand };
type Kind = RunCommand['kind'];
export const at = (atMs: number, kind: Kind, more: object = {}): At => ({
  atMs,
  command: { id: `c${ids++}`, by: 'ann', reason: 'because', kind, ...more } as RunCommand,
});
export const skip = (atMs: number, step: string): At => at(atMs, 'skip', { step });

export function play(
  steps: readonly JsonObject[],
  commands: readonly At[],
  fakes: { readonly [action: string]: Fake | readonly Fake[] } = {},
  more: Partial<Simulation> = {},
): SimulatedRun {
  const defaults = { 'network.isolate': { outputs: { receipt: 'r', points: [] } }, 'network.release': {} };
  return simulate({ plan: planOf(steps), fakes: { ...defaults, ...fakes }, commands, ...more });
}
export const statuses = ({ view }: SimulatedRun): object => Object.fromEntries(view.steps.map(({ step, status }) => [step, status]));
export const answers = (run: SimulatedRun): readonly string[] =>
  run.answers.map(({ answer }) => (answer.status === 'taken' ? 'taken' : answer.error.message));
