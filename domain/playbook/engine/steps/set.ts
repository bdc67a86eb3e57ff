/** `set`: names values for later steps. */
import { evaluate } from '../../expression.ts';
import type { Kind } from '../move.ts';
import { scopeOf } from '../turn.ts';

export const set: Kind<'set'> = {
  enter: (turn, state, step) => {
    const scope = scopeOf(turn, state.prefix);
    return { to: 'next', outputs: Object.fromEntries(Object.entries(step.outputs).map(([name, cel]) => [name, evaluate(cel, scope)])) };
  },
};
