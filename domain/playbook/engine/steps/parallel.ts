/** `parallel`: all branches at once. Done when all are, failed when one is; with a join, when enough are or no longer can be. */
import { stay, type Kind } from '../move.ts';

export const parallel: Kind<'parallel'> = {
  enter: (_, state, step) => {
    state.open = step.branches.length;
    if (step.join) state.won = [];
    return { to: 'stay', enter: step.branches.map((id) => ({ id, prefix: state.prefix })) };
  },
  inside: (_, state, { join }, last) => {
    state.open = (state.open ?? 1) - 1;
    if (!join) return state.open === 0 ? { to: 'next' } : stay;
    const won = (state.won ??= []);
    won.push(join.branchOf[last.id] ?? -1);
    return won.length >= join.count ? { to: 'rest' } : stay;
  },
  failed: (_, state, { join }, { error }) => {
    state.open = (state.open ?? 1) - 1;
    if (join && state.open + (state.won?.length ?? 0) >= join.count) return stay;
    return { to: 'fail', error: error ?? { code: 'defect', message: `a branch of \`${state.key}\` failed without an error` } };
  },
};
