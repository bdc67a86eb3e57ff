/**
 * The second driver: runs a plan in memory, in virtual time, with fakes for actions and people as data. The same engine and the
 * same semantics as on Temporal; used by tests of playbooks, by what-if views of runs, and by the engine's own tests.
 */
import { EdictError, errorTable, type ErrorCode } from '../errors.ts';
import type { Signal } from '../incident/signal.ts';
import type { JsonObject } from '../json.ts';
import { actions, type ActionName, type ActionSpec } from './actions.ts';
import type { Vote } from './approval.ts';
import {
  closeApproval,
  delegate,
  escalateApproval,
  openApproval,
  vote,
  type ApprovalBench,
  type DelegationAct,
  type PersonAct,
  type SimulatedApproval,
  type VoteResult,
} from './approval/simulated.ts';
import { askExtension } from './approval/simulated-extension.ts';
import { advance, start } from './engine/engine.ts';
import { defaultRetry, type Command, type EngineEvent, type PerformCommand } from './engine/messages.ts';
import type { RunState } from './engine/state.ts';
import { effectKey } from './engine/turn.ts';
import { viewOf } from './engine/view.ts';
import type { Fork } from './control/fork.ts';
import type { Plan } from './plan.ts';
import type { RunCommand, RunCommandAnswer } from './control/command.ts';
import {
  actOnTask,
  closeTask,
  escalateTask,
  openTask,
  type SimulatedTask,
  type TaskAct,
  type TaskActResult,
  type TaskBench,
} from './simulate-task.ts';
import { cancelChild, noteEnd, startChild, undoChild, type ChildBench, type SimulatedChild } from './simulate-child.ts';
import type { RunView } from './view.ts';

export type { PersonAct, SimulatedApproval, VoteResult } from './approval/simulated.ts';

/** How one performance of an action goes. A list of them: one for each performance, the last one for the rest. */
export type Fake = {
  readonly outputs?: JsonObject | undefined;
  readonly fail?: ErrorCode | undefined;
  readonly message?: string | undefined;
  readonly takesMs?: number | undefined;
  /** A failure that was not tried again, whatever its code. */
  readonly final?: true | undefined;
  /** Of a playbook that is called: how it ends (`done` where not given), and whether it leaves something to take back (it does). */
  readonly outcome?: string | undefined;
  readonly effects?: boolean | undefined;
};

export type Simulation = {
  readonly plan: Plan;
  readonly inputs?: JsonObject | undefined;
  readonly signal?: Signal | undefined;
  readonly incident?: string | undefined;
  readonly requester?: string | undefined;
  readonly fakes: { readonly [action: string]: Fake | readonly Fake[] };
  /** How this performance goes, before any fake is asked: what was recorded of it. */
  readonly recorded?: ((command: PerformCommand) => Fake | undefined) | undefined;
  readonly people?: readonly PersonAct[] | undefined;
  readonly delegations?: readonly DelegationAct[] | undefined;
  /** What people do about tasks. */
  readonly tasks?: readonly TaskAct[] | undefined;
  /** Signals of the run's incident, after the one that started it. */
  readonly signals?: readonly { readonly atMs: number; readonly signal: Signal }[] | undefined;
  readonly cancel?: { readonly atMs: number; readonly by: string; readonly reason: string } | undefined;
  readonly fork?: Fork | undefined;
  readonly commands?: readonly { readonly atMs: number; readonly command: RunCommand }[] | undefined;
  /** Called with every state between two events: for time travel and for tests. */
  readonly observe?: ((state: RunState, event: EngineEvent | undefined, commands: readonly Command[]) => RunState | void) | undefined;
};

export type SimulatedEffect = {
  readonly step: string;
  readonly invocation: number;
  readonly action: ActionName;
  readonly params: JsonObject;
  readonly atMs: number;
  undoneAtMs?: number;
};
export type CommandResult = { readonly command: string; readonly answer: RunCommandAnswer };

