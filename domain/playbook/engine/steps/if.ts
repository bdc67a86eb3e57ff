/** `if` with `then` and `else`: the branch that holds; without a branch for it, on to the next step. */
import { evaluateBoolean } from '../../expression.ts';
import type { Kind } from '../move.ts';
import { scopeOf } from '../turn.ts';

export const branch: Kind<'if'> = {
  enter: (turn, state, step) => {
    const holds = evaluateBoolean(step.condition, scopeOf(turn, state.prefix));
    return { to: 'step', id: (holds ? step.then : step.else) ?? step.next };
  },
};
