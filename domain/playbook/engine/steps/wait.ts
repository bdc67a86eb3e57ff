/** `wait`: for a duration, or until an instant; an instant that has passed is no wait. */
import { EdictError } from '../../../errors.ts';
import type { Json } from '../../../json.ts';
import { durationOf } from '../../duration.ts';
import { evaluateTemplate } from '../../template.ts';
import { stay, type Kind } from '../move.ts';
import { scopeOf, startTimer } from '../turn.ts';

export const wait: Kind<'wait'> = {
  enter: (turn, state, step) => {
    const scope = scopeOf(turn, state.prefix);
    const untilMs = step.until
      ? instantOf(evaluateTemplate(step.until, scope))
      : turn.nowMs + durationOf(step.for ? evaluateTemplate(step.for, scope) : '0ms');
    if (untilMs <= turn.nowMs) return { to: 'next' };
    state.status = 'waiting';
    state.untilMs = untilMs;
    startTimer(turn, { kind: 'wait', step: state.key, atMs: untilMs });
    return stay;
  },
};

function instantOf(value: Json): number {
  const ms = typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms))
    throw new EdictError('expression-failed', `\`${JSON.stringify(value).slice(0, 40)}\` is not an instant`, {
      expected: 'RFC 3339 with a zone, as 2026-11-25T18:00:00Z',
    });
  return ms;
}
