/** `if` with `then` and `else`: the branch that holds; without a branch for it, on to the next step. */
import { evaluateBoolean } from '../../expression.ts';
import type { Kind, Move } from '../move.ts';
import type { StepState } from '../state.ts';
import { scopeOf } from '../turn.ts';

/** The road is gone inside the step, which takes as long as it does. */
export function blockOf(state: StepState, road: string | undefined): Move {
  state.open = road === undefined ? 0 : 1;
  return road === undefined ? { to: 'next' } : { to: 'stay', enter: [{ id: road, prefix: state.prefix }] };
}

export const branch: Kind<'if'> = {
  enter: (turn, state, step) => {
    const holds = evaluateBoolean(step.condition, scopeOf(turn, state.prefix));
    const road = holds ? step.then : step.else;
    return step.block ? blockOf(state, road) : { to: 'step', id: road ?? step.next };
  },
};
