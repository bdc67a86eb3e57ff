/** What people do with incidents: take them, speak about them, mark what proves them, and keep the lists that they look at. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table incidents add column assignee text references people;
    create index incidents_assignee on incidents (assignee) where status <> 'closed';
    alter table incident_notes add column mentions text[] not null default '{}';
    create index incident_notes_mentions on incident_notes using gin (mentions);
    create table incident_pins (
      incident text not null references incidents,
      entry bigint not null references audit (id),
      by text not null,
      note text,
      at timestamptz not null default clock_timestamp(),
      primary key (incident, entry)
    );
    create table saved_views (
      id text primary key,
      owner text not null references people,
      screen text not null,
      name text not null,
      query json not null,
      made_at timestamptz not null default clock_timestamp(),
      unique (owner, screen, name)
    );
  `.execute(db);
}
