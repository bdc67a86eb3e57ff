/** Approvals by name, for a narrower plan and by breaking the glass; votes on someone's behalf, delegations, and reviews afterwards. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table approvals
      add column people text[] not null default '{}',
      add column excluded text[] not null default '{}',
      add column break_glass json,
      add column granted json;
    update approvals set excluded = array[requester];
    alter table approvals add check (cardinality(excluded) > 0);
    alter table approval_votes add column principal text;
    create unique index approval_votes_principal on approval_votes (approval, principal) where principal is not null;
    create table delegations (
      id text primary key,
      from_person text not null,
      to_person text not null,
      roles text[] not null,
      since timestamptz not null,
      until timestamptz not null,
      reason text,
      made_at timestamptz not null default clock_timestamp(),
      revoked_at timestamptz,
      check (since < until),
      check (from_person <> to_person)
    );
    create index delegations_newest on delegations (made_at desc, id desc);
    create index delegations_between on delegations (from_person, to_person) where revoked_at is null;
    create table approval_reviews (
      id text primary key,
      approval text not null unique references approvals,
      run text not null,
      by_person text not null,
      reason text not null,
      statement json not null,
      opened_at timestamptz not null default clock_timestamp(),
      due_at timestamptz not null,
      status text not null default 'open',
      closed_by text,
      comment text,
      closed_at timestamptz,
      raised_at timestamptz
    );
    create index approval_reviews_newest on approval_reviews (opened_at desc, id desc);
    create index approval_reviews_open on approval_reviews (due_at) where status = 'open';
  `.execute(db);
}
