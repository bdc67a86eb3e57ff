/**
 * The two moves that every effect makes, each a function, so that it is one journey to the database: the intent with its places in budgets, and
 * what landed at a point. Both write their rows of the chain last: the head of the chain is locked for as short as can be.
 */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await intend.execute(db);
  await land.execute(db);
}

/**
 * INVARIANT: one after the other for each budget, so that of two intents that want its last place exactly one gets it; the locks are taken in
 * one order, and each count sees what was committed before its lock was had. Gives no row where the key is there already.
 */
const intend = sql`
create function effect_intend(intent json, claims json) returns table (
  status text, error json, decision json, intended_at timestamptz, entry bigint
) language plpgsql set jit = off as $$
declare
  wanted text[] := array(select json_array_elements_text(intent -> 'subjects'));
  claim json;
  name text;
  patterns text[];
  since timestamptz;
  of_playbook text;
  taken bigint;
  verdict json := intent -> 'verdict';
  made effects%rowtype;
  written audit%rowtype;
begin
  for name in select distinct value ->> 'budget' collate "C" from json_array_elements(claims) order by 1 loop
    perform pg_advisory_xact_lock(hashtextextended('edict:budget:' || name, 0));
  end loop;
  for claim in select value from json_array_elements(claims) loop
    patterns := array(select json_array_elements_text(claim -> 'actions'));
    since := clock_timestamp() - make_interval(secs => (claim ->> 'seconds')::float8);
    of_playbook := case when claim ->> 'scope' = 'playbook' then intent ->> 'playbook' end;
    select count(distinct subject) into taken from effects cross join unnest(effects.subjects) as subject
    where effects.intended_at > since and effects.action like any(patterns) and effects.status <> 'denied'
      and (of_playbook is null or effects.playbook = of_playbook) and subject <> all(wanted);
    if taken + cardinality(wanted) > (claim ->> 'limit')::bigint then
      verdict := claim -> 'verdict';
      exit;
    end if;
  end loop;
  insert into effects as e (key, run, step, action, targets, params, status, approval, error, attempts, actor, playbook, subjects, decision)
  values (
    intent ->> 'key', intent ->> 'run', intent ->> 'step', intent ->> 'action', array(select json_array_elements_text(intent -> 'targets')),
    intent -> 'params', verdict ->> 'status', intent ->> 'approval', nullif(verdict ->> 'error', 'null')::json, 1, intent ->> 'actor',
    intent ->> 'playbook', wanted, verdict -> 'decision'
  ) on conflict (key) do nothing returning e.* into made;
  if made.key is null then return; end if;
  select * into written from audit_append(intent -> 'actor', verdict -> 'event', intent -> 'subject', verdict -> 'detail');
  return query select made.status, made.error, made.decision, made.intended_at, written.id;
end $$;
`;

/** Gives the status before; changes nothing where that is none of an effect under way, or where there is no such point (null). */
const land = sql`
create function effect_land(landed json) returns table (before text, point_known boolean) language plpgsql as $$
declare
  last boolean := (landed ->> 'last')::boolean;
  old_effect effects%rowtype;
  old_point points%rowtype;
begin
  select * into old_effect from effects where key = landed ->> 'key' for update;
  select * into old_point from points where points.name = landed ->> 'point' for update;
  if old_effect.status in ('intended', 'applied', 'uncertain') and old_point.name is not null then
    update effects set
      receipt = landed -> 'receipt',
      applied_at = coalesce(effects.applied_at, clock_timestamp()),
      confirmed_at = case when last then clock_timestamp() else effects.confirmed_at end,
      status = case when last then 'confirmed' else effects.status end
    where key = landed ->> 'key';
    update points set desired = landed -> 'desired', observed = landed -> 'observed', health = landed ->> 'health', updated_at = clock_timestamp()
    where points.name = landed ->> 'point';
    perform audit_append(to_json(old_effect.actor), '"effect-applied"', landed -> 'subject', landed -> 'applied');
    if old_point.desired::text <> (landed -> 'desired')::text then
      perform audit_append(landed -> 'by', '"point-desired-set"', landed -> 'pointSubject', landed -> 'desiredDetail');
    end if;
    if old_point.health <> landed ->> 'health' then
      perform audit_append('"system:monitor"', '"point-health-changed"', landed -> 'pointSubject', landed -> 'healthDetail' -> old_point.health);
    end if;
    if last then perform audit_append(to_json(old_effect.actor), '"effect-confirmed"', landed -> 'subject', '{}'); end if;
  end if;
  return query select old_effect.status, old_point.name is not null;
end $$;
`;
