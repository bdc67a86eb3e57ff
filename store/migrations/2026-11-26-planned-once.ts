/**
 * What every effect asks is planned once for a connection. Left to itself PostgreSQL plans the counting of budgets anew each time, because it
 * does not know how far back it will look; by the index on the time it is right however far that is.
 */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const name of ['effect_intend(json, json)', 'guard_situation(json, text, text, json)'])
    await sql
      .raw(`alter function ${name} set plan_cache_mode = force_generic_plan; alter function ${name} set enable_seqscan = off`)
      .execute(db);
}
