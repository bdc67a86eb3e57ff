/** What an effect would find now, as a function: its plans are made once for a connection, not for each effect. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await situation.execute(db);
}

/**
 * `budgets`: patterns of actions and seconds of each. Counted are subjects other than `wanted` that effects of the budget were meant for
 * within its time; one that was refused took no place. The playbook is named, or that of a run.
 */
const situation = sql`
create function guard_situation(budgets json, named text, of_run text, wanted json) returns table (
  now text, version int, digest text, taken json
) language plpgsql stable set jit = off as $$
declare
  budget json;
  patterns text[];
  since timestamptz;
  without text[] := array(select json_array_elements_text(wanted));
  of_playbook text := coalesce(named, (select runs.playbook from runs where runs.run = of_run));
  one json;
  counts json[] := '{}';
begin
  for budget in select value from json_array_elements(budgets) loop
    patterns := array(select json_array_elements_text(budget -> 'actions'));
    since := clock_timestamp() - make_interval(secs => (budget ->> 'seconds')::float8);
    select json_build_object('playbook', count(distinct subject) filter (where effects.playbook = of_playbook), 'overall', count(distinct subject))
    into one from effects cross join unnest(effects.subjects) as subject
    where effects.intended_at > since and effects.action like any(patterns) and effects.status <> 'denied' and subject <> all(without);
    counts := counts || one;
  end loop;
  return query select
    to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    coalesce((select max(guard_settings.version) from guard_settings), 0),
    (select inventories.digest from inventories order by saved_at desc limit 1),
    to_json(counts);
end $$;
`;
