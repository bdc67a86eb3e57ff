/** The guard: its settings by version, and of each effect what was decided before it and what it counts as in budgets. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table guard_settings (
      version integer primary key check (version > 0),
      digest text not null,
      document json not null,
      saved_by text not null,
      reason text,
      saved_at timestamptz not null default clock_timestamp()
    );
    alter table effects
      add column playbook text,
      add column subjects text[] not null default '{}',
      add column decision json,
      add column retry_by text;
    create index effects_budget on effects (action, intended_at);`.execute(db);
}
