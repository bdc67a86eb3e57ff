/** Answers by idempotency key, kept for two days. A reservation that nobody renews is free again after six seconds: its server died half way. */
import { sql } from 'kysely';
import { EdictError } from '../domain/errors.ts';
import { now, type Db } from './postgres/database.ts';
import type { Idempotency } from './port.ts';

const purgeEveryMs = 3_600_000;

export function idempotencyRepository(db: Db): Idempotency {
  let purgedAt = 0;
  return {
    begin: async ({ actor, key, requestDigest }) => {
      if (performance.now() - purgedAt > purgeEveryMs || purgedAt === 0) {
        purgedAt = performance.now();
        await db
          .deleteFrom('idempotency')
          .where('begun_at', '<', sql<string>`clock_timestamp() - interval '2 days'`)
          .execute();
      }
      if (await reserve(db, { actor, key, request_digest: requestDigest })) return undefined;
      const found = await db.selectFrom('idempotency').selectAll().where('actor', '=', actor).where('key', '=', key).executeTakeFirst();
      if (found !== undefined && found.request_digest !== requestDigest)
        throw new EdictError('idempotency-key-reused', 'the idempotency key was used for another request', {
          help: 'use a new key for each request',
        });
      if (found === undefined || found.status === null)
        throw new EdictError('conflict', 'the first request with this idempotency key is under way', { help: 'ask again in a moment' });
      return { status: found.status, body: found.body };
    },
    renew: async ({ actor, key }) => {
      await db
        .updateTable('idempotency')
        .set({ begun_at: now() })
        .where('actor', '=', actor)
        .where('key', '=', key)
        .where('status', 'is', null)
        .execute();
    },
    finish: async ({ actor, key, status, body }) => {
      await db
        .updateTable('idempotency')
        .set({ status, body: JSON.stringify(body) })
        .where('actor', '=', actor)
        .where('key', '=', key)
        .where('status', 'is', null)
        .execute();
    },
    abandon: async ({ actor, key }) => {
      await db.deleteFrom('idempotency').where('actor', '=', actor).where('key', '=', key).where('status', 'is', null).execute();
    },
  };
}

/** One statement: the key is ours when it is new, or when the same request lay unfinished and unrenewed. */
async function reserve(
  db: Db,
  row: { readonly actor: string; readonly key: string; readonly request_digest: `sha256:${string}` },
): Promise<boolean> {
  const reserved = await db
    .insertInto('idempotency')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['actor', 'key'])
        .doUpdateSet({ begun_at: now() })
        .where('idempotency.status', 'is', null)
        .where('idempotency.request_digest', '=', row.request_digest)
        .where('idempotency.begun_at', '<', sql<string>`clock_timestamp() - interval '6 seconds'`),
    )
    .returning('key')
    .executeTakeFirst();
  return reserved !== undefined;
}
