/**
 * Tries to sign in, counted by name over all processes, for names that there are and names that there are not alike. Five are free;
 * each one more waits twice as long as the one before, up to five minutes; a day without one forgets them.
 */
import { sql } from 'kysely';
import type { Change } from '../chain/change.ts';
import type { Db } from '../postgres/database.ts';
import type { Tries } from './port-access.ts';
import { secretHash } from './secret-hash.ts';

const free = 5;
const longestSeconds = 300;

export function triesRepository(db: Db, change: Change): Tries {
  return {
    begin: async (key) => {
      const hash = secretHash(key);
      const { rows } = await sql<{ count: number }>`
        insert into sign_in_tries as tries (key, count, until) values (${hash}, 1, clock_timestamp())
        on conflict (key) do update set
          count = case when tries.last_at < clock_timestamp() - interval '1 day' then 1 else tries.count + 1 end,
          last_at = clock_timestamp(),
          until = clock_timestamp() + make_interval(secs => case
            when tries.last_at < clock_timestamp() - interval '1 day' or tries.count < ${free - 1} then 0
            else least(power(2, least(tries.count - ${free - 1}, 20)), ${longestSeconds}) end)
        where tries.until <= clock_timestamp()
        returning count`.execute(db);
      if (rows.length > 0) return undefined;
      return { waitMs: await waitOf(db, hash) };
    },
    forget: async (key) => {
      await db.deleteFrom('sign_in_tries').where('key', '=', secretHash(key)).execute();
      await sql`delete from sign_in_tries where last_at < clock_timestamp() - interval '1 day'`.execute(db);
    },
    refused: ({ person, address, reason }) =>
      change(async (_tx, record) =>
        record({ actor: 'system:sign-in', event: 'sign-in-refused', subject: `person/${person}`, detail: { address, reason } }),
      ),
  };
}

async function waitOf(db: Db, hash: string): Promise<number> {
  const found = await db
    .selectFrom('sign_in_tries')
    .select(sql<number>`(extract(epoch from until - clock_timestamp()) * 1000)::integer`.as('waitMs'))
    .where('key', '=', hash)
    .executeTakeFirst();
  return Math.max(found?.waitMs ?? 0, 1000);
}
