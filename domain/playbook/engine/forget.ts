/** Long loops forget: of an item or turn that has ended well, only what it gave stays, so that a run's state stays small. */
import type { Json } from '../../json.ts';
import type { PlanStep } from '../plan.ts';
import type { StepState } from './state.ts';
import { jsonBytes, stepBytes, type Turn } from './turn.ts';

/** Of longer loops, only the steps that changed something, failed or are under way stay in the run's state. */
export const keptItems = 500;

/** Drops the records of an item that has ended; its result is kept. What is owed an answer stays until it has it. */
export function forget(turn: Turn, container: string, prefix: string): void {
  for (const owed in turn.state.owed) if (owed.slice(owed.indexOf(':') + 1).startsWith(prefix)) return;
  for (const step of Object.values(turn.plan.steps)) {
    const state = step.in === container ? turn.state.steps[`${prefix}${step.id}`] : undefined;
    if (!state || state.effect !== undefined || state.error) continue;
    if (holdsOthers(step)) forget(turn, step.id, prefix);
    for (let index = 0; index < timesOf(state); index++) forget(turn, step.id, `${state.key}[${index}].`);
    delete turn.state.steps[state.key];
    turn.state.sizeBytes -= sizeOf(state);
  }
}

/** Steps of the same loop turn; loops hold theirs by their own keys. */
const holdsOthers = (step: PlanStep): boolean =>
  step.kind === 'parallel' || ((step.kind === 'if' || step.kind === 'switch') && step.block === true);

/** What a step's record was charged. */
export const sizeOf = ({ outputs, summary }: StepState): number =>
  stepBytes + (outputs ? jsonBytes(outputs) : 0) + (summary === undefined ? 0 : jsonBytes(summary));

/** How often the steps of a loop that has ended were gone through. */
function timesOf({ open, outputs }: StepState): number {
  if (open === undefined || !outputs) return 0;
  const { turns, results } = outputs as { readonly turns?: number; readonly results?: readonly Json[] };
  return turns ?? results?.length ?? 0;
}
