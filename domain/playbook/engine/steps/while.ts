/** `while`: its steps turn by turn as long as the condition holds, and never more often than its bound says. */
import { EdictError } from '../../../errors.ts';
import { evaluate, evaluateBoolean } from '../../expression.ts';
import type { WhileStep } from '../../plan.ts';
import { evaluateTemplates } from '../../template.ts';
import { forget, keptItems } from '../forget.ts';
import type { Kind, Move } from '../move.ts';
import type { StepState } from '../state.ts';
import { charge, jsonBytes, scopeOf, type Turn } from '../turn.ts';

export const repeat: Kind<'while'> = {
  enter: (turn, state, step) => {
    const value = evaluateTemplates(step.from, scopeOf(turn, state.prefix));
    charge(turn, jsonBytes(value));
    state.open = 0;
    state.turns = { count: 0, value };
    return goOn(turn, state, step, state.turns);
  },
  inside: (turn, state, step, last) => {
    const { turns } = state;
    if (!turns) throw new EdictError('defect', `loop \`${state.key}\` has no turn`);
    state.open = 0;
    const value = step.collect === undefined ? (last.outputs ?? {}) : evaluate(step.collect, scopeOf(turn, last.prefix));
    charge(turn, jsonBytes(value) - jsonBytes(turns.value));
    turns.value = value;
    if (step.max > keptItems) forget(turn, step.id, last.prefix);
    return goOn(turn, state, step, turns);
  },
};

function goOn(turn: Turn, state: StepState, step: WhileStep, turns: NonNullable<StepState['turns']>): Move {
  const { count, value } = turns;
  if (!evaluateBoolean(step.condition, scopeOf(turn, state.prefix, { [step.as]: value, index: count }))) {
    delete state.turns;
    charge(turn, -jsonBytes(value));
    return { to: 'next', outputs: { result: value, turns: count } };
  }
  if (count >= step.max)
    throw new EdictError('loop-bound-reached', `\`${state.key}\` would go on after ${count} turns`, { expected: `at most ${step.max}` });
  turns.count++;
  state.open = 1;
  return { to: 'stay', enter: [{ id: step.body, prefix: `${state.key}[${count}].` }] };
}
