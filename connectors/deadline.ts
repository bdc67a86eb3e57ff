/** Every call to an enforcement point ends: by its own time limit with `timeout`, or by the caller's signal with `cancelled`. */
import { EdictError } from '../domain/errors.ts';
import type { CallOptions } from './connector.ts';

export type Deadline = {
  /** Aborts when the time is over or the caller gives up. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Throws `timeout` or `cancelled` once the signal has aborted. */
  readonly check: () => void;
  /** What an error means: one that came of the abort is the abort. */
  readonly explain: (error: unknown) => unknown;
};

/** Runs `work` against the clock; whatever `work` throws after the abort is reported as the abort. */
export async function withDeadline<T>(
  where: string,
  options: CallOptions & { readonly timeoutMs: number },
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const clock = new AbortController();
  const timer = setTimeout(() => clock.abort(), options.timeoutMs);
  const signal = options.signal === undefined ? clock.signal : AbortSignal.any([clock.signal, options.signal]);
  const reason = () => (options.signal?.aborted === true ? cancelled(where) : late(where, options.timeoutMs));
  const deadline: Deadline = {
    signal,
    at: Date.now() + options.timeoutMs,
    check: () => {
      if (signal.aborted) throw reason();
    },
    explain: (error) => (signal.aborted ? reason() : error),
  };
  try {
    deadline.check();
    return await work(deadline);
  } catch (error) {
    throw deadline.explain(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves after the time, or at once when the deadline aborts. */
export function pause(ms: number, { signal }: Pick<Deadline, 'signal'>): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}

function late(where: string, timeoutMs: number): EdictError {
  return new EdictError('timeout', `\`${where}\` did not end within ${timeoutMs} ms`, {
    help: 'whether it took effect is found out by observing the point',
  });
}

function cancelled(where: string): EdictError {
  return new EdictError('cancelled', `\`${where}\` was cancelled`, { help: 'whether it took effect is found out by observing the point' });
}
