/** How control moves: entering steps, carrying out their moves, failures up the blocks, and the end of the run. */
import type { JsonObject } from '../../json.ts';
import { evaluateBoolean } from '../expression.ts';
import type { StepStatus } from '../view.ts';
import { endLeases } from './effects.ts';
import type { Entry, Move } from './move.ts';
import { evaluateOutputs } from './outputs.ts';
import { abandonRest, restEnded } from './rest.ts';
import type { Fault, StepState } from './state.ts';
import { attemptFailed, beginAttempt, endAttempt, forgetAttempt, triesAgain } from './again.ts';
import { closeApproval } from './steps/approval.ts';
import { kindOf } from './steps/index.ts';
import type { PlanStep } from '../plan.ts';
import { endOfSkipped, refuseSkip, takenBackForSkip } from './skipped.ts';
import { closeTask } from './tasks/tasks.ts';
import { tell } from './told.ts';
import {
  cancelTimer,
  charge,
  containerOf,
  faultOf,
  jsonBytes,
  scopeOf,
  startTimer,
  stepBytes,
  stepOf,
  timerId,
  type Turn,
} from './turn.ts';

/** A turn of the engine that enters more steps than this would keep its driver from everything else. */
const enteredAtMost = 5_000;

/** Enters what is ready until nothing is, or until it is time to breathe: what is left goes on at the next timer. */
export function drain(turn: Turn): void {
  for (let at = 0; at < turn.ready.length && isOpen(turn); at++) {
    if (isHeld(turn)) return hold(turn, turn.ready.slice(at));
    const next = turn.ready[at];
    if (at >= enteredAtMost) return breathe(turn, turn.ready.slice(at));
    if (next) enter(turn, next.id, next.prefix);
  }
  turn.ready.length = 0;
}

const isOpen = ({ state }: Turn): boolean => state.phase === 'running' || state.phase === 'cancelling';

const isHeld = ({ state }: Turn): boolean => state.phase === 'running' && (state.paused ?? state.migrating) !== undefined;

function hold(turn: Turn, left: readonly Entry[]): void {
  turn.ready.length = 0;
  (turn.state.deferred ??= []).push(...left);
}

function breathe(turn: Turn, left: readonly Entry[]): void {
  hold(turn, left);
  if (!turn.state.timers[timerId('breath', '')]) startTimer(turn, { kind: 'breath', step: '', atMs: turn.nowMs + 1 });
}

export function goOnAfterBreath(turn: Turn): void {
  turn.ready.push(...(turn.state.deferred ?? []));
  delete turn.state.deferred;
}

function enter(turn: Turn, id: string, prefix: string): void {
  const step = stepOf(turn, id);
  if (turn.state.phase === 'cancelling' && !step.cleanup) return;
  const container = containerOf(turn, { id, prefix });
  // A sibling may have failed, or joined, the block that this step was going to run in.
  if (container && (!turn.state.active[container.key] || container.joined || container.retrying)) return;
  const before = turn.state.steps[`${prefix}${id}`];
  if (before?.retrying && turn.state.active[before.key]) return enterAgain(turn, before, step);
  const state: StepState = { key: `${prefix}${id}`, id, prefix, status: 'running', startedAtMs: turn.nowMs };
  turn.state.steps[state.key] = state;
  turn.state.active[state.key] = true;
  move(turn, state, () => {
    charge(turn, stepBytes);
    if (step.if === undefined || evaluateBoolean(step.if, scopeOf(turn, prefix))) {
      beginAttempt(turn, state);
      return kindOf(step).enter(turn, state, step);
    }
    leave(turn, state, 'skipped', step.next);
    return { to: 'stay' };
  });
}

function enterAgain(turn: Turn, state: StepState, step: PlanStep): void {
  forgetAttempt(turn, state);
  move(turn, state, () => {
    beginAttempt(turn, state);
    return kindOf(step).enter(turn, state, step);
  });
}

/** What is inside is stopped as by the failure of a sibling. */
export function timedOut(turn: Turn, state: StepState): void {
  if (!turn.state.active[state.key]) return;
  abandonRest(turn, state);
  stopOwed(turn, state);
  move(turn, state, () => ({ to: 'fail', error: { code: 'timeout', message: `step \`${state.key}\` took longer than it may` } }));
}

/** Carries out what `decide` answers; what it throws is the step's failure. */
export function move(turn: Turn, state: StepState, decide: () => Move): void {
  const decided = endOfSkipped(
    turn,
    state,
    attempt(() => charged(turn, decide())),
  );
  switch (decided.to) {
    case 'stay':
      return void turn.ready.push(...(decided.enter ?? []));
    case 'next':
      return leave(turn, withOutputs(state, decided.outputs), 'done', stepOf(turn, state.id).next);
    case 'step':
      return leave(turn, state, decided.status ?? 'done', decided.id);
    case 'rest':
      state.joined = true;
      cancelInside(turn, state);
      return move(turn, state, () => restEnded(turn, state));
    case 'end':
    case 'cancelled':
      return endBy(turn, state, decided);
    case 'fail':
      return failStep(turn, state, decided.error);
    case 'skip':
      return skipOn(turn, state);
  }
}

function withOutputs(state: StepState, outputs: JsonObject | undefined): StepState {
  if (outputs && Object.keys(outputs).length > 0) state.outputs = outputs;
  return state;
}

function endBy(turn: Turn, state: StepState, decided: Extract<Move, { to: 'end' | 'cancelled' }>): void {
  settleStep(turn, state, decided.to === 'end' ? 'done' : 'cancelled');
  if (decided.to === 'end') endRun(turn, decided.outcome);
  else endRun(turn, 'cancelled', decided.error);
}

