/** What people ask and answer about an approval, beside their votes. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table approval_comments (
      id bigint generated always as identity primary key,
      approval text not null references approvals (id),
      author text not null,
      body text not null,
      made_at timestamptz not null default clock_timestamp()
    );
    create index approval_comments_of on approval_comments (approval, id);
  `.execute(db);
}
