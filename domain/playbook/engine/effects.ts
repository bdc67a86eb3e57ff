/**
 * Effects and how they are taken back: recorded when they are confirmed or may have happened, undone at the end of their
 * lease, by an undo step, or newest first when the run fails or is cancelled; each once. A failed undo is never silent.
 */
import { EdictError, errorTable } from '../../errors.ts';
import { actions, type ActionSpec } from '../actions.ts';
import { parseDuration } from '../duration.ts';
import type { ActionStep, ManualStep } from '../plan.ts';
import { evaluateTemplate } from '../template.ts';
import { dropExtension } from './extend-lease.ts';
import type { Command } from './messages.ts';
import type { EffectState, Fault, Performed, StepState } from './state.ts';
import { askTask, undoTextOf, type TaskText } from './tasks/tasks.ts';
import { cancelTimer, effectKey, invocationOf, scopeOf, startTimer, timerId, type Turn } from './turn.ts';

/** An undo is worth more patience than a step. */
const undoRetry = { attempts: 20, firstMs: 1_000, maxMs: 60_000 };

export function leaseOf(turn: Turn, step: ActionStep | ManualStep, prefix: string): string | undefined {
  if (step.lease === undefined) return undefined;
  const text = evaluateTemplate(step.lease, scopeOf(turn, prefix));
  if (typeof text !== 'string' || parseDuration(text) <= 0)
    throw new EdictError('expression-failed', `the lease of step \`${step.id}\` is no duration`);
  return text;
}

export function recordEffect(turn: Turn, state: StepState, step: ActionStep, { params, lease }: Performed): void {
  if ((actions[step.action] as ActionSpec).does !== 'effect') return;
  const status = step.undo === undefined ? 'kept' : 'confirmed';
  keepEffect(turn, state, { step: state.key, undo: step.undo, ...again(turn, state), params, status }, lease);
}

/** What a person did, as far as there is a task that takes it back. */
export function recordManual(turn: Turn, state: StepState, step: ManualStep, status: 'confirmed' | 'uncertain'): void {
  if (!step.undo) return;
  const params = undoTextOf(turn, state, step.undo);
  const lease = status === 'confirmed' ? leaseOf(turn, step, state.prefix) : undefined;
  keepEffect(turn, state, { step: state.key, manual: true, ...again(turn, state), params, status }, lease);
}

function again(turn: Turn, state: StepState): { readonly invocation?: number } {
  const invocation = invocationOf(turn, state);
  return invocation === 1 ? {} : { invocation };
}

function keepEffect(turn: Turn, state: StepState, effect: EffectState, lease: string | undefined): void {
  state.effect = turn.state.effects.push(effect) - 1;
  if (lease === undefined) return;
  const untilMs = turn.nowMs + parseDuration(lease);
  effect.lease = { duration: lease, untilMs };
  const isUnderWay = state.status === 'running' || state.status === 'waiting';
  if (isUnderWay && turn.state.phase === 'running') startTimer(turn, { kind: 'lease', step: state.key, atMs: untilMs });
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
  keepEffect(turn, state, { step: state.key, undo: step.undo, ...again(turn, state), params, status: 'uncertain' }, undefined);
}

/** Undoes it unless that was done or is under way. Tells whether `waiter` has to wait for it. */
export function undo(turn: Turn, index: number, waiter?: string): boolean {
  const effect = turn.state.effects[index];
  if (effect?.status === 'undoing' && waiter !== undefined && effect.waiter === undefined) {
    effect.waiter = waiter;
    return true;
  }
  if (!effect || !canBeUndone(effect)) return false;
  effect.status = 'undoing';
  if (waiter !== undefined) effect.waiter = waiter;
  const state = turn.state.steps[effect.step];
  if (state) state.status = 'undoing';
  cancelTimer(turn, timerId('lease', effect.step));
  dropExtension(turn, effect.step);
  turn.state.owed[`undo:${effect.step}`] = true;
  if (effect.manual && state) askTask(turn, state, { ...(effect.params as TaskText), undo: true });
  else turn.commands.push(undoCommand(turn, effect));
  return true;
}

const canBeUndone = ({ undo: action, child, manual, status }: EffectState): boolean =>
  (action !== undefined || child !== undefined || manual === true) && (status === 'confirmed' || status === 'uncertain');

function undoCommand({ state: { run } }: Turn, effect: EffectState): Command {
  const { step, undo: action, child, invocation = 1 } = effect;
  if (child !== undefined) return { type: 'undo-child', step, child };
  if (action === undefined) throw new EdictError('defect', `the effect of step \`${step}\` has no undo`);
  const receipt = effect.key ?? effectKey(run, step, invocation);
  return { type: 'perform', step, invocation, action, params: { ...effect.params, receipt }, retry: undoRetry, undoes: receipt };
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
    report(turn, effect, error);
  }
  const { waiter } = effect;
  delete effect.waiter;
  return waiter;
}

/** The run does not end before it is on record. What a child did, the child's own run reports. */
function report({ state, commands }: Turn, { step, child, key, invocation = 1 }: EffectState, error: Fault): void {
  if (child !== undefined) return;
  state.owed[`report:${step}`] = true;
  commands.push({ type: 'report-divergence', step, effect: key ?? effectKey(state.run, step, invocation), error });
}

export function divergenceReported(turn: Turn, key: string, undone: boolean): void {
  if (!turn.state.owed[`report:${key}`]) return;
  delete turn.state.owed[`report:${key}`];
  const step = turn.state.steps[key];
  const effect = step?.effect === undefined ? undefined : turn.state.effects[step.effect];
  if (!undone || !step || effect?.status !== 'undo-failed') return;
  effect.status = 'undone';
  step.status = 'undone';
  delete step.error;
  if (!turn.state.effects.some(({ status }) => status === 'undo-failed')) delete turn.state.undoFault;
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
