/**
 * Runs any version of a playbook in memory against runs that were recorded: the same inputs and signals, what actions answered, how
 * people voted and how long after they were asked. Nothing is done outside. Pure.
 */
import { EdictError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { RunState } from '../engine/state.ts';
import { viewOf } from '../engine/view.ts';
import { resolveInputs } from '../inputs.ts';
import type { Plan } from '../plan.ts';
import { simulate, type Fake, type PersonAct, type SimulatedRun, type Simulation } from '../simulate.ts';
import type { TaskAct } from '../simulate-task.ts';
import { answersOf, performancesOf, type Performance } from './answers.ts';
import { answersTo, askedBy, sameAskings, votesOn, type Asked, type Askings } from './people.ts';
import type { RecordedRun } from './record.ts';

export type ReplayOptions = {
  /** What actions answer of which nothing was recorded. */
  readonly fakes?: Simulation['fakes'] | undefined;
  /** What people do at approvals that were not asked for then. */
  readonly people?: readonly PersonAct[] | undefined;
  readonly tasks?: readonly TaskAct[] | undefined;
  /** Called after every event; it may throw, to end what takes too long. */
  readonly watch?: (() => void) | undefined;
};

export type Replayed = {
  readonly run?: SimulatedRun | undefined;
  /** How far it came before something was asked that nobody recorded. */
  readonly stopped?: { readonly reason: string; readonly help?: string | undefined; readonly path: readonly string[] } | undefined;
  /** Where it was answered by something else than its own recording. */
  readonly notes: readonly string[];
  readonly performances: readonly Performance[];
};

/** The run as it was, gone through again: what it asked of actions becomes known. */
export function replayAsRecorded(recorded: RecordedRun, options: ReplayOptions = {}): Replayed {
  return replay(recorded.plan, recorded, { pool: performancesOf(recorded), askings: recorded, ...options });
}

/** `pool`: the recordings that may answer; those of the run itself, and of the others of its incident. */
export type Pool = { readonly pool: readonly Performance[]; readonly askings: Askings };

const mostRounds = 200;

export function replay(plan: Plan, recorded: RecordedRun, { pool, askings, ...options }: Pool & ReplayOptions): Replayed {
  const notes = new Set<string>();
  const inputs = inputsFor(plan, recorded, notes);
  let known: readonly Asked[] = [];
  // People answer when they are asked, and when that is shows by running it: each round knows one question more.
  for (let round = 0; ; round++) {
    const attempt: Attempt = { plan, recorded, inputs, pool, askings, options, known, asked: [], notes: new Set(notes) };
    const tried = attemptRun(attempt);
    if (round >= mostRounds || sameAskings(known, attempt.asked)) return { ...tried, notes: [...attempt.notes, ...tried.notes] };
    known = attempt.asked;
  }
}

type Attempt = Pool & {
  readonly plan: Plan;
  readonly recorded: RecordedRun;
  readonly inputs: JsonObject;
  readonly options: ReplayOptions;
  /** What people were asked in the round before. */
  readonly known: readonly Asked[];
  readonly asked: Asked[];
  readonly notes: Set<string>;
};

function attemptRun(attempt: Attempt): Replayed {
  const { plan, recorded, inputs, pool, askings, options, known, asked } = attempt;
  const { people = [], tasks = [] } = options;
  const given = { said: new Set([...people, ...tasks].map(({ step }) => step)), notes: attempt.notes };
  const fakes = { ...childFakes(recorded), ...options.fakes };
  const { answer, notes } = answersOf(pool, new Set(Object.keys(fakes)));
  const performances: Performance[] = [];
  let last: RunState | undefined;
  try {
    const { requester, incident, signal, signals, commands, cancel } = recorded;
    const run = simulate({
      plan,
      inputs,
      requester,
      incident,
      signal,
      signals,
      commands,
      cancel,
      fakes,
      people: [...people, ...votesOn(known)],
      tasks: [...tasks, ...answersTo(known)],
      recorded: (command) => {
        const fake = answer(command);
        if (command.undoes === undefined) performances.push(performed(pool, command, fake ?? {}));
        return fake;
      },
      observe: (state, event, commands) => {
        options.watch?.();
        last = state;
        for (const command of commands) asked.push(...[askedBy(command, event?.nowMs ?? 0, askings, given) ?? []].flat());
      },
    });
    return { run, notes: [...notes], performances };
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
    const path = last ? pathOf(plan, last) : [];
    return { stopped: { reason: error.message, help: error.help, path }, notes: [...notes], performances };
  }
}

type Performing = { readonly step: string; readonly action: string; readonly params: JsonObject };

function performed(pool: readonly Performance[], { step, action, params }: Performing, fake: Fake): Performance {
  const undo = pool.find((each) => each.step === step && each.action === action)?.undo ?? {};
  return { step, action, params, fake, undo };
}

/** What the version does not take is left out, and said. Throws `input-invalid` for what it needs and nobody gave. */
function inputsFor(plan: Plan, { inputs, signal }: RecordedRun, notes: Set<string>): JsonObject {
  const taken = Object.entries(inputs).filter(([name]) => Object.hasOwn(plan.inputs, name));
  for (const name of Object.keys(inputs))
    if (!Object.hasOwn(plan.inputs, name)) notes.add(`input \`${name}\` is not taken by this version`);
  const given = Object.fromEntries(taken);
  resolveInputs(plan, given, signal);
  return given;
}

function pathOf(plan: Plan, state: RunState): readonly string[] {
  return viewOf(plan, state)
    .steps.filter(
      ({ step, status }) =>
        status !== 'skipped' && plan.steps[step] !== undefined && plan.steps[step].in === undefined && !step.includes('.'),
    )
    .map(({ step }) => step);
}

/** What called playbooks gave, by their names, in the order in which they were called. */
function childFakes({ plan, view }: RecordedRun): { readonly [playbook: string]: readonly Fake[] } {
  const fakes: { [playbook: string]: Fake[] } = {};
  for (const { step, kind, outputs, startedAtMs = 0, endedAtMs = startedAtMs } of view.steps) {
    const planned = kind === 'playbook' ? plan.steps[step.slice(step.lastIndexOf('.') + 1)] : undefined;
    if (planned?.kind !== 'playbook') continue;
    const outcome = typeof outputs?.['outcome'] === 'string' ? outputs['outcome'] : 'failed';
    (fakes[planned.playbook] ??= []).push({ outputs: outputs ?? {}, outcome, takesMs: endedAtMs - startedAtMs });
  }
  return fakes;
}
