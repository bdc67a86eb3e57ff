/**
 * Trying a playbook out by hand: what starts it, what actions answer and what people do, in the words of a playbook's tests, become a
 * simulation. Pure: nothing outside is asked or changed. What an action would answer and nobody said is assumed, and named.
 */
import { parseDocument } from 'yaml';
import { EdictError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { actions, type ActionSpec, type ValueType } from './actions.ts';
import { callsOf } from './publishing/catalogue.ts';
import { resolveInputs, triggeredBy } from './inputs.ts';
import type { Plan } from './plan.ts';
import { playbookTestsSchema } from './playbook-test.schema.ts';
import { simulationOf } from './playbook-test.ts';
import { simulate, type SimulatedRun } from './simulate.ts';

/** `signal`, `signals`, `fakes` and `people` as YAML or JSON text. */
export type Trial = {
  readonly inputs: JsonObject;
  readonly signal?: string | undefined;
  /** Signals that come later, each with `at`. */
  readonly signals?: string | undefined;
  readonly fakes?: string | undefined;
  readonly people?: string | undefined;
  readonly by?: string | undefined;
  /** When it is cancelled, as a duration from the start. */
  readonly cancelAt?: string | undefined;
};
export type TrialResult = {
  readonly run: SimulatedRun;
  /** Actions that were performed and whose answer was made up. */
  readonly assumed: readonly string[];
  /** Undefined without a signal. */
  readonly triggered?: boolean | undefined;
};

/** Throws `input-invalid` for what is not of the form, and for inputs that the playbook does not take. */
export function tryOut(plan: Plan, trial: Trial): TrialResult {
  const given = simulationOf(plan, testOf(trial));
  resolveInputs(plan, given.inputs ?? {}, given.signal);
  const assumed = assumedAnswers(plan, new Set(Object.keys(given.fakes)));
  const run = simulate({ ...given, fakes: { ...assumed, ...given.fakes } });
  const performed = new Set(run.view.steps.filter(({ status }) => status !== 'skipped').map(({ action }) => action));
  return {
    run,
    assumed: Object.keys(assumed).filter((action) => performed.has(action)),
    ...(given.signal === undefined ? {} : { triggered: triggeredBy(plan, given.signal) }),
  };
}

function testOf({ inputs, by, cancelAt, ...texts }: Trial): ReturnType<typeof playbookTestsSchema.element.parse> {
  const parsed = playbookTestsSchema.element.safeParse({
    name: 'trial',
    inputs,
    ...(by === undefined ? {} : { manual: { by, inputs } }),
    ...Object.fromEntries(Object.entries(texts).flatMap(([what, text]) => (text === undefined ? [] : [[what, plainOf(text, what)]]))),
    ...(cancelAt === undefined ? {} : { cancel: { at: cancelAt, by: by ?? 'somebody' } }),
    expect: { outcome: 'done' },
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new EdictError('input-invalid', `\`${issue?.path.join('.')}\`: ${issue?.message}`, { where: `/${issue?.path.join('/')}` });
}

function plainOf(text: string, what: string): unknown {
  const document = parseDocument(text);
  const [fault] = document.errors;
  if (fault)
    throw new EdictError('input-invalid', `\`${what}\` is neither YAML nor JSON: ${fault.message.split('\n')[0]}`, { cause: fault });
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    throw new EdictError('input-invalid', `\`${what}\` has YAML aliases, which are not allowed`, { cause });
  }
}

/** Of the declared type, and empty: a playbook that goes on with it shows what it does without a finding. */
export const emptyOf: Readonly<Record<ValueType, Json>> = {
  string: '',
  int: 0,
  double: 0,
  bool: false,
  list: [],
  map: {},
  asset: { name: 'assumed' },
  indicator: { value: 'assumed' },
  any: '',
};

export function assumedAnswers(plan: Plan, known: ReadonlySet<string>): { readonly [action: string]: { readonly outputs: JsonObject } } {
  const used = Object.values(plan.steps).flatMap((step) => (step.kind === 'action' ? [step.action] : []));
  const called = callsOf(plan).filter(({ playbook }) => !known.has(playbook));
  return Object.fromEntries([
    ...called.map(({ playbook }) => [playbook, { outputs: {} }] as const),
    ...used
      .filter((action) => !known.has(action) && action !== 'control.noop')
      .map((action) => {
        const { outputs }: ActionSpec = actions[action];
        return [action, { outputs: Object.fromEntries(Object.entries(outputs).map(([name, type]) => [name, emptyOf[type]])) }] as const;
      })
      .filter(([, { outputs }]) => Object.keys(outputs).length > 0),
  ]);
}
