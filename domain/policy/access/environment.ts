/** A request as what expressions are evaluated on. What cannot be read is said, not guessed. */
import { EdictError } from '../../errors.ts';
import { familyLine, familyOf, parseAddress } from '../addresses.ts';
import { parseInstantMs, type WeekClock } from '../time-window.ts';
import { recordOf } from './attribute-value.ts';
import { addressAttribute, minuteAttribute } from './condition.ts';
import { type EntityStore, overlay } from './entity-store.ts';
import type { Environment } from './evaluate.ts';
import type { AccessRequest } from './model.ts';
import { uidFrom } from './selector.ts';
import { entityValue, type RecordValue, type Value } from './value.ts';

/** Throws `policy-invalid` for a request that cannot be read. */
export function environmentOf(request: AccessRequest, store: EntityStore, clock: WeekClock | undefined): Environment {
  return {
    principal: entityValue(uidFrom(request.principal)),
    action: entityValue(uidFrom(request.action, 'Action')),
    resource: entityValue(uidFrom(request.resource)),
    context: contextOf(request, clock),
    store: request.entities === undefined || request.entities.length === 0 ? store : overlay(store, request.entities),
  };
}

/** The request's own, with where it comes from as `address`, and the minute of the week where rules have a time window. */
function contextOf({ context, from, at }: AccessRequest, clock: WeekClock | undefined): RecordValue {
  const record = recordOf(context);
  if (from === undefined && clock === undefined) return record;
  const fields = new Map<string, Value>(record.fields);
  if (from !== undefined) fields.set(addressAttribute, addressOf(from));
  if (clock !== undefined) {
    fields.delete(minuteAttribute);
    const minute = minuteOf(at, clock);
    if (minute !== undefined) fields.set(minuteAttribute, minute);
  }
  return { kind: 'record', fields };
}

function addressOf(text: string): Value {
  const address = parseAddress(text);
  if (address === undefined) throw new EdictError('policy-invalid', `\`${text}\` is not an address`);
  const family = familyOf(address);
  return { kind: 'ip', family, address: address - familyLine[family].low, bits: family === 4 ? 32 : 128 };
}

function minuteOf(at: unknown, clock: WeekClock): number | undefined {
  const instantMs = typeof at === 'string' ? parseInstantMs(at) : undefined;
  return instantMs === undefined ? undefined : clock(instantMs);
}