export type SimulatedRun = {
  readonly view: RunView;
  /** Steps entered on the main road, in order: not skipped, not inside `parallel` or `foreach`. */
  readonly path: readonly string[];
  readonly effects: readonly SimulatedEffect[];
  readonly approvals: readonly SimulatedApproval[];
  readonly votes: readonly VoteResult[];
  readonly tasks: readonly SimulatedTask[];
  readonly taskActs: readonly TaskActResult[];
  readonly answers: readonly CommandResult[];
  readonly children: readonly SimulatedChild[];
  /** When the outcome was decided, and when the last lease was over; from the start of the run. */
  readonly outcomeAtMs: number;
  readonly endedAtMs: number;
};

type Due = { readonly atMs: number; readonly event: EngineEvent | (() => void) };
type Bench = Omit<Simulation, 'fakes' | 'tasks' | 'plan' | 'delegations' | 'requester'> & {
  readonly requester: string;
  readonly delegations: DelegationAct[];
  readonly ballots: Map<string, Vote[]>;
  plan: Plan;
  readonly tasks: SimulatedTask[];
  readonly taskActs: TaskActResult[];
  readonly fakes: Map<string, Fake[]>;
  readonly due: Due[];
  readonly effects: SimulatedEffect[];
  readonly approvals: SimulatedApproval[];
  readonly votes: VoteResult[];
  readonly answers: CommandResult[];
  readonly children: SimulatedChild[];
  nowMs: number;
  state: RunState | undefined;
  ended: boolean;
};

const mostEvents = 200_000;

export function simulate(simulation: Simulation): SimulatedRun {
  const bench = benchOf(simulation);
  foresee(bench, simulation);
  const { plan, inputs = {}, signal, incident, fork } = simulation;
  const started = start(plan, { run: 'simulated', nowMs: 0, inputs, signal, incident, fork, requester: bench.requester });
  take(bench, started.state, undefined, started.commands);
  for (let count = 0; !bench.ended && bench.due.length > 0; count++) {
    if (count > mostEvents)
      throw new EdictError('run-state-wrong', 'the simulated run does not come to an end', { expected: `at most ${mostEvents} events` });
    step(bench);
  }
  return resultOf(bench);
}

function benchOf(simulation: Simulation): Bench {
  const fakes = Object.entries(simulation.fakes).map(([action, fake]): [string, Fake[]] => [
    action,
    [...(Array.isArray(fake) ? (fake as readonly Fake[]) : [fake as Fake])],
  ]);
  return {
    ...simulation,
    requester: simulation.requester ?? 'simulation',
    fakes: new Map(fakes),
    due: [],
    effects: [],
    approvals: [],
    votes: [],
    ballots: new Map(),
    delegations: [],
    tasks: [],
    taskActs: [],
    answers: [],
    children: [],
    nowMs: 0,
    state: undefined,
    ended: false,
  };
}

/** What people and the world outside do, each at its time. */
function foresee(bench: Bench, { delegations = [], people = [], tasks = [], signals = [], cancel, commands = [] }: Simulation): void {
  for (const act of delegations) later(bench, act.atMs, () => delegate(approvalBench(bench), act));
  for (const act of people) later(bench, act.atMs, () => vote(approvalBench(bench), act));
  for (const act of tasks) later(bench, act.atMs, () => actOnTask(taskBench(bench), act));
  for (const { atMs, signal } of signals) later(bench, atMs, { type: 'signal-received', nowMs: atMs, signal });
  if (cancel) later(bench, cancel.atMs, { type: 'cancel-requested', nowMs: cancel.atMs, by: cancel.by, reason: cancel.reason });
  for (const { atMs, command } of commands) later(bench, atMs, { type: 'command', nowMs: atMs, command });
}

