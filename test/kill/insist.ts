/** How the people of the kill tests ask: again, with the same idempotency key, until there is an answer. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EdictError, errorTable } from '../../domain/errors.ts';

const patienceMs = 90_000;

export async function untilDefined<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const value = await insist(ask);
    if (value !== undefined) return value;
    await sleep(50);
  }
  throw new EdictError('timeout', `waited ${patienceMs / 1000} s in vain for ${what}`);
}

/** Asks until there is an answer that is not temporary: always with the same idempotency key. */
export async function insist<T>(ask: (idempotencyKey: string) => Promise<T>): Promise<T> {
  const key = randomUUID();
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await ask(key);
    } catch (error) {
      if (!isTemporary(error) || performance.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

/** `conflict`: the first call with this key is still under way. */
function isTemporary(error: unknown): boolean {
  return error instanceof EdictError && (errorTable[error.code].retryable || error.code === 'conflict');
}
