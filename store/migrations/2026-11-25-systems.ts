/** Outside systems; and what an effect on one found before it acts. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table systems (
      name text primary key,
      kind text not null,
      settings json not null,
      secrets json not null,
      updated_at timestamptz not null default clock_timestamp()
    )`.execute(db);
  await sql`
    create table system_effects (
      effect text primary key references effects,
      target text not null,
      prepared json not null
    )`.execute(db);
  await sql`create index system_effects_target on system_effects (target)`.execute(db);
}
