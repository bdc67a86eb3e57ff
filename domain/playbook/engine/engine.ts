/**
 * The interpreter of playbooks: a state machine without clock, randomness or I/O. `start` and `advance` give the new state and
 * the commands to perform; a driver performs them and reports back by events. Same plan, state and event, same answer.
 *
 * INVARIANT: `advance` consumes the state that it is given and hands it back changed, so that an event costs the same in a run
 * of ten steps and of ten thousand. Who wants to keep the old one copies it first; it is plain JSON.
 */
import { EdictError } from '../../errors.ts';
import type { Signal } from '../../incident/signal.ts';
import type { JsonObject } from '../../json.ts';
import { resolveInputs } from '../inputs.ts';
import type { Plan } from '../plan.ts';
import { commandAnswered } from './answers.ts';
import { takeCommand } from './commands.ts';
import { abandonAttempts, attemptEnded, backoffOver } from './again.ts';
import { divergenceReported, settle, undo } from './effects.ts';
import { beginForked } from './forked.ts';
import { extensionAsked, extensionDecided, extensionRefused } from './extend-lease.ts';
import { drain, endRun, goOnAfterBreath, move, timedOut } from './flow.ts';
import type { Command, EngineEvent } from './messages.ts';
import { migrationRecorded } from './migrate.ts';
import type { Move } from './move.ts';
import { joinedAround, restEnded } from './rest.ts';
import type { RunContext, RunState, StepState } from './state.ts';
import { actionCompleted, actionFailed } from './steps/action.ts';
import { approvalDecided, approvalOpened, approvalTimer, type Decision } from './steps/approval.ts';
import { childEnded, childStarted } from './steps/playbook.ts';
import { signalTaken, takersOf, waitOver } from './steps/wait.ts';
import { takenBack } from './after-undo.ts';
import { taskEvent } from './tasks/events.ts';
import { taskTimer } from './tasks/tasks.ts';
import { beginTakingBack } from './take-back.ts';
import { charge, faultOf, jsonBytes, type Turn } from './turn.ts';

/** `plan`: the one that the run goes by from here on, where it is another. */
export type Advance = { readonly state: RunState; readonly commands: readonly Command[]; readonly plan?: Plan };

export function start(plan: Plan, context: RunContext): Advance {
  const state = emptyState(plan, context);
  const turn = turnOf(plan, state, context.nowMs);
  if (context.takesBack) {
    beginTakingBack(turn, context.takesBack);
    return ended(turn);
  }
  try {
    state.inputs = resolveInputs(plan, context.inputs, context.signal);
    charge(turn, jsonBytes(state.inputs));
    if (context.fork) beginForked(turn, context.fork);
    else turn.ready.push({ id: plan.start, prefix: '' });
  } catch (error) {
    endRun(turn, 'failed', faultOf(error));
  }
  for (const command of context.commands ?? []) takeCommand(turn, command);
  return ended(turn);
}

/** An event that the run does not wait for (any more) changes nothing. Throws when plan and state do not belong together. */
export function advance(plan: Plan, state: RunState, event: EngineEvent): Advance {
  if (state.planDigest !== plan.digest)
    throw new EdictError('run-state-wrong', `run \`${state.run}\` is of another plan`, { expected: state.planDigest });
  const turn = turnOf(plan, state, event.nowMs);
  if (state.phase !== 'ended') handle(turn, event);
  const advanced = ended(turn);
  return turn.plan === plan ? advanced : { ...advanced, plan: turn.plan };
}

type EventOf<T extends EngineEvent['type']> = Extract<EngineEvent, { readonly type: T }>;

const handlers: { readonly [T in EngineEvent['type']]: (turn: Turn, event: EventOf<T>) => void } = {
  'action-completed': (turn, { step, undo: isUndo, outputs }) =>
    isUndo ? takenBack(turn, step) : answered(turn, `act:${step}`, (state) => actionCompleted(turn, state, outputs)),
  'action-failed': (turn, { step, undo: isUndo, error }) =>
    isUndo ? takenBack(turn, step, error) : answered(turn, `act:${step}`, (state) => actionFailed(turn, state, error)),
  'approval-opened': (turn, { step, approval, digest }) => {
    if (turn.state.owed[`open:${step}`])
      withStep(turn, step, (state) => move(turn, state, () => approvalOpened(turn, state, approval, digest)));
  },
  'approval-failed': approvalFailed,
  'approval-decided': decided,
  'task-opened': taskEvent,
  'task-failed': taskEvent,
  'task-answered': taskEvent,
  'task-closed': taskEvent,
  'child-started': (turn, { step, child }) => withStep(turn, step, (state) => move(turn, state, () => childStarted(turn, state, child))),
  'child-ended': (turn, { step, end }) => answered(turn, `child:${step}`, (state) => childEnded(turn, state, end)),
  'timer-fired': (turn, { timer }) => timerFired(turn, timer),
  'signal-received': (turn, { signal }) => signalReceived(turn, signal),
  'cancel-requested': cancelRequested,
  'extension-asked': (turn, { step, approval }) => extensionAsked(turn, step, approval),
  'extension-refused': (turn, { step, error }) => extensionRefused(turn, step, error),
  'divergence-reported': (turn, { step, undone }) => divergenceReported(turn, step, undone),
  command: (turn, { command }) => takeCommand(turn, command),
  'command-answered': answerRecorded,
};

