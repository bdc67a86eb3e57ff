/** Runs the tests that stand beside a playbook, in memory and in virtual time. */
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { canonicalJson } from '../digest.ts';
import { EdictError, isErrorCode } from '../errors.ts';
import type { Signal } from '../incident/signal.ts';
import type { Json, JsonObject } from '../json.ts';
import { actions } from './actions.ts';
import type { DelegationAct } from './approval/simulated.ts';
import { commandProblems, commandsOf, recordedFork } from './control/tested.ts';
import { callsOf } from './publishing/catalogue.ts';
import { durationOf, parseDuration, printDuration } from './duration.ts';
import { triggeredBy } from './inputs.ts';
import type { Plan } from './plan.ts';
import { textOf } from './template.ts';
import { playbookTestsSchema, type PlaybookTest } from './playbook-test.schema.ts';
import type { SimulatedChild } from './simulate-child.ts';
import type { TaskAct } from './simulate-task.ts';
import { simulate, type Fake, type Simulation, type PersonAct, type SimulatedEffect, type SimulatedRun } from './simulate.ts';

export type PlaybookTestResult = {
  readonly name: string;
  readonly passed: boolean;
  readonly problems: readonly string[];
  readonly run?: SimulatedRun | undefined;
};

/** Throws `input-invalid` when the file itself cannot be read; a test that does not hold is a result. */
export function runPlaybookTests(plan: Plan, yaml: string, file?: string): readonly PlaybookTestResult[] {
  return readPlaybookTests(yaml, file ?? `tests of playbook \`${plan.playbook}\``).map((test) => runTest(plan, test));
}

/** Throws `input-invalid` with the place of the first fault. */
export function readPlaybookTests(yaml: string, file: string): readonly PlaybookTest[] {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines });
  const refuse = (message: string, offset: number): EdictError => {
    const { line, col } = lines.linePos(offset);
    return new EdictError('input-invalid', `${file}:${line}: ${message}`, { where: `${file}:${line}:${col}` });
  };
  const [fault] = document.errors;
  if (fault) throw refuse(fault.message.split('\n')[0] ?? 'not YAML', fault.pos[0]);
  const parsed = playbookTestsSchema.safeParse(plainOf(document, file));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refuse(`\`/${issue?.path.join('/')}\`: ${issue?.message}`, offsetOf(document, issue?.path ?? []));
}

function plainOf(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    throw new EdictError('input-invalid', `YAML aliases are not allowed (${file})`, { where: file, cause });
  }
}

