/** `switch`: the case that has the value of the expression; a value that nobody provided for is a failure, not a way on. */
import { canonicalJson } from '../../../digest.ts';
import { EdictError } from '../../../errors.ts';
import { evaluate } from '../../expression.ts';
import type { Kind, Move } from '../move.ts';
import { scopeOf } from '../turn.ts';
import { blockOf } from './if.ts';

export const choice: Kind<'switch'> = {
  enter: (turn, state, step) => {
    const value = canonicalJson(evaluate(step.on, scopeOf(turn, state.prefix)));
    const matching = step.cases.find(({ values }) => values.some((each) => canonicalJson(each) === value));
    const road = (to: string): Move => (step.block ? blockOf(state, to) : { to: 'step', id: to });
    if (matching) return road(matching.to);
    if (step.default === 'continue') return { to: 'next' };
    if (step.default) return road(step.default.to);
    throw new EdictError('case-unmatched', `no case of \`${step.id}\` is for \`${value.slice(0, 100)}\``, {
      help: 'add a case, or a default',
    });
  },
};
