/** The tests that a version of a playbook was published with, as text. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table playbooks add column tests text`.execute(db);
}