/** Where the node stands, or the nearest one that encloses it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function runTest(plan: Plan, test: PlaybookTest): PlaybookTestResult {
  const { name } = test;
  try {
    const run = simulate(simulationOf(plan, test));
    const triggered = test.signal === undefined || triggeredBy(plan, signalOf(test.signal));
    const problems = [
      ...(triggered ? [] : ['the signal does not trigger the playbook']),
      ...problemsOf(test.expect, run),
      ...refusalProblems(test, run),
      ...commandProblems(test, run),
    ];
    return { name, passed: problems.length === 0, problems, run };
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
    return { name, passed: false, problems: [error.message] };
  }
}

/** What a test runs: also of what is tried out by hand. */
export function simulationOf(plan: Plan, test: PlaybookTest): Simulation {
  return {
    plan,
    inputs: test.manual?.inputs ?? test.inputs,
    signal: test.signal && signalOf(test.signal),
    incident: test.incident ?? (test.signal ? 'inc-1' : undefined),
    requester: test.manual?.by ?? 'system:trigger',
    fakes: Object.fromEntries(
      Object.entries(test.fakes).map(([action, fake]) => [
        knownAnswer(plan, action),
        Array.isArray(fake) ? fake.map(fakeOf) : fakeOf(fake),
      ]),
    ),
    people: test.people.filter(isVote).map(actOf),
    delegations: test.people.flatMap(delegationOf),
    tasks: test.people.flatMap(taskActOf),
    signals: test.signals.map(({ at, ...signal }, index) => ({
      atMs: parseDuration(at),
      signal: signalOf({ id: `sig-${index + 2}`, ...signal }),
    })),
    cancel: test.cancel && { ...test.cancel, atMs: parseDuration(test.cancel.at) },
    commands: commandsOf(test),
    fork: test.rerun && recordedFork(plan, test.rerun),
  };
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

type Person = PlaybookTest['people'][number];

const isVote = ({ approve, deny, break_glass: glass }: Person): boolean => (approve ?? deny ?? glass) !== undefined;
const isTaskAct = ({ answer, claim }: Person): boolean => (answer ?? claim) !== undefined;

function delegationOf({ at, who: from, delegate, revoke }: Person): readonly DelegationAct[] {
  const atMs = parseDuration(at);
  if (delegate) return [{ atMs, from, to: delegate.to, roles: delegate.roles, untilMs: parseDuration(delegate.until) }];
  return revoke === undefined ? [] : [{ atMs, from, to: revoke, roles: [] }];
}

function taskActOf({ at, who, answer, claim, outputs = {}, roles }: Person): readonly TaskAct[] {
  const step = answer ?? claim;
  return step === undefined
    ? []
    : [{ atMs: parseDuration(at), who, does: answer === undefined ? 'claim' : 'answer', step, outputs, roles }];
}

function decisionOf({ approve, deny }: Person): PersonAct['decision'] {
  if (approve !== undefined) return 'approve';
  return deny === undefined ? 'break-glass' : 'deny';
}

function actOf(person: PlaybookTest['people'][number]): PersonAct {
  return {
    atMs: parseDuration(person.at),
    who: person.who,
    decision: decisionOf(person),
    step: person.approve ?? person.deny ?? person.break_glass ?? '',
    roles: person.roles,
    reason: person.reason,
    onBehalfOf: person.for,
    narrow: person.narrow,
  };
}

/** Of an action, or of a playbook that is called. */
function knownAnswer(plan: Plan, name: string): string {
  if (Object.hasOwn(actions, name) || callsOf(plan).some(({ playbook }) => playbook === name)) return name;
  throw new EdictError('input-invalid', `unknown action \`${name}\` in fakes`, { help: 'an action, or a playbook that is called' });
}

function fakeOf(given: JsonObject): Fake {
  const { $fail: fail, $message: message, $takes: takes, $outcome: outcome, $effects: effects, ...outputs } = given;
  if (fail !== undefined && !isErrorCode(fail)) throw new EdictError('input-invalid', `\`${textOf(fail)}\` is no error code`);
  return {
    outputs: Object.keys(outputs).length > 0 ? outputs : undefined,
    fail,
    message: message === undefined ? undefined : textOf(message),
    takesMs: takes === undefined ? undefined : durationOf(takes),
    outcome: outcome === undefined ? undefined : textOf(outcome),
    effects: effects === undefined ? undefined : effects === true,
  };
}

function problemsOf(expected: PlaybookTest['expect'], run: SimulatedRun): readonly string[] {
  const { view } = run;
  return [
    ...(view.status === 'ended' ? [] : [`the run did not end: it is ${view.status}`]),
    ...differs('outcome', view.outcome, expected.outcome),
    ...differs('path', run.path, expected.path),
    ...differs('error', view.error?.code, expected.error),
    ...differs('outcome at', printDuration(run.outcomeAtMs), expected.at && normal(expected.at)),
    ...Object.entries(expected.outputs ?? {}).flatMap(([name, value]) => differs(`output ${name}`, view.outputs?.[name], value)),
    ...Object.entries(expected.steps ?? {}).flatMap(([key, status]) =>
      differs(`step ${key}`, view.steps.find(({ step }) => step === key)?.status, status),
    ),
    ...(expected.children ? childProblems(expected.children, run.children) : []),
    ...(expected.effects ? effectProblems(expected.effects, run.effects) : []),
    ...(expected.tasks ?? []).flatMap((task) => taskProblems(task, run)),
    ...(expected.approvals ?? []).flatMap((approval) => approvalProblems(approval, run)),
  ];
}

type ExpectedApproval = NonNullable<PlaybookTest['expect']['approvals']>[number];

function approvalProblems(expected: ExpectedApproval, run: SimulatedRun): readonly string[] {
  const actual = run.approvals.find(({ command }) => command.step === expected.step);
  const what = `approval ${expected.step}`;
  return [
    ...differs(`${what} status`, actual?.status, expected.status),
    ...differs(`${what} quorum`, actual?.command.quorum, expected.quorum),
    ...differs(`${what} by`, actual?.by, expected.by),
    ...differs(`${what} risk`, actual?.command.plan.shown?.risk, expected.risk),
    ...differs(`${what} withheld`, actual?.withheld ?? [], expected.withheld),
    ...differs(`${what} leases`, actual?.leases ?? {}, expected.leases),
    ...differs(`${what} reminded`, actual?.asked.filter(({ kind }) => kind === 'remind').length, expected.reminded),
    ...differs(
      `${what} escalated`,
      actual?.asked.some(({ kind }) => kind === 'escalate'),
      expected.escalated,
    ),
  ];
}

type ExpectedTask = NonNullable<PlaybookTest['expect']['tasks']>[number];

function taskProblems(expected: ExpectedTask, run: SimulatedRun): readonly string[] {
  const actual = run.tasks.findLast(({ command }) => command.step === expected.step && command.undo === expected.undo);
  const what = `task ${expected.step}${expected.undo ? ' (undo)' : ''}`;
  return [
    ...differs(`${what} status`, actual?.status, expected.status),
    ...differs(`${what} by`, actual?.answer?.by, expected.by),
    ...differs(`${what} reminded`, actual?.asked.filter(({ kind }) => kind === 'remind').length, expected.reminded),
    ...differs(
      `${what} escalated`,
      actual?.asked.some(({ kind }) => kind === 'escalate'),
      expected.escalated,
    ),
  ];
}

/** What is not expected is not compared. */
function differs(what: string, actual: unknown, expected: unknown): readonly string[] {
  if (expected === undefined || canonicalJson(actual ?? null) === canonicalJson(expected)) return [];
  return [`${what}: expected ${canonicalJson(expected)}, got ${canonicalJson(actual ?? null)}`];
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
      .map((key) => `effect ${index + 1} ${key}: expected ${textOf(wanted[key] ?? false)}, got ${textOf(is[key] ?? false)}`);
    const acts = effect.action === action && Object.values(effect.params).some((value) => namedBy(value, wanted[action]));
    return acts
      ? wrong
      : [
          ...wrong,
          `effect ${index + 1}: expected ${action} on ${canonicalJson(wanted[action])}, got ${effect.action} with ${canonicalJson(effect.params)}`,
        ];
  });
}

