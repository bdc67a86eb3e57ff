/** Compiles `timeout` and `retry` of steps that hold or call others; those of an action are part of the action. */
import { actions, type ActionSpec } from '../actions.ts';
import { parseDuration } from '../duration.ts';
import type { PlanStep, RetryPlan } from '../plan.ts';
import type { SourceStep } from '../playbook.schema.ts';
import type { Compiling } from './block.ts';
import type { Issue, SourcePath } from './source.ts';

type Timing = Pick<PlanStep, 'timeoutMs' | 'retry'>;

export function timingOf({ timeout, retry }: SourceStep): Timing {
  return {
    ...(timeout === undefined ? {} : { timeoutMs: parseDuration(timeout) }),
    ...(retry === undefined ? {} : { retry: retryOf(retry) }),
  };
}

/** An `if` or a `switch` whose roads have a time limit, or are gone again, holds them like a block. */
export const isBlock = ({ timeout, retry }: SourceStep): boolean => timeout !== undefined || retry !== undefined;

export function checkTiming(compiling: Compiling, { id, timeout, retry }: SourceStep, at: SourcePath): void {
  const complain = (key: string, text: string, help: string): void =>
    void compiling.issues.push({ code: 'playbook-invalid', at: [...at, key], text, help });
  if (timeout !== undefined && parseDuration(timeout) <= 0)
    complain('timeout', `step \`${id}\` @ would be over before it begins`, 'give it some time');
  if (retry?.attempts === 1)
    complain('retry', `step \`${id}\` @ is tried once: that is no retry`, 'the first attempt counts, so at least 2');
}

function retryOf({ attempts, backoff }: { readonly attempts: number; readonly backoff: string }): RetryPlan {
  const [first = '1s', last] = backoff.split('..');
  const firstMs = parseDuration(first);
  return { attempts, firstMs, maxMs: Math.max(firstMs, last === undefined ? firstMs : parseDuration(last)) };
}

/** What cannot be taken back stays of every attempt. */
export function repeatedEffects(steps: { readonly [id: string]: PlanStep }, placeOf: (id: string) => SourcePath): readonly Issue[] {
  return Object.values(steps).flatMap((step) => {
    if (step.kind !== 'action' || step.undo !== undefined || (actions[step.action] as ActionSpec).does !== 'effect') return [];
    const again = aroundOf(steps, step).find(({ retry }) => retry !== undefined);
    if (!again) return [];
    const text = `step \`${step.id}\` cannot be undone: it is done once in each attempt of step \`${again.id}\``;
    return [{ code: 'playbook-invalid' as const, text, at: placeOf(step.id) }];
  });
}

/** The steps that hold it, from the inside out. */
function aroundOf(steps: { readonly [id: string]: PlanStep }, step: PlanStep): readonly PlanStep[] {
  const found: PlanStep[] = [];
  for (let at = steps[step.in ?? '']; at; at = steps[at.in ?? '']) found.push(at);
  return found;
}