function handle(turn: Turn, event: EngineEvent): void {
  const handler = handlers[event.type] as (turn: Turn, event: EngineEvent) => void;
  handler(turn, event);
}

function answered(turn: Turn, owed: `${'act' | 'child'}:${string}`, decide: (step: StepState) => Move): void {
  if (!turn.state.owed[owed]) return;
  withStep(turn, owed.slice(owed.indexOf(':') + 1), (step) => {
    move(turn, step, () => decide(step));
    for (const parallel of joinedAround(turn, step))
      if (turn.state.active[parallel.key]) move(turn, parallel, () => restEnded(turn, parallel));
  });
}

function approvalFailed(turn: Turn, event: Extract<EngineEvent, { type: 'approval-failed' }>): void {
  const { owed } = turn.state;
  if (!owed[`open:${event.step}`] && !owed[`close:${event.step}`]) return;
  delete owed[`open:${event.step}`];
  delete owed[`close:${event.step}`];
  withStep(turn, event.step, (step) => {
    if (turn.state.active[step.key]) move(turn, step, () => ({ to: 'fail', error: event.error }));
  });
}

/** An approval is being opened, for a step or for a lease: its decision may come before its id. */
function isAsking({ state: { owed } }: Turn): boolean {
  return Object.keys(owed).some((key) => key.startsWith('open:') || key.startsWith('extend:'));
}

/** A step that is gone through again asks again: what is decided on its approval of before is no answer to that. */
function decideOn(turn: Turn, step: StepState, approval: string, decision: Decision): void {
  if (step.approval?.id === approval) return move(turn, step, () => approvalDecided(turn, step, decision));
  if (step.approval?.closing !== true) delete turn.state.owed[`close:${step.key}`];
}

function decided(turn: Turn, { approval, status, grant }: Extract<EngineEvent, { type: 'approval-decided' }>): void {
  if (extensionDecided(turn, approval, status)) return;
  const key = turn.state.approvals[approval];
  if (key !== undefined) return withStep(turn, key, (step) => decideOn(turn, step, approval, { status, grant }));
  // The vote was faster than the answer of its opening.
  if ((status !== 'approved' && status !== 'denied') || !isAsking(turn)) return;
  turn.state.early[approval] = status;
  if (grant) (turn.state.earlyGrants ??= {})[approval] = grant;
}

function timerFired(turn: Turn, id: string): void {
  const timer = turn.state.timers[id];
  if (!timer) return;
  delete turn.state.timers[id];
  if (timer.kind === 'breath') return goOnAfterBreath(turn);
  withStep(turn, timer.step, (step) => {
    if (timer.kind === 'lease') undo(turn, step.effect ?? -1);
    else if (timer.kind === 'wait') move(turn, step, () => waitOver(turn, step));
    else if (timer.kind === 'timeout') timedOut(turn, step);
    else if (timer.kind === 'backoff') backoffOver(turn, step);
    else if (step.task) taskTimer(turn, step, timer);
    else approvalTimer(turn, step, timer);
  });
}

/** All steps that wait for it now get it; none gets it that begins to wait later. */
function signalReceived(turn: Turn, signal: Signal): void {
  for (const step of takersOf(turn, signal)) move(turn, step, () => signalTaken(step, signal));
}

/** What is being undone already keeps its outcome. A second cancellation stops what the first one runs. */
function cancelRequested(turn: Turn, { by, reason }: { readonly by: string; readonly reason: string }): void {
  if (turn.state.phase === 'undoing') return;
  endRun(turn, 'cancelled', { code: 'cancelled', message: `cancelled by ${by}: ${reason}` });
}

function answerRecorded(turn: Turn, { command, status }: Extract<EngineEvent, { type: 'command-answered' }>): void {
  commandAnswered(turn, command);
  const failed = migrationRecorded(turn, command, status);
  if (failed) endRun(turn, 'failed', faultOf(failed));
}

function withStep(turn: Turn, key: string, work: (step: StepState) => void): void {
  const step = turn.state.steps[key];
  if (step) work(step);
}

/** Whatever has happened, it may have been what a block waited for that is tried again. */
function clear(turn: Turn): void {
  for (const key in turn.state.clearing) withStep(turn, key, (step) => move(turn, step, () => attemptEnded(turn, step)));
}

function ended(turn: Turn): Advance {
  clear(turn);
  drain(turn);
  abandonAttempts(turn);
  settle(turn);
  return { state: turn.state, commands: turn.commands };
}

function turnOf(plan: Plan, state: RunState, nowMs: number): Turn {
  return { plan, state, nowMs, commands: [], ready: [], abandoned: [] };
}

function emptyState(plan: Plan, context: RunContext): RunState {
  return {
    run: context.run,
    playbook: plan.playbook,
    version: plan.version,
    planDigest: plan.digest,
    requester: context.requester,
    ...(context.incident === undefined ? {} : { incident: context.incident }),
    ...(context.signal === undefined ? {} : { signal: context.signal as unknown as JsonObject }),
    ...(context.fork ? { forkOf: { run: context.fork.of, from: context.fork.from } } : {}),
    inputs: {},
    phase: 'running',
    sizeBytes: 0,
    steps: {},
    active: {},
    owed: {},
    effects: [],
    undoFrom: -1,
    timers: {},
    approvals: {},
    early: {},
    grants: {},
  };
}
