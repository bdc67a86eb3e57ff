/** What the user says where nothing was recorded, in the words of a playbook's tests. */
import { EdictError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { Plan } from '../plan.ts';
import { playbookTestsSchema } from '../playbook-test.schema.ts';
import { simulationOf } from '../playbook-test.ts';
import type { ReplayOptions } from './replay.ts';

export type Given = { readonly fakes?: JsonObject | undefined; readonly people?: readonly JsonObject[] | undefined };

/** Throws `input-invalid`. */
export function givenAnswers(plan: Plan, { fakes = {}, people = [] }: Given): Pick<ReplayOptions, 'fakes' | 'people' | 'tasks'> {
  const parsed = playbookTestsSchema.element.safeParse({ name: 'given', fakes, people, expect: { outcome: 'done' } });
  if (parsed.success) {
    const { fakes: read, people: acts, tasks } = simulationOf(plan, parsed.data);
    return { fakes: read, people: acts, tasks };
  }
  const [issue] = parsed.error.issues;
  throw new EdictError('input-invalid', `\`${issue?.path.join('.')}\`: ${issue?.message}`, { where: `/${issue?.path.join('/')}` });
}
