/** Runs the tests that stand beside a playbook, in memory and in virtual time. */
import { parseDocument } from 'yaml';
import { canonicalJson } from '../digest.ts';
import { EdictError, isErrorCode } from '../errors.ts';
import type { Signal } from '../incident/signal.ts';
import type { Json, JsonObject } from '../json.ts';
import { actions } from './actions.ts';
import { parseDuration, printDuration } from './duration.ts';
import { triggeredBy } from './inputs.ts';
import type { Plan } from './plan.ts';
import { playbookTestsSchema, type PlaybookTest } from './playbook-test.schema.ts';
import { simulate, type Fake, type PersonAct, type SimulatedEffect, type SimulatedRun } from './simulate.ts';

export type PlaybookTestResult = {
  readonly name: string;
  readonly passed: boolean;
  readonly problems: readonly string[];
  readonly run?: SimulatedRun | undefined;
};

/** Throws `input-invalid` when the file itself cannot be read; a test that does not hold is a result. */
export function runPlaybookTests(plan: Plan, yaml: string): readonly PlaybookTestResult[] {
  const document = parseDocument(yaml);
  const parsed = playbookTestsSchema.safeParse(document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 0 }));
  if (!parsed.success)
    throw new EdictError(
      'input-invalid',
      `tests of playbook \`${plan.playbook}\`: ${document.errors[0]?.message ?? parsed.error.issues[0]?.message}`,
      { where: `/${parsed.error.issues[0]?.path.join('/') ?? ''}` },
    );
  return parsed.data.map((test) => runTest(plan, test));
}

function runTest(plan: Plan, test: PlaybookTest): PlaybookTestResult {
  const { name } = test;
  try {
    const signal = test.signal ? signalOf(test.signal) : undefined;
    const people = test.people.map(actOf);
    const run = simulate({
      plan,
      inputs: test.manual?.inputs ?? (test.inputs as JsonObject | undefined),
      signal,
      incident: test.incident ?? (signal ? 'inc-1' : undefined),
      requester: test.manual?.by ?? 'system:trigger',
      fakes: Object.fromEntries(
        Object.entries(test.fakes).map(([action, fake]) => [knownAction(action), Array.isArray(fake) ? fake.map(fakeOf) : fakeOf(fake)]),
      ),
      people,
      cancel: test.cancel ? { ...test.cancel, atMs: parseDuration(test.cancel.at) } : undefined,
    });
    const untriggered = signal && !triggeredBy(plan, signal) ? ['the signal does not trigger the playbook'] : [];
    const problems = [...untriggered, ...problemsOf(test.expect, run), ...refusalProblems(test, run)];
    return { name, passed: problems.length === 0, problems, run };
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
    return { name, passed: false, problems: [error.message] };
  }
}

function signalOf(given: { readonly [key: string]: unknown }): Signal {
  return {
    id: 'sig-1',
    severity: 'high',
    at: '2026-01-01T00:00:00Z',
    title: 'a signal',
    key: 'key-1',
    attributes: {},
    ...given,
  } as unknown as Signal;
}

function actOf(person: PlaybookTest['people'][number]): PersonAct {
  return {
    atMs: parseDuration(person.at),
    who: person.who,
    decision: person.approve === undefined ? 'deny' : 'approve',
    step: person.approve ?? person.deny ?? '',
    roles: person.roles,
    reason: person.reason,
  };
}

function knownAction(name: string): string {
  if (!Object.hasOwn(actions, name)) throw new EdictError('input-invalid', `unknown action \`${name}\` in fakes`);
  return name;
}

function fakeOf(given: JsonObject): Fake {
  const { $fail: fail, $message: message, $takes: takes, ...outputs } = given;
  if (fail !== undefined && !isErrorCode(fail)) throw new EdictError('input-invalid', `\`${String(fail)}\` is no error code`);
  return {
    outputs: Object.keys(outputs).length > 0 ? outputs : undefined,
    fail,
    message: message === undefined ? undefined : String(message),
    takesMs: takes === undefined ? undefined : parseDuration(String(takes)),
  };
}

