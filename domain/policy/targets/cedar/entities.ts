/**
 * Entities and contexts as Cedar's JSON writes them (docs.cedarpolicy.com, "Entities and context: JSON syntax"). With a schema the
 * short forms are read too: an entity as `{ type, id }`, an address, decimal or time as text.
 */
import { EdictError } from '../../../errors.ts';
import type { Attributes, AttributeValue, Entity, EntityUid } from '../../access/entity.ts';
import { Cursor } from './cursor.ts';
import { parseEntity } from './parse-expression.ts';
import { type CedarSchema, type CedarType, mergeSchemas, type ResolvedType, resolveType } from './schema.ts';

/** No schema at all. */
export const noSchema: CedarSchema = mergeSchemas([]);

/** Throws `artifact-unreadable`. */
export function readEntities(value: unknown, schema: CedarSchema = noSchema): readonly Entity[] {
  if (!Array.isArray(value)) throw unreadable('entities', 'a list');
  return value.map((each): Entity => {
    const { uid, attrs, parents, tags } = fieldsOf(each, 'an entity');
    const id = readUid(uid);
    const declared = schema.entities.get(id.type);
    const tagged = fieldsOf(tags ?? {}, 'tags');
    return {
      uid: id,
      attrs: readRecord(attrs ?? {}, declared?.shape, schema),
      parents: (Array.isArray(parents) ? parents : []).map(readUid),
      tags: Object.fromEntries(Object.entries(tagged).map(([name, tag]) => [name, readValue(tag, declared?.tags, schema)])),
    };
  });
}

/** `{ type, id }`, `{ __entity: { type, id } }`, or Cedar's text `User::"alice"`. */
export function readUid(value: unknown): EntityUid {
  if (typeof value === 'string') {
    const cursor = new Cursor(value);
    const uid = parseEntity(cursor);
    if (!cursor.atEnd) throw unreadable(`\`${value}\``, 'an entity');
    return uid;
  }
  const { __entity, __expr, type, id } = fieldsOf(value, 'an entity');
  if (__entity !== undefined) return readUid(__entity);
  if (typeof __expr === 'string') return readUid(__expr);
  if (typeof type !== 'string' || typeof id !== 'string') throw unreadable('an entity', '`type` and `id`');
  return { type, id };
}

export function readContext(value: unknown, action: EntityUid, schema: CedarSchema = noSchema): Attributes {
  const declared = schema.actions.find(({ uid }) => uid.type === action.type && uid.id === action.id);
  return readRecord(value ?? {}, declared?.context, schema);
}

function readRecord(value: unknown, type: CedarType | undefined, schema: CedarSchema): Attributes {
  const resolved = resolveType(schema, type);
  const fields = resolved?.kind === 'record' ? resolved.fields : undefined;
  return Object.fromEntries(
    Object.entries(fieldsOf(value, 'attributes'))
      .filter(([, field]) => field !== null && field !== undefined)
      .map(([name, field]) => [name, readValue(field, fields?.get(name), schema)]),
  );
}

function readValue(value: unknown, type: CedarType | undefined, schema: CedarSchema): AttributeValue {
  const resolved = resolveType(schema, type);
  if (resolved?.kind === 'entity') return { __entity: readUid(value) };
  if (resolved?.kind === 'extension' && typeof value === 'string') return { __extn: { fn: resolved.name, arg: value } };
  if (isScalar(value)) return value;
  if (Array.isArray(value)) return value.map((each) => readValue(each, resolved?.kind === 'set' ? resolved.element : undefined, schema));
  const fields = fieldsOf(value, 'a value');
  return readEscape(fields, resolved) ?? readRecord(fields, resolved?.kind === 'record' ? resolved : undefined, schema);
}

function isScalar(value: unknown): value is boolean | string | number {
  return ['boolean', 'string', 'number'].includes(typeof value);
}

/** `__entity`, `__extn`, the older `__expr`, and an extension without its escape. */
function readEscape(fields: { readonly [name: string]: unknown }, resolved: ResolvedType | undefined): AttributeValue | undefined {
  if (fields['__entity'] !== undefined) return { __entity: readUid(fields['__entity']) };
  if (fields['__extn'] !== undefined) return fields as AttributeValue;
  if (resolved?.kind === 'extension' && typeof fields['fn'] === 'string') return { __extn: fields as AttributeValue };
  return typeof fields['__expr'] === 'string' ? { __entity: readUid(fields['__expr']) } : undefined;
}

function fieldsOf(value: unknown, what: string): { readonly [name: string]: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(what, 'an object');
  return value as { readonly [name: string]: unknown };
}

function unreadable(what: string, expected: string): EdictError {
  return new EdictError('artifact-unreadable', `cannot read ${what}`, { expected });
}
