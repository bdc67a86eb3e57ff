/** The inputs of a playbook as fields of a form. What another run was given is what stands in them at first. */
import type { JsonObject } from '../../../domain/json.ts';
import type { Plan } from '../../../domain/playbook/plan.ts';
import type { TypedField } from './typed-value.ts';

export function fieldsOfInputs(inputs: Plan['inputs'], given: JsonObject = {}): readonly TypedField[] {
  return Object.entries(inputs).map(([name, spec]) => ({
    name,
    type: spec.type,
    optional: spec.optional === true || (spec.from !== undefined && given[name] === undefined && spec.default !== undefined),
    description: spec.description,
    default: spec.default,
    min: spec.min,
    max: spec.max,
  }));
}
