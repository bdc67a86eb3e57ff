/**
 * One change of an enforcement point at a time, over all processes: an advisory lock of a connection that does nothing else, so
 * that PostgreSQL gives it back the moment its process dies. Waiting inside a process takes no connection.
 */
import type pg from 'pg';
import { EdictError } from '../domain/errors.ts';
import { lockTimeoutMs } from './postgres/database.ts';
import { translateError } from './postgres/failures.ts';
import type { Points } from './port.ts';

const where = 'store.points.locked';

export function pointLock(pool: pg.Pool): Points['locked'] {
  const queues = new Map<string, Promise<unknown>>();
  return async (name, work) => {
    const before = queues.get(name) ?? Promise.resolve();
    const turn = before.then(() => withLock(pool, name, work));
    const settled = turn.catch(() => undefined);
    queues.set(name, settled);
    try {
      return await turn;
    } finally {
      if (queues.get(name) === settled) queues.delete(name);
    }
  };
}

async function withLock<T>(pool: pg.Pool, name: string, work: () => Promise<T>): Promise<T> {
  const client = await inWords(pool.connect());
  let lost = false;
  const onEnd = () => {
    lost = true;
  };
  client.once('end', onEnd);
  try {
    await inWords(client.query({ text: 'select pg_advisory_lock(hashtextextended($1, 0))', values: [`edict:point:${name}`] }));
    const result = await work();
    // Without the lock somebody else may have changed the point meanwhile: the caller looks again instead of going on.
    if (lost)
      throw new EdictError('dependency-unavailable', `the lock on the enforcement point \`${name}\` was lost`, {
        where,
        help: 'it is tried again, and looks before it acts',
      });
    return result;
  } finally {
    client.off('end', onEnd);
    await release(client, name);
  }
}

/** A connection whose lock cannot be given back is closed, which gives it back. */
async function release(client: pg.PoolClient, name: string): Promise<void> {
  try {
    await client.query({ text: 'select pg_advisory_unlock(hashtextextended($1, 0))', values: [`edict:point:${name}`] });
    client.release();
  } catch (error) {
    client.release(error instanceof Error ? error : true);
  }
}

async function inWords<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const translated = translateError(error, where);
    if (translated instanceof EdictError && translated.code === 'timeout')
      throw new EdictError('timeout', `another change of the enforcement point has not ended within ${lockTimeoutMs / 1000} s`, { where });
    throw translated;
  }
}
