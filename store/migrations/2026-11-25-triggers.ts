/** Which playbooks' ends start a playbook, and what people switched off. Playbooks that are there already wait for no other's end. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table playbooks add column follows text[] not null default '{}'`.execute(db);
  await sql`create index playbooks_follows on playbooks using gin (follows)`.execute(db);
  await sql`
    create table trigger_switches (
      playbook text primary key,
      disabled boolean not null,
      paused boolean not null,
      changed_by text not null,
      reason text,
      changed_at timestamptz not null default clock_timestamp()
    )`.execute(db);
}
