/** `foreach`: its steps once for each item, `concurrency` items at a time; `results` has what each gave, in the items' order. */
import { EdictError } from '../../../errors.ts';
import type { Json, JsonObject } from '../../../json.ts';
import { evaluate } from '../../expression.ts';
import type { ForeachStep } from '../../plan.ts';
import { evaluateTemplate } from '../../template.ts';
import { forget, keptItems } from '../forget.ts';
import { readsResults } from '../reads.ts';
import { type Entry, type Kind, type Move } from '../move.ts';
import type { LoopState, StepState } from '../state.ts';
import { charge, jsonBytes, scopeOf } from '../turn.ts';

const mostItems = 100_000;

export const foreach: Kind<'foreach'> = {
  enter: (turn, state, step) => {
    const items = evaluateTemplate(step.items, scopeOf(turn, state.prefix));
    if (!Array.isArray(items)) throw new EdictError('expression-failed', `\`${step.id}\` needs a list to go through`);
    if (items.length > mostItems)
      throw new EdictError('input-too-large', `\`${step.id}\` has ${items.length} items`, { expected: `at most ${mostItems}` });
    charge(turn, jsonBytes(items));
    const dropped = items.length > keptItems && !readsResults(turn.plan, step.id) ? true : undefined;
    const loop: LoopState = {
      items: items as readonly Json[],
      next: 0,
      results: dropped ? [] : items.map(() => null),
      ...(dropped ? { dropped } : {}),
    };
    state.loop = loop;
    state.open = 0;
    return goOn(state, step, loop);
  },
  inside: (turn, state, step, last) => {
    const loop = state.loop;
    if (!loop) throw new EdictError('defect', `loop \`${state.key}\` has no items`);
    state.open = (state.open ?? 1) - 1;
    const result = step.collect === undefined ? (last.outputs ?? {}) : evaluate(step.collect, scopeOf(turn, last.prefix));
    if (!loop.dropped) {
      charge(turn, jsonBytes(result));
      loop.results[indexOf(state, last)] = result;
    }
    if (loop.items.length > keptItems) forget(turn, step.id, last.prefix);
    return goOn(state, step, loop);
  },
  failed: (turn, state, step, last) => {
    const { loop } = state;
    const error = last.error ?? { code: 'defect' as const, message: `an item of \`${state.key}\` failed without an error` };
    if (!loop || !step.collectErrors) return { to: 'fail', error };
    state.open = (state.open ?? 1) - 1;
    const entry = { index: indexOf(state, last), code: error.code, message: error.message };
    charge(turn, jsonBytes(entry));
    (loop.errors ??= []).push(entry);
    if (loop.items.length > keptItems) forget(turn, step.id, last.prefix);
    return goOn(state, step, loop);
  },
};

const indexOf = ({ key }: StepState, { prefix }: StepState): number => Number(prefix.slice(key.length + 1, -2));

function goOn(state: StepState, step: ForeachStep, loop: LoopState): Move {
  const enter: Entry[] = [];
  while (loop.next < loop.items.length && (state.open ?? 0) < step.concurrency) {
    enter.push({ id: step.body, prefix: `${state.key}[${loop.next}].` });
    loop.next++;
    state.open = (state.open ?? 0) + 1;
  }
  if (state.open !== 0) return { to: 'stay', enter };
  // The results are the step's outputs from here on; the items are not needed any more.
  delete state.loop;
  const errors = (loop.errors ?? []).toSorted((a, b) => Number((a as JsonObject)['index']) - Number((b as JsonObject)['index']));
  return { to: 'next', outputs: { ...(loop.dropped ? {} : { results: loop.results }), ...(step.collectErrors ? { errors } : {}) } };
}
