/** When a secret was made, and when one that was replaced stops. Secrets that are there already count as made now. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table secrets
      add column made_at timestamptz not null default clock_timestamp(),
      add column expires_at timestamptz`.execute(db);
}
