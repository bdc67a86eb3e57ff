/**
 * What a step was given: of an effect what the ledger holds, of others what its parameters come to by the inputs of the run and the recorded
 * outputs of its steps. What cannot be computed here (a loop's own variable) stands as it is written.
 */
import type { Json, JsonObject } from '../../../domain/json.ts';
import type { Scope } from '../../../domain/playbook/expression.ts';
import type { Plan, PlanStep, Template, Templates } from '../../../domain/playbook/plan.ts';
import type { RunDetail } from '../../../api/contract/runs.ts';
import { planIdOf, type StepView } from './step-state.ts';

type Evaluate = (template: Template, scope: Scope) => Json;

export function inputOf(detail: RunDetail, plan: Plan, view: StepView, evaluate: Evaluate): JsonObject | undefined {
  const effect = detail.effects.find(({ step }) => step === view.step);
  if (effect !== undefined) return effect.params;
  const templates = templatesOf(plan.steps[planIdOf(view.step)]);
  if (templates === undefined) return undefined;
  const scope = scopeOf(detail, view.step);
  return Object.fromEntries(Object.entries(templates).map(([name, template]) => [name, valueOf(template, scope, evaluate)]));
}

function templatesOf(step: PlanStep | undefined): Templates | undefined {
  if (step?.kind === 'action' || step?.kind === 'playbook') return step.params;
  if (step?.kind === 'foreach') return { items: step.items };
  if (step?.kind === 'while') return step.from;
  return undefined;
}

function valueOf(template: Template, scope: Scope, evaluate: Evaluate): Json {
  try {
    return evaluate(template, scope);
  } catch {
    return writtenOf(template);
  }
}

function writtenOf(template: Template): Json {
  switch (template.is) {
    case 'value':
      return template.value;
    case 'cel':
      return `\${${template.cel}}`;
    case 'text':
      return template.parts.map((part) => (typeof part === 'string' ? part : `\${${part.cel}}`)).join('');
    case 'list':
      return template.items.map(writtenOf);
    case 'map':
      return Object.fromEntries(Object.entries(template.entries).map(([name, one]) => [name, writtenOf(one)]));
  }
}

function scopeOf({ inputs, run, requester, incident, view }: RunDetail, key: string): Scope {
  const steps = new Map((view?.steps ?? []).map((step) => [step.step, step]));
  const prefix = key.slice(0, key.lastIndexOf('].') + 2);
  return (root) => {
    if (root === 'inputs') return inputs;
    if (root === 'run') return { id: run, requester, ...(incident === undefined ? {} : { incident }) };
    const id = root.replaceAll('_', '-');
    const found = steps.get(`${prefix}${id}`) ?? steps.get(id) ?? steps.get(root);
    return found === undefined
      ? undefined
      : {
          ...found.outputs,
          ok: found.status === 'done',
          ...(found.lease === undefined ? {} : { lease: found.lease as unknown as JsonObject }),
        };
  };
}
