/** What a step says of itself once it has ended well. It never changes what happens: what cannot be said is said to be so. */
import { evaluateTemplate, textOf } from '../template.ts';
import type { StepState } from './state.ts';
import { faultOf, jsonBytes, scopeOf, stepOf, type Turn } from './turn.ts';

const longest = 500;

export function tell(turn: Turn, state: StepState): void {
  const { says } = stepOf(turn, state.id);
  if (!says) return;
  try {
    state.summary = textOf(evaluateTemplate(says, scopeOf(turn, state.prefix))).slice(0, longest);
  } catch (error) {
    state.summary = `(no summary: ${faultOf(error).message.slice(0, longest)})`;
  }
  // Small, so that it is counted and not refused.
  turn.state.sizeBytes += jsonBytes(state.summary);
}
