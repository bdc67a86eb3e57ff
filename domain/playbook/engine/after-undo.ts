/** An undo has ended: whoever waits for it goes on. */
import { undoEnded } from './effects.ts';
import { move } from './flow.ts';
import type { Move } from './move.ts';
import { restEnded } from './rest.ts';
import type { Fault, StepState } from './state.ts';
import { undoFurther } from './steps/undo.ts';
import type { Turn } from './turn.ts';

export function takenBack(turn: Turn, key: string, error?: Fault): void {
  if (!turn.state.owed[`undo:${key}`]) return;
  delete turn.state.owed[`undo:${key}`];
  const step = turn.state.steps[key];
  if (!step) return;
  const waiter = undoEnded(turn, step, error);
  const waiting = waiter === undefined ? undefined : turn.state.steps[waiter];
  if (waiting && turn.state.active[waiting.key]) move(turn, waiting, () => goOn(turn, waiting));
}

function goOn(turn: Turn, waiting: StepState): Move {
  if (waiting.skip) return { to: 'skip' };
  return waiting.joined ? restEnded(turn, waiting) : undoFurther(turn, waiting);
}
