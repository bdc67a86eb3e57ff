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
import { settle, undo, undoEnded } from './effects.ts';
import { drain, endRun, goOnAfterBreath, move } from './flow.ts';
import type { Command, EngineEvent } from './messages.ts';
import { joinedAround, restEnded } from './rest.ts';
import type { RunContext, RunState, StepState } from './state.ts';
import { actionCompleted, actionFailed } from './steps/action.ts';
import { approvalDecided, approvalOpened, approvalTimer } from './steps/approval.ts';
import { signalTaken, takersOf, waitOver } from './steps/wait.ts';
import { undoFurther } from './steps/undo.ts';
import { charge, faultOf, jsonBytes, type Turn } from './turn.ts';

export type Advance = { readonly state: RunState; readonly commands: readonly Command[] };

export function start(plan: Plan, context: RunContext): Advance {
  const state = emptyState(plan, context);
  const turn = turnOf(plan, state, context.nowMs);
  try {
    state.inputs = resolveInputs(plan, context.inputs, context.signal);
    charge(turn, jsonBytes(state.inputs));
    turn.ready.push({ id: plan.start, prefix: '' });
  } catch (error) {
    endRun(turn, 'failed', faultOf(error));
  }
  return ended(turn);
}

/** An event that the run does not wait for (any more) changes nothing. Throws when plan and state do not belong together. */
export function advance(plan: Plan, state: RunState, event: EngineEvent): Advance {
  if (state.planDigest !== plan.digest)
    throw new EdictError('run-state-wrong', `run \`${state.run}\` is of another plan`, { expected: state.planDigest });
  const turn = turnOf(plan, state, event.nowMs);
  if (state.phase !== 'ended') handle(turn, event);
  return ended(turn);
}

function handle(turn: Turn, event: EngineEvent): void {
  const { state } = turn;
  switch (event.type) {
    case 'action-completed':
      return event.undo ? undone(turn, event.step) : answered(turn, event.step, (step) => actionCompleted(turn, step, event.outputs));
    case 'action-failed':
      return event.undo
        ? undone(turn, event.step, event.error)
        : answered(turn, event.step, (step) => actionFailed(turn, step, event.error));
    case 'approval-opened':
      return state.owed[`open:${event.step}`]
        ? withStep(turn, event.step, (step) => move(turn, step, () => approvalOpened(turn, step, event.approval, event.digest)))
        : undefined;
    case 'approval-failed':
      return approvalFailed(turn, event);
    case 'approval-decided':
      return decided(turn, event);
    case 'timer-fired':
      return timerFired(turn, event.timer);
    case 'signal-received':
      return signalReceived(turn, event.signal);
    case 'cancel-requested':
      return cancelRequested(turn, event);
  }
}

function answered(turn: Turn, key: string, decide: (step: StepState) => ReturnType<typeof actionCompleted>): void {
  if (!turn.state.owed[`act:${key}`]) return;
  withStep(turn, key, (step) => {
    move(turn, step, () => decide(step));
    for (const parallel of joinedAround(turn, step))
      if (turn.state.active[parallel.key]) move(turn, parallel, () => restEnded(turn, parallel));
  });
}

function undone(turn: Turn, key: string, error?: { readonly code: RunFaultCode; readonly message: string }): void {
  if (!turn.state.owed[`undo:${key}`]) return;
  delete turn.state.owed[`undo:${key}`];
  withStep(turn, key, (step) => {
    const waiter = undoEnded(turn, step, error);
    const waiting = waiter === undefined ? undefined : turn.state.steps[waiter];
    if (waiting && turn.state.active[waiting.key])
      move(turn, waiting, () => (waiting.joined ? restEnded(turn, waiting) : undoFurther(turn, waiting)));
  });
}

type RunFaultCode = NonNullable<RunState['error']>['code'];

function approvalFailed(turn: Turn, event: Extract<EngineEvent, { type: 'approval-failed' }>): void {
  const { owed } = turn.state;
  if (!owed[`open:${event.step}`] && !owed[`close:${event.step}`]) return;
  delete owed[`open:${event.step}`];
  delete owed[`close:${event.step}`];
  withStep(turn, event.step, (step) => {
    if (turn.state.active[step.key]) move(turn, step, () => ({ to: 'fail', error: event.error }));
  });
}

function decided(turn: Turn, { approval, status }: Extract<EngineEvent, { type: 'approval-decided' }>): void {
  const key = turn.state.approvals[approval];
  if (key !== undefined) return withStep(turn, key, (step) => move(turn, step, () => approvalDecided(turn, step, status)));
  // The vote was faster than the answer of its opening.
  if (status === 'approved' || status === 'denied') turn.state.early[approval] = status;
}

function timerFired(turn: Turn, id: string): void {
  const timer = turn.state.timers[id];
  if (!timer) return;
  delete turn.state.timers[id];
  if (timer.kind === 'breath') return goOnAfterBreath(turn);
  withStep(turn, timer.step, (step) => {
    if (timer.kind === 'lease') undo(turn, step.effect ?? -1);
    else if (timer.kind === 'wait') move(turn, step, () => waitOver(turn, step));
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

function withStep(turn: Turn, key: string, work: (step: StepState) => void): void {
  const step = turn.state.steps[key];
  if (step) work(step);
}

function ended(turn: Turn): Advance {
  drain(turn);
  settle(turn);
  return { state: turn.state, commands: turn.commands };
}

function turnOf(plan: Plan, state: RunState, nowMs: number): Turn {
  return { plan, state, nowMs, commands: [], ready: [] };
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
