/**
 * The attempts of a block. One that takes longer than its `timeout` fails. One with a `retry` that fails waits until nothing inside
 * is under way any more, takes back what the attempt did, newest first, and is gone through once more after its backoff.
 */
import { undo } from './effects.ts';
import { sizeOf } from './forget.ts';
import { stay, type Move } from './move.ts';
import type { Fault, StepState } from './state.ts';
import { cancelTimer, containerOf, goesBack, jsonBytes, startTimer, stepOf, timerId, type Turn } from './turn.ts';

export function beginAttempt(turn: Turn, state: StepState): void {
  const { kind, timeoutMs } = stepOf(turn, state.id);
  if (kind === 'action' || timeoutMs === undefined) return;
  startTimer(turn, { kind: 'timeout', step: state.key, atMs: turn.nowMs + timeoutMs });
}

export function endAttempt(turn: Turn, state: StepState): void {
  const { kind, timeoutMs, retry } = stepOf(turn, state.id);
  if (kind === 'action') return;
  if (timeoutMs !== undefined) cancelTimer(turn, timerId('timeout', state.key));
  if (!retry) return;
  cancelTimer(turn, timerId('backoff', state.key));
  delete turn.state.clearing?.[state.key];
}

/** Whether a failure is not its last. A failed undo is: what an attempt did stands in the way of the next. */
export function triesAgain(turn: Turn, state: StepState): boolean {
  const { kind, retry } = stepOf(turn, state.id);
  if (kind === 'action' || !retry || state.retrying || turn.state.phase !== 'running') return false;
  return (state.attempt ?? 1) < retry.attempts;
}

/** What is inside has been stopped. */
export function attemptFailed(turn: Turn, state: StepState, error: Fault): Move {
  endAttempt(turn, state);
  state.retrying = error;
  // What it is still owed comes too late for this attempt.
  state.status = 'undoing';
  (turn.state.clearing ??= {})[state.key] = true;
  return attemptEnded(turn, state);
}

/** Asked after every event, until the backoff runs. */
export function attemptEnded(turn: Turn, state: StepState): Move {
  if (owesInside(turn, state)) return stay;
  state.undoing ??= effectsInside(turn, state);
  for (let index = state.undoing.pop(); index !== undefined; index = state.undoing.pop()) if (undo(turn, index)) return stay;
  delete state.undoing;
  const failed = effectsInside(turn, state).find((index) => turn.state.effects[index]?.status === 'undo-failed');
  if (failed !== undefined) {
    const message = `step \`${turn.state.effects[failed]?.step}\` could not be undone: \`${state.key}\` is not tried again`;
    return { to: 'fail', error: { code: 'effect-failed', message } };
  }
  delete turn.state.clearing?.[state.key];
  state.status = 'waiting';
  state.untilMs = turn.nowMs + backoffOf(turn, state);
  startTimer(turn, { kind: 'backoff', step: state.key, atMs: state.untilMs });
  return stay;
}

/**
 * Blocks that were themselves stopped while they took back what an attempt did: it is taken back without them, unless the whole run goes
 * back, or a block around them, which have their own order.
 */
export function abandonAttempts(turn: Turn): void {
  for (const state of turn.abandoned) {
    if (goesBack(turn) || goesBackAround(turn, state)) continue;
    for (const index of effectsInside(turn, state).toReversed()) undo(turn, index);
  }
}

function goesBackAround(turn: Turn, state: StepState): boolean {
  for (let at = containerOf(turn, state); at; at = containerOf(turn, at)) if (turn.state.clearing?.[at.key]) return true;
  return false;
}

/** What was left to enter of the attempt before is not entered any more. */
export function backoffOver(turn: Turn, state: StepState): void {
  const { deferred } = turn.state;
  if (deferred) turn.state.deferred = deferred.filter((entry) => !isInside(turn, entry, state.key));
  turn.ready.push({ id: state.id, prefix: state.prefix });
}

/** As if it had never been gone through; what it does from then on is told from all before by its generation. */
export function forgetAttempt(turn: Turn, state: StepState): void {
  const { state: run } = turn;
  dropGrants(turn, state);
  for (const step of Object.values(run.steps).filter((each) => isInside(turn, each, state.key))) {
    delete run.steps[step.key];
    run.sizeBytes -= sizeOf(step);
  }
  run.sizeBytes -= loopBytes(state);
  for (const key of ['open', 'loop', 'turns', 'won', 'joined', 'undoing', 'retrying', 'untilMs', 'child', 'effect', 'outputs'] as const)
    delete state[key];
  state.status = 'running';
  state.attempt = (state.attempt ?? 1) + 1;
  run.reruns = (run.reruns ?? 0) + 1;
  state.generation = run.reruns;
}

/** An approval inside is asked for again. */
function dropGrants(turn: Turn, state: StepState): void {
  const { grants, approvals, steps } = turn.state;
  for (const [key, { approval }] of Object.entries(grants)) {
    const asked = steps[approvals[approval] ?? ''];
    if (asked && isInside(turn, asked, state.key)) delete grants[key];
  }
}

function loopBytes({ loop, turns }: StepState): number {
  if (turns) return jsonBytes(turns.value);
  return loop ? jsonBytes(loop.items) + loop.results.reduce<number>((sum, each) => sum + (each === null ? 0 : jsonBytes(each)), 0) : 0;
}

function backoffOf(turn: Turn, state: StepState): number {
  const { firstMs = 0, maxMs = 0 } = stepOf(turn, state.id).retry ?? {};
  return Math.max(1, Math.min(maxMs, firstMs * 2 ** ((state.attempt ?? 1) - 1)));
}

function owesInside(turn: Turn, { key }: StepState): boolean {
  for (const owed in turn.state.owed) {
    const step = turn.state.steps[owed.slice(owed.indexOf(':') + 1)];
    if (step && (step.key === key || isInside(turn, step, key))) return true;
  }
  return false;
}

function effectsInside(turn: Turn, { key }: StepState): number[] {
  return turn.state.effects.flatMap(({ step, status }, index) => {
    const state = status === 'undone' || status === 'kept' ? undefined : turn.state.steps[step];
    return state && (step === key || isInside(turn, state, key)) ? [index] : [];
  });
}

/** At any depth, and not the block itself. */
export function isInside(turn: Turn, state: Pick<StepState, 'id' | 'prefix'>, container: string): boolean {
  for (let at = containerOf(turn, state); at; at = containerOf(turn, at)) if (at.key === container) return true;
  return false;
}
