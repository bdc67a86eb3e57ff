/**
 * One change of an enforcement point, or of one object of an outside system, at a time, over all processes: an advisory lock of a connection that does nothing else, so
 * that PostgreSQL gives it back the moment its process dies. Waiting inside a process takes no connection.
 */
import type pg from 'pg';
import { EdictError } from '../../domain/errors.ts';
import { lockTimeoutMs } from './database.ts';
import { translateError } from './failures.ts';
import type { Points } from '../port.ts';

type Noun = 'point' | 'system';

const words = { point: 'enforcement point', system: 'system' } as const satisfies Record<Noun, string>;

export function changeLock(pool: pg.Pool, noun: Noun): Points['locked'] {
  const queues = new Map<string, Promise<unknown>>();
  return async (name, work) => {
    const before = queues.get(name) ?? Promise.resolve();
    const turn = before.then(() => withLock(pool, { noun, name }, work));
    const settled = turn.catch(() => undefined);
    queues.set(name, settled);
    try {
      return await turn;
    } finally {
      if (queues.get(name) === settled) queues.delete(name);
    }
  };
}

type Held = { readonly noun: Noun; readonly name: string };

async function withLock<T>(pool: pg.Pool, held: Held, work: () => Promise<T>): Promise<T> {
  const client = await inWords(held, pool.connect());
  let lost = false;
  const onEnd = () => {
    lost = true;
  };
  client.once('end', onEnd);
  try {
    await inWords(held, client.query({ text: 'select pg_advisory_lock(hashtextextended($1, 0))', values: [keyOf(held)] }));
    const result = await work();
    // Without the lock somebody else may have changed it meanwhile: the caller looks again instead of going on.
    if (lost)
      throw new EdictError('dependency-unavailable', `the lock on the ${words[held.noun]} \`${held.name}\` was lost`, {
        where: whereOf(held),
        help: 'it is tried again, and looks before it acts',
      });
    return result;
  } finally {
    client.off('end', onEnd);
    // Nobody waits for it: whoever comes next waits for the lock.
    void release(client, held);
  }
}

/** A connection whose lock cannot be given back is closed, which gives it back. */
async function release(client: pg.PoolClient, held: Held): Promise<void> {
  try {
    await client.query({ text: 'select pg_advisory_unlock(hashtextextended($1, 0))', values: [keyOf(held)] });
    client.release();
  } catch (error) {
    client.release(error instanceof Error ? error : true);
  }
}

function keyOf({ noun, name }: Held): string {
  return `edict:${noun}:${name}`;
}

function whereOf({ noun }: Held): string {
  return `store.${noun}s.locked`;
}

async function inWords<T>(held: Held, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const translated = translateError(error, whereOf(held));
    if (translated instanceof EdictError && translated.code === 'timeout')
      throw new EdictError('timeout', `another change of the ${words[held.noun]} has not ended within ${lockTimeoutMs / 1000} s`, {
        where: whereOf(held),
      });
    throw translated;
  }
}