function step(bench: Bench): void {
  const next = bench.due.shift();
  if (!next || !bench.state) return;
  bench.nowMs = next.atMs;
  if (typeof next.event === 'function') return next.event();
  const event = { ...next.event, nowMs: bench.nowMs };
  noteEnd(bench, event);
  const { state, commands, plan } = advance(bench.plan, bench.state, event);
  if (plan) bench.plan = plan;
  take(bench, state, event, commands);
}

function take(bench: Bench, state: RunState, event: EngineEvent | undefined, commands: readonly Command[]): void {
  bench.state = bench.observe?.(state, event, commands) ?? state;
  for (const command of commands) perform(bench, command);
}

/** Keeps `due` sorted; what is due at the same time stays in order. */
function later(bench: Bench, atMs: number, event: EngineEvent | (() => void)): void {
  let at = bench.due.length;
  while (at > 0 && (bench.due[at - 1]?.atMs ?? 0) > atMs) at--;
  bench.due.splice(at, 0, { atMs, event });
}

function perform(bench: Bench, command: Command): void {
  (performers[command.type] as (bench: Bench, command: Command) => void)(bench, command);
}

const performers: { readonly [T in Command['type']]: (bench: Bench, command: Extract<Command, { type: T }>) => void } = {
  perform: act,
  'open-approval': (bench, command) => openApproval(approvalBench(bench), command),
  'close-approval': (bench, command) => closeApproval(approvalBench(bench), command),
  escalate: (bench, command) => escalateApproval(approvalBench(bench), command),
  'start-timer': (bench, { timer, atMs }) => later(bench, atMs, { type: 'timer-fired', timer, nowMs: atMs }),
  'cancel-action': (bench, { step: key }) => cancelAction(bench, key),
  // A timer that fires after it was cancelled is ignored by the engine.
  'cancel-timer': (bench, { timer }) => dropTimer(bench, timer),
  'open-task': (bench, command) => openTask(taskBench(bench), command),
  'close-task': (bench, command) => closeTask(taskBench(bench), command),
  'escalate-task': (bench, command) => escalateTask(taskBench(bench), command),
  'start-child': (bench, command) => startChild(childBench(bench), command),
  'cancel-child': (bench, command) => cancelChild(childBench(bench), command),
  'undo-child': (bench, command) => undoChild(childBench(bench), command),
  'ask-extension': (bench, command) => {
    const told = bench.commands?.find((each) => each.command.id === command.command);
    askExtension(approvalBench(bench), command, told?.command.by);
  },
  'report-divergence': (bench, { step: key }) =>
    later(bench, bench.nowMs, { type: 'divergence-reported', step: key, undone: false, nowMs: bench.nowMs }),
  'answer-command': answered,
  finish: (bench) => void (bench.ended = true),
};

function approvalBench(bench: Bench): ApprovalBench {
  const { nowMs, plan, requester, approvals, votes, ballots, delegations } = bench;
  return { nowMs, plan, requester, approvals, votes, ballots, delegations, later: (atMs, event) => later(bench, atMs, event) };
}

function taskBench(bench: Bench): TaskBench {
  const { nowMs, tasks, taskActs: acts } = bench;
  return { nowMs, tasks, acts, later: (atMs, event) => later(bench, atMs, event) };
}

function childBench(bench: Bench): ChildBench {
  const { nowMs, children, fakes } = bench;
  return {
    nowMs,
    children,
    later: (atMs, event) => later(bench, atMs, event),
    drop: (which) => {
      const at = bench.due.findIndex(({ event }) => typeof event === 'object' && which(event));
      if (at >= 0) bench.due.splice(at, 1);
      return at >= 0;
    },
    fake: (playbook) => {
      const list = fakes.get(playbook);
      return list && list.length > 1 ? list.shift() : list?.[0];
    },
  };
}

function answered(bench: Bench, { command, answer }: Extract<Command, { type: 'answer-command' }>): void {
  bench.answers.push({ command, answer });
  later(bench, bench.nowMs, { type: 'command-answered', command, status: answer.status, nowMs: bench.nowMs });
}