function problemsOf(expected: PlaybookTest['expect'], run: SimulatedRun): readonly string[] {
  const { view } = run;
  const problems: string[] = [];
  const same = (what: string, actual: unknown, wanted: unknown): void => {
    if (wanted !== undefined && canonicalJson(actual ?? null) !== canonicalJson(wanted))
      problems.push(`${what}: expected ${canonicalJson(wanted)}, got ${canonicalJson(actual ?? null)}`);
  };
  same('outcome', view.outcome, expected.outcome);
  if (view.status !== 'ended') problems.push(`the run did not end: it is ${view.status}`);
  same('path', run.path, expected.path);
  same('error', view.error?.code, expected.error);
  same('outcome at', printDuration(run.outcomeAtMs), expected.at === undefined ? undefined : printDuration(parseDuration(expected.at)));
  for (const [name, value] of Object.entries(expected.outputs ?? {})) same(`output ${name}`, view.outputs?.[name], value);
  for (const [key, status] of Object.entries(expected.steps ?? {}))
    same(`step ${key}`, view.steps.find(({ step }) => step === key)?.status, status);
  if (expected.effects) problems.push(...effectProblems(expected.effects, run.effects));
  for (const approval of expected.approvals ?? []) {
    const actual = run.approvals.find(({ command }) => command.step === approval.step);
    same(`approval ${approval.step} status`, actual?.status, approval.status);
    same(`approval ${approval.step} quorum`, actual?.command.quorum, approval.quorum);
    same(`approval ${approval.step} reminded`, actual?.asked.filter(({ kind }) => kind === 'remind').length, approval.reminded);
    same(
      `approval ${approval.step} escalated`,
      actual?.asked.some(({ kind }) => kind === 'escalate'),
      approval.escalated,
    );
  }
  return problems;
}

function effectProblems(expected: readonly JsonObject[], actual: readonly SimulatedEffect[]): readonly string[] {
  if (expected.length !== actual.length)
    return [`effects: expected ${expected.length}, got ${canonicalJson(actual.map(({ action, step }) => `${action} by ${step}`))}`];
  return expected.flatMap((wanted, index) => {
    const effect = actual[index];
    const action = Object.keys(wanted).find((key) => Object.hasOwn(actions, key));
    if (!effect || action === undefined) return [`effect ${index + 1} names no action`];
    const is: { readonly [key: string]: Json } = {
      at: printDuration(effect.atMs),
      undone: effect.undoneAtMs === undefined ? false : printDuration(effect.undoneAtMs),
    };
    const wrong = (['at', 'undone'] as const)
      .filter((key) => wanted[key] !== undefined && normal(wanted[key]) !== is[key])
      .map((key) => `effect ${index + 1} ${key}: expected ${String(wanted[key])}, got ${String(is[key])}`);
    const acts = effect.action === action && Object.values(effect.params).some((value) => namedBy(value, wanted[action]));
    return acts
      ? wrong
      : [
          ...wrong,
          `effect ${index + 1}: expected ${action} on ${canonicalJson(wanted[action])}, got ${effect.action} with ${canonicalJson(effect.params)}`,
        ];
  });
}

const normal = (value: Json): Json => (typeof value === 'string' ? printDuration(parseDuration(value)) : value);

function namedBy(value: Json, name: Json | undefined): boolean {
  if (name === undefined) return false;
  if (canonicalJson(value) === canonicalJson(name)) return true;
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    ((value as JsonObject)['name'] === name || (value as JsonObject)['value'] === name)
  );
}

function refusalProblems(test: PlaybookTest, run: SimulatedRun): readonly string[] {
  const expected = test.people.toSorted((a, b) => parseDuration(a.at) - parseDuration(b.at));
  return run.votes.flatMap(({ act, refused }, index) => {
    const { expect } = expected[index] ?? {};
    if (refused === undefined) return expect === undefined || expect === 'accepted' ? [] : [`the vote of ${act.who} was accepted`];
    return expect === 'refused' || expect === refused ? [] : [`the vote of ${act.who} was refused: ${refused}`];
  });
}
