/**
 * A CACAO document, run in memory: brought in, compiled, and gone through by the engine on fakes. What nobody said is assumed and named:
 * actions answer with empty values, missing inputs are empty, people do what they are asked a minute later. Nothing is done outside.
 */
import type { Json, JsonObject } from '../../json.ts';
import { compilePlaybook } from '../compile.ts';
import type { Command, OpenApprovalCommand, OpenTaskCommand } from '../engine/messages.ts';
import type { Plan } from '../plan.ts';
import { givenAnswers } from '../recorded/given.ts';
import { simulate, type Fake, type PersonAct, type SimulatedRun, type Simulation } from '../simulate.ts';
import type { TaskAct } from '../simulate-task.ts';
import type { TaskOutput } from '../task.ts';
import { assumedAnswers, emptyOf } from '../trial.ts';
import { bareName } from './check-variables.ts';
import { celTypeOf } from './condition-cel.ts';
import type { CacaoFault } from './fault.ts';
import { importCacao } from './import.ts';
import { outputName } from './import-context.ts';
import type { CacaoMapping } from './mapping.schema.ts';
import { ownEntry, type CacaoPlaybook } from './model.ts';

/** `deny`: nobody approves, but people do their tasks. `silent`: nobody answers. */
export const peopleWays = ['approve', 'deny', 'silent'] as const;
export type PeopleWay = (typeof peopleWays)[number];

export type CacaoRunOptions = {
  readonly mapping?: CacaoMapping | undefined;
  readonly inputs?: JsonObject | undefined;
  /** As in a playbook's tests. */
  readonly fakes?: JsonObject | undefined;
  readonly people?: PeopleWay | undefined;
};
export type CacaoRun = {
  /** Of the import; with an error among them nothing ran. */
  readonly faults: readonly CacaoFault[];
  readonly done?: {
    readonly plan: Plan;
    readonly run: SimulatedRun;
    /** Actions and called playbooks whose answer was made up. */
    readonly assumed: readonly string[];
    /** Inputs that were missing, and are empty. */
    readonly empty: readonly string[];
  };
};

export function runCacao(
  document: CacaoPlaybook,
  { mapping, inputs = {}, fakes: given, people = 'approve' }: CacaoRunOptions = {},
): CacaoRun {
  const { text, faults } = importCacao(document, runnable(document, mapping));
  if (text === undefined) return { faults };
  const { plan } = compilePlaybook(text, 'imported');
  const { fakes = {} } = givenAnswers(plan, { fakes: given });
  const missing = missingInputs(plan, inputs);
  const assumed = { ...assumedAnswers(plan, new Set(Object.keys(fakes))), ...assumedCalls(document, plan, fakes) };
  const simulation = { plan, inputs: { ...missing, ...inputs }, requester: 'simulation', fakes: { ...assumed, ...fakes } };
  const run = answered(simulation, people);
  const performed = new Set(run.view.steps.filter(({ status }) => status !== 'skipped').map(({ action }) => action));
  const named = Object.keys(assumed).filter((name) => performed.has(name) || run.children.some(({ playbook }) => playbook === name));
  return { faults, done: { plan, run, assumed: named, empty: Object.keys(missing) } };
}

/** To see it run, it does not matter which playbook of ours a called one is. */
function runnable({ workflow }: CacaoPlaybook, mapping: CacaoMapping = { commands: [] }): CacaoMapping {
  const called = Object.values(workflow).flatMap((step) => (step.type === 'playbook-action' ? [step.playbook_id] : []));
  const names = called.map((id, index): [string, string] => [id, `called-${index + 1}`]);
  return { ...mapping, playbooks: { ...Object.fromEntries(names), ...mapping.playbooks } };
}

function missingInputs(plan: Plan, given: JsonObject): JsonObject {
  const missing = Object.entries(plan.inputs).filter(
    ([name, { default: fallback, optional, from }]) =>
      !Object.hasOwn(given, name) && fallback === undefined && !optional && from === undefined,
  );
  return Object.fromEntries(missing.map(([name, { type }]): [string, Json] => [name, type === 'duration' ? '1s' : emptyOf[type]]));
}

/** What a called playbook is said to give, empty. */
function assumedCalls(
  { workflow, playbook_variables: variables }: CacaoPlaybook,
  plan: Plan,
  fakes: Simulation['fakes'],
): Simulation['fakes'] {
  const names = Object.values(workflow).flatMap((step) => (step.type === 'playbook-action' ? (step.out_args ?? []) : []));
  const outputs = Object.fromEntries(
    names.map((name): [string, Json] => [
      outputName(bareName(name)),
      emptyOf[celTypeOf(ownEntry(variables, bareName(name))?.type ?? 'string')],
    ]),
  );
  const called = Object.values(plan.steps).flatMap((step) => (step.kind === 'playbook' ? [step.playbook] : []));
  return Object.fromEntries(called.filter((name) => !Object.hasOwn(fakes, name)).map((name): [string, Fake] => [name, { outputs }]));
}

type Opened = { readonly atMs: number; readonly command: OpenApprovalCommand | OpenTaskCommand };
const mostRounds = 1_000;
const minuteMs = 60_000;

/** People answer when they are asked, and when that is shows by running it: each round knows one question more. */
function answered(simulation: Simulation, way: PeopleWay): SimulatedRun {
  let known: readonly Opened[] = [];
  for (let round = 0; ; round++) {
    const opened: Opened[] = [];
    const run = simulate({
      ...simulation,
      people: known.flatMap((each) => votesOn(each, way)),
      tasks: known.flatMap((each) => answersTo(each, way)),
      observe: (_, event, commands) => {
        for (const command of commands) if (asksPeople(command)) opened.push({ atMs: event?.nowMs ?? 0, command });
      },
    });
    if (round >= mostRounds || timesOf(known) === timesOf(opened)) return run;
    known = opened;
  }
}

const asksPeople = (command: Command): command is Opened['command'] => command.type === 'open-approval' || command.type === 'open-task';

const timesOf = (opened: readonly Opened[]): string => opened.map(({ atMs, command }) => `${command.step} ${atMs}`).join(', ');

function votesOn({ atMs, command }: Opened, way: PeopleWay): readonly PersonAct[] {
  if (command.type !== 'open-approval' || way === 'silent') return [];
  const { step, roles, quorum } = command;
  return Array.from({ length: quorum }, (_, index) => ({
    atMs: atMs + minuteMs,
    who: `person ${index + 1}`,
    decision: way,
    step,
    roles,
    reason: 'simulated',
  }));
}

function answersTo({ atMs, command }: Opened, way: PeopleWay): readonly TaskAct[] {
  if (command.type !== 'open-task' || way === 'silent') return [];
  const outputs = Object.fromEntries(Object.entries(command.outputs).map(([name, output]): [string, Json] => [name, emptyAnswer(output)]));
  return [{ atMs: atMs + minuteMs, who: 'person 1', does: 'answer', step: command.step, outputs }];
}

const emptyAnswer = ({ type, enum: values }: TaskOutput): Json => values?.[0] ?? emptyOf[type];
