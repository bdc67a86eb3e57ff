/** `parallel`: all branches at once; done when all are, failed when one is. */
import { stay, type Kind } from '../move.ts';

export const parallel: Kind<'parallel'> = {
  enter: (_, state, step) => {
    state.open = step.branches.length;
    return { to: 'stay', enter: step.branches.map((id) => ({ id, prefix: state.prefix })) };
  },
  inside: (_, state) => {
    state.open = (state.open ?? 1) - 1;
    return state.open === 0 ? { to: 'next' } : stay;
  },
};
