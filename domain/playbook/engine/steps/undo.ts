/** `undo`: takes back the effects of some steps, newest first, one after the other; fails when one cannot be taken back. */
import { undo as undoEffect } from '../effects.ts';
import { stay, type Kind, type Move } from '../move.ts';
import type { StepState } from '../state.ts';
import { stepOfKind, type Turn } from '../turn.ts';

export const undo: Kind<'undo'> = {
  enter: (turn, state, step) => {
    const wanted = new Set(step.steps);
    state.undoing = turn.state.effects.flatMap((effect, index) =>
      wanted.has(turn.state.steps[effect.step]?.id ?? '') && effect.step.startsWith(state.prefix) ? [index] : [],
    );
    return undoFurther(turn, state);
  },
};

export function undoFurther(turn: Turn, state: StepState): Move {
  for (let index = state.undoing?.pop(); index !== undefined; index = state.undoing?.pop()) {
    if (undoEffect(turn, index, state.key)) return stay;
  }
  const { steps } = stepOfKind(turn, state.id, 'undo');
  const failed = turn.state.effects.find(
    ({ step, status }) => status === 'undo-failed' && steps.includes(turn.state.steps[step]?.id ?? ''),
  );
  return failed ? { to: 'fail', error: { code: 'effect-failed', message: `step \`${failed.step}\` could not be undone` } } : { to: 'next' };
}