function childProblems(expected: NonNullable<PlaybookTest['expect']['children']>, actual: readonly SimulatedChild[]): readonly string[] {
  if (expected.length !== actual.length)
    return [`children: expected ${expected.length}, got ${canonicalJson(actual.map(({ playbook, step }) => `${playbook} by ${step}`))}`];
  return expected.flatMap(({ playbook, step, inputs, at, ended, undone }, index) => {
    const child = actual[index];
    const what = `child ${index + 1}`;
    const time = (value: string | false | undefined): Json | undefined => (value === undefined ? undefined : normal(value));
    return [
      ...differs(`${what} playbook`, child?.playbook, playbook),
      ...differs(`${what} step`, child?.step, step),
      ...differs(`${what} inputs`, child?.inputs, inputs),
      ...differs(`${what} at`, child && printDuration(child.atMs), time(at)),
      ...differs(`${what} ended`, child?.endedAtMs === undefined ? false : printDuration(child.endedAtMs), time(ended)),
      ...differs(`${what} undone`, child?.undoneAtMs === undefined ? false : printDuration(child.undoneAtMs), time(undone)),
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
  const inTime = test.people.toSorted((a, b) => parseDuration(a.at) - parseDuration(b.at));
  const asExpected = (what: string, { expect }: Partial<Person>, who: string, refused: string | undefined): readonly string[] => {
    if (refused === undefined) return expect === undefined || expect === 'accepted' ? [] : [`the ${what} of ${who} was accepted`];
    return expect === 'refused' || expect === refused ? [] : [`the ${what} of ${who} was refused: ${refused}`];
  };
  const [votes, others] = [inTime.filter(isVote), inTime.filter(isTaskAct)];
  return [
    ...run.votes.flatMap(({ act, refused }, index) => asExpected('vote', votes[index] ?? {}, act.who, refused)),
    ...run.taskActs.flatMap(({ act, refused }, index) => asExpected(act.does, others[index] ?? {}, act.who, refused)),
  ];
}