function skipOn(turn: Turn, state: StepState): void {
  const back = takenBackForSkip(turn, state);
  if (back.to === 'skip') leave(turn, state, 'skipped', stepOf(turn, state.id).next);
  else move(turn, state, () => back);
}

function charged(turn: Turn, decided: Move): Move {
  if (decided.to === 'next' && decided.outputs) charge(turn, jsonBytes(decided.outputs));
  return decided;
}

function attempt(decide: () => Move): Move {
  try {
    return decide();
  } catch (error) {
    return { to: 'fail', error: faultOf(error) };
  }
}

/** Ends the step and goes on at `next`, or ends the block where there is none. */
export function leave(turn: Turn, state: StepState, status: StepStatus, next: string | undefined): void {
  settleStep(turn, state, status);
  if (next !== undefined) return void turn.ready.push({ id: next, prefix: state.prefix });
  const container = containerOf(turn, state);
  if (!container) return turn.state.phase === 'cancelling' ? cleaned(turn) : endRun(turn, 'done');
  const step = stepOf(turn, container.id);
  move(turn, container, () => kindOf(step).inside?.(turn, container, step, state) ?? { to: 'next' });
}

function failStep(turn: Turn, state: StepState, error: Fault): void {
  if (triesAgain(turn, state)) {
    if (state.open !== undefined) cancelInside(turn, state);
    return move(turn, state, () => attemptFailed(turn, state, error));
  }
  state.error = error;
  const { failure, next, cleanup } = stepOf(turn, state.id);
  if (cleanup) return leave(turn, state, 'failed', next);
  settleStep(turn, state, 'failed');
  const container = containerOf(turn, state);
  if (state.open !== undefined) cancelInside(turn, state);
  if (failure !== undefined) return void turn.ready.push({ id: failure, prefix: state.prefix });
  if (container) {
    const step = stepOf(turn, container.id);
    return move(turn, container, () => kindOf(step).failed?.(turn, container, step, state) ?? { to: 'fail', error });
  }
  endRun(turn, 'failed', error);
}

/** An `error` takes back what was done; without one it stays in force, until its lease ends. */
export function endRun(turn: Turn, outcome: string, error?: Fault): void {
  const { state } = turn;
  const stopped = isOpen(turn) ? Object.keys(state.active) : [];
  const cleanups = state.phase === 'running' && outcome === 'cancelled' && error ? cleanupsOf(turn, stopped) : [];
  for (const key of stopped) cancelStep(turn, key);
  // A run that fails takes back everything in its own order.
  if (!error) abandonRests(turn, stopped);
  // What was held is never begun.
  delete state.paused;
  delete state.deferred;
  state.outcome = outcome;
  state.endedAtMs ??= turn.nowMs;
  if (error) state.error = error;
  state.phase = error ? 'undoing' : 'settling';
  if (cleanups.length > 0) clean(turn, cleanups);
  if (error) endLeases(turn);
  else evaluateOutputs(turn);
}

/** The steps that a cancellation runs first: of everything that is under way. */
function cleanupsOf(turn: Turn, active: readonly string[]): readonly Entry[] {
  return active.flatMap((key) => {
    const { id, prefix } = turn.state.steps[key] ?? {};
    const first = id === undefined ? undefined : stepOf(turn, id).cancelled;
    return first === undefined || prefix === undefined ? [] : [{ id: first, prefix }];
  });
}

function clean(turn: Turn, cleanups: readonly Entry[]): void {
  turn.state.phase = 'cancelling';
  turn.state.cleaning = cleanups.length;
  turn.ready.push(...cleanups);
}

/** The last of the `on_cancel` blocks has come to its end: now what was done is taken back. */
function cleaned(turn: Turn): void {
  const left = (turn.state.cleaning ?? 1) - 1;
  turn.state.cleaning = left;
  if (left === 0) turn.state.phase = 'undoing';
}

/** Stops a step; what it still owes is waited for, and undone when it comes (effects.ts). */
function cancelStep(turn: Turn, key: string): void {
  const state = turn.state.steps[key];
  if (!state) return;
  refuseSkip(turn, state);
  stopOwed(turn, state);
  settleStep(turn, state, 'cancelled');
}

export function stopOwed(turn: Turn, state: StepState): void {
  const { key } = state;
  if (turn.state.owed[`act:${key}`]) turn.commands.push({ type: 'cancel-action', step: key });
  if (turn.state.owed[`child:${key}`]) turn.commands.push({ type: 'cancel-child', step: key });
  if (state.approval?.id !== undefined) closeApproval(turn, state, 'cancelled');
  if (state.task) closeTask(turn, state, 'cancelled');
}

function cancelInside(turn: Turn, container: StepState): void {
  const stopped = Object.keys(turn.state.active).filter((key) => key !== container.key && isInside(turn, key, container.key));
  for (const key of stopped) cancelStep(turn, key);
  abandonRests(turn, stopped);
}

function abandonRests(turn: Turn, keys: readonly string[]): void {
  for (const key of keys) {
    const state = turn.state.steps[key];
    if (!state) continue;
    abandonRest(turn, state);
    if (state.retrying) turn.abandoned.push(state);
  }
}

function isInside(turn: Turn, key: string, container: string): boolean {
  let at = turn.state.steps[key];
  while (at && at.key !== container) at = containerOf(turn, at);
  return at !== undefined;
}

function settleStep(turn: Turn, state: StepState, status: StepStatus): void {
  state.status = status;
  state.endedAtMs = turn.nowMs;
  if (status === 'done') tell(turn, state);
  delete state.untilMs;
  endAttempt(turn, state);
  delete turn.state.active[state.key];
  cancelTimer(turn, timerId('wait', state.key));
}
