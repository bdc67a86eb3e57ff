/** `end`: the run is over with this outcome; what was done stays, until its lease ends. `fail`: the step fails with this message. */
import { evaluateTemplate, textOf } from '../../template.ts';
import type { Kind } from '../move.ts';
import { scopeOf } from '../turn.ts';

export const end: Kind<'end'> = { enter: (_turn, _state, step) => ({ to: 'end', outcome: step.outcome }) };

export const fail: Kind<'fail'> = {
  enter: (turn, state, step) => ({
    to: 'fail',
    error: { code: 'playbook-failed', message: textOf(evaluateTemplate(step.message, scopeOf(turn, state.prefix))) },
  }),
};
