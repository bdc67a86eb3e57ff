/** Commands to runs that are under way; and of a run, which one it is a fork of, and the plans that it went on with. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table run_commands (
      id text primary key,
      seq bigint not null generated always as identity,
      run text not null references runs,
      kind text not null,
      by text not null,
      reason text not null,
      params json not null,
      at timestamptz not null default clock_timestamp(),
      status text not null,
      error json,
      answered_at timestamptz
    )`.execute(db);
  await sql`create index run_commands_run on run_commands (run, seq)`.execute(db);
  await sql`create index run_commands_open on run_commands (at) where status = 'ordered'`.execute(db);
  await sql`alter table runs add column fork json, add column fork_of text references runs, add column migrations json`.execute(db);
  await sql`create index runs_forks on runs (fork_of) where fork_of is not null`.execute(db);
}
