/** `effect_land` in parts: what is long comes by itself. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await land.execute(db);
}

/**
 * What landed at a point, with what is long in it by itself: a value is not read from beginning to end for each of its fields. Gives the
 * status before; changes nothing where that is none of an effect under way, or where there is no such point (null).
 */
const land = sql`
create function effect_land(landed json, receipt json, desired json, observed json) returns table (before text, point_known boolean)
language plpgsql set jit = off as $$
declare
  last boolean := (landed ->> 'last')::boolean;
  old_effect effects%rowtype;
  old_point points%rowtype;
begin
  select * into old_effect from effects where key = landed ->> 'key' for update;
  select * into old_point from points where points.name = landed ->> 'point' for update;
  if old_effect.status in ('intended', 'applied', 'uncertain') and old_point.name is not null then
    update effects set
      receipt = effect_land.receipt,
      applied_at = coalesce(effects.applied_at, clock_timestamp()),
      confirmed_at = case when last then clock_timestamp() else effects.confirmed_at end,
      status = case when last then 'confirmed' else effects.status end
    where key = landed ->> 'key';
    update points set desired = effect_land.desired, observed = effect_land.observed, health = landed ->> 'health', updated_at = clock_timestamp()
    where points.name = landed ->> 'point';
    perform audit_append(to_json(old_effect.actor), '"effect-applied"', landed -> 'subject', landed -> 'applied');
    if old_point.desired::text <> effect_land.desired::text then
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
