/** Values too large for a history: by the SHA-256 of what they are, never changed. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table large_values (
      digest text primary key,
      bytes bytea not null,
      size_bytes integer not null,
      stored_at timestamptz not null default clock_timestamp()
    );
  `.execute(db);
}
