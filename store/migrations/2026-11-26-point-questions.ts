/** What people ask of enforcement points; and of each point its last probe, and what its account may do there. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table point_questions (
      id text primary key,
      point text not null,
      question json not null,
      asked_by text not null,
      asked_at timestamptz not null default clock_timestamp(),
      answer json,
      fault json,
      answered_at timestamptz
    )`.execute(db);
  await sql`create index point_questions_point on point_questions (point, asked_at)`.execute(db);
  await sql`alter table points add column last_probe json, add column permissions json`.execute(db);
}
