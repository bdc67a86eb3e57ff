/** Tasks for people: what a run asks, who has taken it on, and the one answer that counts. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table tasks (
      id text primary key,
      run text not null,
      step text not null,
      invocation integer not null,
      undo boolean not null,
      title text not null,
      instructions text not null,
      outputs json not null,
      roles text[] not null,
      people text[] not null,
      opened_at timestamptz not null default clock_timestamp(),
      expires_at timestamptz not null,
      status text not null,
      claimed_by text,
      claimed_at timestamptz,
      answer json,
      answered_by text,
      note text,
      closed_at timestamptz,
      delivered_at timestamptz,
      unique (run, step, invocation, undo)
    );
    create index tasks_newest on tasks (opened_at desc, id desc);
    create index tasks_run on tasks (run, opened_at desc, id desc);
    create index tasks_open on tasks (opened_at desc, id desc) where status = 'open';
    create index tasks_undelivered on tasks (closed_at) where status = 'answered' and delivered_at is null;
  `.execute(db);
}
