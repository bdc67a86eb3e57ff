/** `wait`: for a duration, or until an instant, which may have passed; or for a signal that has to come by then. */
import { EdictError } from '../../../errors.ts';
import type { Signal } from '../../../incident/signal.ts';
import type { Json, JsonObject } from '../../../json.ts';
import { durationOf } from '../../duration.ts';
import { evaluateBoolean } from '../../expression.ts';
import { evaluateTemplate } from '../../template.ts';
import { stay, type Kind, type Move } from '../move.ts';
import type { StepState } from '../state.ts';
import { jsonBytes, largestOutput, scopeOf, startTimer, stepOf, stepOfKind, type Turn } from '../turn.ts';

export const wait: Kind<'wait'> = {
  enter: (turn, state, step) => {
    const scope = scopeOf(turn, state.prefix);
    const untilMs = step.until
      ? instantOf(evaluateTemplate(step.until, scope))
      : turn.nowMs + durationOf(step.for ? evaluateTemplate(step.for, scope) : '0ms');
    if (untilMs <= turn.nowMs) return waitOver(turn, state);
    state.status = 'waiting';
    state.untilMs = untilMs;
    startTimer(turn, { kind: 'wait', step: state.key, atMs: untilMs });
    return stay;
  },
};

/** Its time has come: the end of a mere wait, too late for a signal. */
export function waitOver(turn: Turn, { id, key }: StepState): Move {
  if (stepOfKind(turn, id, 'wait').signal === undefined) return { to: 'next' };
  return { to: 'fail', error: { code: 'timeout', message: `the signal that step \`${key}\` waits for did not come in time` } };
}

/** The steps that take this signal. One that a step took before, and the one that started the run, are taken by none. */
export function takersOf(turn: Turn, signal: Signal): readonly StepState[] {
  const { state } = turn;
  if (state.phase !== 'running' || state.signal?.['id'] === signal.id || (state.heard && Object.hasOwn(state.heard, signal.id))) return [];
  const takers = Object.keys(state.active).flatMap((key) => {
    const step = state.steps[key];
    return step && takes(turn, step, signal) ? [step] : [];
  });
  if (takers.length > 0) {
    (state.heard ??= {})[signal.id] = true;
    state.sizeBytes += jsonBytes(signal.id) + 6;
  }
  return takers;
}

/** A condition that cannot be evaluated does not hold, as of a trigger. */
function takes(turn: Turn, state: StepState, signal: Signal): boolean {
  const step = stepOf(turn, state.id);
  if (step.kind !== 'wait' || step.signal === undefined || state.status !== 'waiting') return false;
  try {
    return evaluateBoolean(step.signal, scopeOf(turn, state.prefix, { signal: signal as unknown as JsonObject }));
  } catch {
    return false;
  }
}

export function signalTaken({ key }: StepState, signal: Signal): Move {
  const outputs = { signal: signal as unknown as JsonObject };
  if (jsonBytes(outputs) > largestOutput)
    throw new EdictError('output-too-large', `the signal that step \`${key}\` got is larger than ${largestOutput} characters`);
  return { to: 'next', outputs };
}

function instantOf(value: Json): number {
  const ms = typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms))
    throw new EdictError('expression-failed', `\`${JSON.stringify(value).slice(0, 40)}\` is not an instant`, {
      expected: 'RFC 3339 with a zone, as 2026-11-25T18:00:00Z',
    });
  return ms;
}
