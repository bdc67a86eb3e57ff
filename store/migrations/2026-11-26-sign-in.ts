/** Sessions of browsers, passwords, one-time links, failed tries, and who is who at an OpenID provider. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table sessions (
      id text primary key,
      person text not null references people,
      hash text not null unique,
      method text not null,
      address text not null,
      agent text not null,
      started_at timestamptz not null default clock_timestamp(),
      seen_at timestamptz not null default clock_timestamp(),
      authenticated_at timestamptz not null default clock_timestamp(),
      ends_at timestamptz not null,
      ended_at timestamptz
    )`.execute(db);
  await sql`create index sessions_person on sessions (person, started_at desc) where ended_at is null`.execute(db);
  await sql`
    create table passwords (
      person text primary key references people,
      encoded text not null,
      set_at timestamptz not null default clock_timestamp()
    )`.execute(db);
  await sql`
    create table sign_in_links (
      hash text primary key,
      person text not null references people,
      made_at timestamptz not null default clock_timestamp(),
      expires_at timestamptz not null,
      used_at timestamptz
    )`.execute(db);
  await sql`create index sign_in_links_person on sign_in_links (person)`.execute(db);
  await sql`
    create table sign_in_tries (
      key text primary key,
      count integer not null,
      last_at timestamptz not null default clock_timestamp(),
      until timestamptz not null
    )`.execute(db);
  await sql`
    create table identities (
      issuer text not null,
      subject text not null,
      person text not null references people,
      bound_at timestamptz not null default clock_timestamp(),
      primary key (issuer, subject)
    )`.execute(db);
  await sql`create unique index identities_person on identities (issuer, person)`.execute(db);
}
