/**
 * One change of an enforcement point, or of one object of an outside system, at a time, over all processes: an advisory lock of a connection that does nothing else, so
 * that PostgreSQL gives it back the moment its process dies. Waiting inside a process takes no connection.
 */
import type pg from 'pg';
import { escapeLiteral } from 'pg';
import { EdictError } from '../../domain/errors.ts';
import { lockTimeoutMs } from './database.ts';
import { translateError } from './failures.ts';
import type { Points } from '../port.ts';

type Noun = 'point' | 'system';

const words = { point: 'enforcement point', system: 'system' } as const satisfies Record<Noun, string>;

/** Runs work under the lock, with what `look` found right after the lock was had, on the same journey. */
type LockedLooking = <T>(name: string, look: string, work: (seen: pg.QueryResultRow | undefined) => Promise<T>) => Promise<T>;

export function changeLock(pool: pg.Pool, noun: Noun): { readonly locked: Points['locked']; readonly lockedLooking: LockedLooking } {
  const queues = new Map<string, Promise<unknown>>();
  const lockedLooking: LockedLooking = async (name, look, work) => {
    const before = queues.get(name) ?? Promise.resolve();
    const turn = before.then(() => withLock(pool, { noun, name }, look, work));
    const settled = turn.catch(() => undefined);
    queues.set(name, settled);
    try {
      return await turn;
    } finally {
      if (queues.get(name) === settled) queues.delete(name);
    }
  };
  return { lockedLooking, locked: (name, work) => lockedLooking(name, '', work) };
}

type Held = { readonly noun: Noun; readonly name: string };

// oxlint-disable-next-line max-params -- one road for both
async function withLock<T>(pool: pg.Pool, held: Held, look: string, work: (seen: pg.QueryResultRow | undefined) => Promise<T>): Promise<T> {
  const client = await inWords(held, pool.connect());
  let lost = false;
  const onEnd = () => {
    lost = true;
  };
  client.once('end', onEnd);
  try {
    const lock = `select pg_advisory_lock(${lockOf(held)})`;
    // Each statement of a message sees what was committed before it began.
    const answers: unknown = await inWords(held, client.query(look === '' ? lock : `${lock}; ${look}`));
    const result = await work(Array.isArray(answers) ? (answers as readonly pg.QueryResult[]).at(-1)?.rows[0] : undefined);
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
    await client.query(`select pg_advisory_unlock(${lockOf(held)})`);
    client.release();
  } catch (error) {
    client.release(error instanceof Error ? error : true);
  }
}

const lockOf = ({ noun, name }: Held): string => `hashtextextended(${escapeLiteral(`edict:${noun}:${name}`)}, 0)`;

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
