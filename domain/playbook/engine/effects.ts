/**
 * Effects and how they are taken back: recorded when they are confirmed or may have happened, undone at the end of their
 * lease, by an undo step, or newest first when the run fails or is cancelled; each once. A failed undo is never silent.
 */
import { EdictError, errorTable } from '../../errors.ts';
import { actions, type ActionSpec } from '../actions.ts';
import { parseDuration } from '../duration.ts';
import type { ActionStep } from '../plan.ts';
import { evaluateTemplate } from '../template.ts';
import type { EffectState, Fault, Performed, StepState } from './state.ts';
import { cancelTimer, effectKey, scopeOf, startTimer, timerId, type Turn } from './turn.ts';

/** An undo is worth more patience than a step. */
const undoRetry = { attempts: 20, firstMs: 1_000, maxMs: 60_000 };

export function leaseOf(turn: Turn, step: ActionStep, prefix: string): string | undefined {
  if (step.lease === undefined) return undefined;
  const text = evaluateTemplate(step.lease, scopeOf(turn, prefix));
  if (typeof text !== 'string' || parseDuration(text) <= 0)
    throw new EdictError('expression-failed', `the lease of step \`${step.id}\` is no duration`);
  return text;
}

export function recordEffect(turn: Turn, state: StepState, step: ActionStep, { params, lease }: Performed): void {
  if ((actions[step.action] as ActionSpec).does !== 'effect') return;
  const effect: EffectState = { step: state.key, undo: step.undo, params, status: step.undo === undefined ? 'kept' : 'confirmed' };
  state.effect = turn.state.effects.push(effect) - 1;
  if (lease === undefined) return;
  const untilMs = turn.nowMs + parseDuration(lease);
  effect.lease = { duration: lease, untilMs };
  if (state.status === 'running' && turn.state.phase === 'running') startTimer(turn, { kind: 'lease', step: state.key, atMs: untilMs });
}

/** A failed effect may have happened all the same, unless it was refused before anything was done. */
export function recordUncertain(
  turn: Turn,
  state: StepState,
  step: ActionStep,
  { params, error }: Pick<Performed, 'params'> & { readonly error: Fault },
): void {
  if ((actions[step.action] as ActionSpec).does !== 'effect' || step.undo === undefined) return;
  if (error.code !== 'cancelled' && errorTable[error.code].status < 500) return;
  state.effect = turn.state.effects.push({ step: state.key, undo: step.undo, params, status: 'uncertain' }) - 1;
}

/** Undoes it unless that was done or is under way. Tells whether `waiter` has to wait for it. */
export function undo(turn: Turn, index: number, waiter?: string): boolean {
  const effect = turn.state.effects[index];
  if (effect?.status === 'undoing' && waiter !== undefined && effect.waiter === undefined) {
    effect.waiter = waiter;
    return true;
  }
  if (!effect || effect.undo === undefined || (effect.status !== 'confirmed' && effect.status !== 'uncertain')) return false;
  effect.status = 'undoing';
  if (waiter !== undefined) effect.waiter = waiter;
  const state = turn.state.steps[effect.step];
  if (state) state.status = 'undoing';
  cancelTimer(turn, timerId('lease', effect.step));
  const receipt = effectKey(turn.state.run, effect.step);
  turn.state.owed[`undo:${effect.step}`] = true;
  turn.commands.push({
    type: 'perform',
    step: effect.step,
    invocation: 1,
    action: effect.undo,
    params: { ...effect.params, receipt },
    retry: undoRetry,
    undoes: receipt,
  });
  return true;
}

/** Records the end of an undo; gives the key of the undo step that waits for it. */
export function undoEnded(turn: Turn, step: StepState, error?: Fault): string | undefined {
  const effect = step.effect === undefined ? undefined : turn.state.effects[step.effect];
  if (!effect || effect.status !== 'undoing') return undefined;
  effect.status = error ? 'undo-failed' : 'undone';
  step.status = effect.status;
  step.endedAtMs = turn.nowMs;
  if (error) {
    step.error = error;
    turn.state.undoFault ??= { code: error.code, message: `step \`${step.key}\` could not be undone: ${error.message}` };
  }
  const { waiter } = effect;
  delete effect.waiter;
  return waiter;
}

export function endLeases(turn: Turn): void {
  for (const [timer, { kind }] of Object.entries(turn.state.timers)) if (kind === 'lease') cancelTimer(turn, timer);
}

/** After every event: once nothing is owed, takes back the next effect of a failed run, or finishes. */
export function settle(turn: Turn): void {
  const { state } = turn;
  if (state.phase !== 'undoing' && state.phase !== 'settling') return;
  if (!isEmpty(state.owed)) return;
  if (state.phase === 'undoing' && undoNext(turn)) return;
  if (!isEmpty(state.timers)) return;
  state.phase = 'ended';
  if (state.undoFault) {
    state.outcome = 'failed';
    state.error = state.error ? { code: state.error.code, message: `${state.error.message}; ${state.undoFault.message}` } : state.undoFault;
  }
  turn.commands.push({ type: 'finish', outcome: state.outcome ?? 'done' });
}

function undoNext(turn: Turn): boolean {
  const { state } = turn;
  if (state.undoFrom < 0) state.undoFrom = state.effects.length;
  while (state.undoFrom > 0) {
    state.undoFrom--;
    if (undo(turn, state.undoFrom)) return true;
  }
  return false;
}

function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
}
