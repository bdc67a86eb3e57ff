/** What brought a run about, where that was another run. Runs that are there already were brought about by none. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table runs add column origin json, add column origin_run text`.execute(db);
  await sql`create index runs_origin on runs (origin_run, ordered_at, run) where origin_run is not null`.execute(db);
}
