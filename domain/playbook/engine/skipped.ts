/** A step that is to be skipped (skip.ts), from when it was told to stop until the run goes on behind it. */
import { EdictError } from '../../errors.ts';
import { answerCommand } from './answers.ts';
import { undo } from './effects.ts';
import { stay, type Move } from './move.ts';
import type { StepState } from './state.ts';
import { faultOf, type Turn } from './turn.ts';

/** What the step's own answer comes to: an end that it had come to before it could be stopped holds. */
export function endOfSkipped(turn: Turn, state: StepState, decided: Move): Move {
  if (!state.skip || decided.to === 'stay' || decided.to === 'skip') return decided;
  if (decided.to === 'fail' || decided.to === 'cancelled') return { to: 'skip' };
  refuseSkip(turn, state, `step \`${state.key}\` had come to its end before it could be skipped`);
  return decided;
}

/** It has stopped: takes back what it may have done. `skip` once there is nothing left to take back. */
export function takenBackForSkip(turn: Turn, state: StepState): Move {
  if (state.effect !== undefined && undo(turn, state.effect, state.key)) return stay;
  const { skip: given } = state;
  if (!given) return stay;
  if (state.effect !== undefined && turn.state.effects[state.effect]?.status === 'undo-failed') {
    const message = `what step \`${state.key}\` did could not be undone`;
    refuseSkip(turn, state, message);
    return { to: 'fail', error: { code: 'effect-failed', message } };
  }
  delete state.skip;
  delete state.outputs;
  state.skipped = { by: given.by, reason: given.reason };
  answerCommand(turn, given.command, { status: 'taken' });
  return { to: 'skip' };
}

/** The step is stopped by something else, or has ended by itself. */
export function refuseSkip(turn: Turn, state: StepState, why = `step \`${state.key}\` was stopped before it could be skipped`): void {
  const { skip: given } = state;
  if (!given) return;
  delete state.skip;
  answerCommand(turn, given.command, { status: 'refused', error: faultOf(new EdictError('run-state-wrong', why)) });
}
