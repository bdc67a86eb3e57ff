/** Compiles `timeout` and `retry` of steps that hold or call others; those of an action are part of the action. */
import { parseDuration } from '../duration.ts';
import type { PlanStep, RetryPlan } from '../plan.ts';
import type { SourceStep } from '../playbook.schema.ts';
import type { Compiling } from './block.ts';
import type { SourcePath } from './source.ts';

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