function dropTimer(bench: Bench, timer: string): void {
  const at = bench.due.findIndex(({ event }) => typeof event === 'object' && event.type === 'timer-fired' && event.timer === timer);
  if (at >= 0) bench.due.splice(at, 1);
}

function cancelAction(bench: Bench, key: string): void {
  const at = bench.due.findIndex(
    ({ event }) =>
      typeof event === 'object' &&
      (event.type === 'action-completed' || event.type === 'action-failed') &&
      !event.undo &&
      event.step === key,
  );
  if (at < 0) return;
  bench.due.splice(at, 1);
  later(bench, bench.nowMs, {
    type: 'action-failed',
    step: key,
    undo: false,
    nowMs: bench.nowMs,
    error: { code: 'cancelled', message: 'cancelled' },
  });
}

function act(bench: Bench, command: PerformCommand): void {
  const undo = command.undoes !== undefined;
  const { attempts, firstMs, maxMs } = command.retry ?? defaultRetry;
  let atMs = bench.nowMs;
  for (let attempt = 1; ; attempt++) {
    const fake = nextFake(bench, command);
    atMs += fake.takesMs ?? 0;
    if (fake.fail === undefined) {
      const outputs =
        fake.outputs ??
        (command.action === 'control.noop' && command.params['value'] !== undefined ? { value: command.params['value'] } : {});
      return later(bench, atMs, succeed(bench, command, outputs, atMs));
    }
    const error = { code: fake.fail, message: fake.message ?? `${command.action} failed` };
    if (fake.final || attempt >= attempts || !errorTable[fake.fail].retryable)
      return later(bench, atMs, { type: 'action-failed', step: command.step, undo, nowMs: atMs, error });
    atMs += Math.min(maxMs, firstMs * 2 ** (attempt - 1));
  }
}

function succeed(bench: Bench, command: PerformCommand, outputs: JsonObject, atMs: number): EngineEvent {
  const undo = command.undoes !== undefined;
  if (undo) {
    const effect = bench.effects.find(
      ({ step: key, invocation, undoneAtMs }) => effectKey('simulated', key, invocation) === command.undoes && undoneAtMs === undefined,
    );
    if (effect) effect.undoneAtMs = atMs;
  } else if ((actions[command.action] as ActionSpec).does === 'effect') {
    const { step: key, invocation, action, params } = command;
    bench.effects.push({ step: key, invocation, action, params, atMs });
  }
  return { type: 'action-completed', step: command.step, undo, outputs, nowMs: atMs };
}

function nextFake(bench: Bench, command: PerformCommand): Fake {
  const { action, undoes } = command;
  const list = bench.fakes.get(action);
  const fake = bench.recorded?.(command) ?? (list && list.length > 1 ? list.shift() : list?.[0]);
  if (fake) return fake;
  if (undoes !== undefined || action === 'control.noop' || Object.keys(actions[action].outputs).length === 0) return {};
  throw new EdictError('input-invalid', `the test has no fake for action \`${action}\``, {
    help: `add it under \`fakes\`, with ${Object.keys(actions[action].outputs).join(', ')}`,
  });
}

function resultOf(bench: Bench): SimulatedRun {
  const { state, plan } = bench;
  if (!state) throw new EdictError('defect', 'the simulated run did not start');
  const view = viewOf(plan, state);
  const path = view.steps
    .filter(
      ({ step: key, status }) =>
        status !== 'skipped' &&
        status !== 'withheld' &&
        plan.steps[key] !== undefined &&
        plan.steps[key].in === undefined &&
        !key.includes('.'),
    )
    .map(({ step: key }) => key);
  return {
    view,
    path,
    effects: bench.effects,
    approvals: bench.approvals,
    votes: bench.votes,
    tasks: bench.tasks,
    taskActs: bench.taskActs,
    answers: bench.answers,
    children: bench.children,
    outcomeAtMs: state.endedAtMs ?? bench.nowMs,
    endedAtMs: bench.nowMs,
  };
}
