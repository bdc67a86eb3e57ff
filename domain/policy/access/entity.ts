/**
 * Who acts, and on what: entities with a type and an id, attributes, and parents (the groups, roles, folders they are in). The form is
 * that of Cedar's entities (docs.cedarpolicy.com, "Entities and context: JSON syntax"); in text an entity is `type:id`.
 */
import { EdictError } from '../../errors.ts';

export type EntityUid = { readonly type: string; readonly id: string };

/**
 * JSON, with `{ "__entity": { type, id } }` for entities and `{ "__extn": { fn, arg } }` for addresses, decimals, times, and for whole
 * numbers that JSON's readers would round (`fn` is then `long`).
 */
export type AttributeValue = boolean | number | string | readonly AttributeValue[] | { readonly [name: string]: AttributeValue };

export type Attributes = { readonly [name: string]: AttributeValue };

export type Entity = {
  readonly uid: EntityUid;
  readonly attrs?: Attributes | undefined;
  readonly parents?: readonly EntityUid[] | undefined;
  readonly tags?: Attributes | undefined;
};

/** One text for each entity, and one entity for each text: no type holds the character in between. */
export type EntityKey = string;

export function keyOf({ type, id }: EntityUid): EntityKey {
  return `${type}\0${id}`;
}

export function uidOfKey(key: EntityKey): EntityUid {
  const at = key.indexOf('\0');
  return { type: key.slice(0, at), id: key.slice(at + 1) };
}

const typeForm = /^[A-Za-z_][A-Za-z0-9_]*(?:::[A-Za-z_][A-Za-z0-9_]*)*$/;
const reserved = new Set(['if', 'then', 'else', 'in', 'is', 'like', 'has', 'true', 'false', '__cedar']);

/** A name that may be a type in every target: no word of its own language. */
export function isTypeName(text: string): boolean {
  return typeForm.test(text) && text.split('::').every((part) => !reserved.has(part));
}

const uidForm = /^([A-Za-z0-9_]+(?:::[A-Za-z0-9_]+)*):([^:][\s\S]*)$/;

/** `user:alice`, `Ns::User:alice`, and `user:"…"` (a JSON string) for ids that begin with `:` or `"`, are empty, or hold `*`. */
export function parseUid(text: string): EntityUid {
  const [, type = '', id = ''] = uidForm.exec(text) ?? [];
  if (!isTypeName(type)) throw unreadable(text);
  return { type, id: id.startsWith('"') ? quoted(id, text) : id };
}

function quoted(id: string, text: string): string {
  try {
    const value: unknown = JSON.parse(id);
    if (typeof value === 'string') return value;
  } catch {
    throw unreadable(text);
  }
  throw unreadable(text);
}

export function printUid({ type, id }: EntityUid): string {
  return `${type}:${id === '' || /^[:"]|\*/.test(id) ? JSON.stringify(id) : id}`;
}

function unreadable(text: string): EdictError {
  return new EdictError('policy-invalid', `\`${text}\` is not an entity`, {
    expected: '`type:id`, as `user:alice`; an id with `*` or a leading `:` in quotes: `user:"*"`',
  });
}
