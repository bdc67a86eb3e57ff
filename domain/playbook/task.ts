/** A task: what a person is asked to do outside, and the typed answer that counts as its result. Pure. */
import { EdictError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import type { ValueType } from './actions.ts';
import type { KnownPerson } from './approval/unreachable.ts';
import type { Plan } from './plan.ts';
import { suggest } from './suggest.ts';

export const taskOutputTypes = ['string', 'int', 'double', 'bool', 'list', 'map'] as const satisfies readonly ValueType[];
export type TaskOutputType = (typeof taskOutputTypes)[number];

/** One value of the answer. With `enum`, a text that is one of these. */
export type TaskOutput = {
  readonly type: TaskOutputType;
  readonly enum?: readonly string[] | undefined;
  readonly optional?: true | undefined;
  readonly description?: string | undefined;
};
export type TaskOutputs = { readonly [name: string]: TaskOutput };

export type TaskStatus = 'open' | 'answered' | 'expired' | 'cancelled';

/** What is asked of whom. */
export type TaskRequest = {
  readonly run: string;
  /** Step id with the indexes of its loops. */
  readonly step: string;
  /** Counts the times that the step was gone through: 1, 2, … */
  readonly invocation: number;
  /** It takes back what the step's first task did. */
  readonly undo: boolean;
  readonly title: string;
  readonly instructions: string;
  readonly outputs: TaskOutputs;
  /** Who may answer: anyone who has one of the roles or is one of the people. */
  readonly roles: readonly string[];
  readonly people: readonly string[];
};

export type TaskRecord = TaskRequest & {
  readonly id: string;
  readonly openedAt: string;
  readonly expiresAt: string;
  readonly status: TaskStatus;
  /** Who has taken it on: nobody else answers it. */
  readonly claimedBy?: string | undefined;
  readonly claimedAt?: string | undefined;
  readonly answer?: JsonObject | undefined;
  readonly answeredBy?: string | undefined;
  readonly note?: string | undefined;
  readonly closedAt?: string | undefined;
};

/** More than a person writes by hand. */
const longestAnswer = 16 * 1024;

const fits: { readonly [T in TaskOutputType]: (value: Json) => boolean } = {
  string: (value) => typeof value === 'string',
  int: (value) => Number.isSafeInteger(value),
  double: (value) => typeof value === 'number' && Number.isFinite(value),
  bool: (value) => typeof value === 'boolean',
  list: (value) => Array.isArray(value),
  map: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** Throws `input-invalid` with a pointer to the first value that is not as declared. */
export function checkAnswer(outputs: TaskOutputs, answer: JsonObject): void {
  for (const name of Object.keys(answer)) {
    if (Object.hasOwn(outputs, name)) continue;
    const near = suggest(name, Object.keys(outputs));
    throw wrong(name, `the task has no output \`${name}\``, namesOf(outputs), near === undefined ? undefined : `did you mean \`${near}\`?`);
  }
  for (const [name, output] of Object.entries(outputs)) checkValue(name, output, answer);
  if (JSON.stringify(answer).length > longestAnswer)
    throw new EdictError('input-too-large', 'the answer is too long', {
      where: '/outputs',
      expected: `at most ${longestAnswer} characters`,
    });
}

function checkValue(name: string, output: TaskOutput, answer: JsonObject): void {
  const value = Object.hasOwn(answer, name) ? answer[name] : undefined;
  if (value === undefined) {
    if (output.optional) return;
    throw wrong(name, `the answer lacks \`${name}\``, expectedOf(output), output.description);
  }
  if (fits[output.type](value) && (output.enum === undefined || output.enum.includes(value as string))) return;
  throw wrong(name, `\`${JSON.stringify(value).slice(0, 80)}\` is no answer to \`${name}\``, expectedOf(output), output.description);
}

function wrong(name: string, message: string, expected: string, help?: string): EdictError {
  return new EdictError('input-invalid', message, {
    where: `/outputs/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    expected,
    help,
  });
}

/** In words: `one of benign, malicious`. */
export function expectedOf({ type, enum: values }: TaskOutput): string {
  return values === undefined ? type : `one of ${values.join(', ')}`;
}

const namesOf = (outputs: TaskOutputs): string => Object.keys(outputs).join(', ') || 'none';

/** Tasks that none of these people may answer, however long they are open. */
export function unreachableTasks(
  plan: Pick<Plan, 'steps'>,
  people: readonly KnownPerson[],
): readonly { readonly step: string; readonly asks: string }[] {
  const active = people.filter(({ disabled }) => !disabled);
  return Object.values(plan.steps).flatMap((step) => {
    if (step.kind !== 'manual') return [];
    return [step, ...(step.undo ? [step.undo] : [])].flatMap((task) => {
      const asked = [...task.roles, ...task.people, ...(task.escalate ?? []).flatMap(({ to, people: more = [] }) => [...to, ...more])];
      const reached = active.some(({ id, roles }) => asked.includes(id) || roles.some((role) => asked.includes(role)));
      return reached ? [] : [{ step: step.id, asks: asked.join(', ') }];
    });
  });
}
