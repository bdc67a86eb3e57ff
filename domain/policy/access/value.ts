/** What expressions work on while they are evaluated. Equal values have equal keys; values of different types are never equal. */
import { type EntityKey, keyOf, type EntityUid } from './entity.ts';
import type { Extension } from './extension.ts';

export type EntityValue = { readonly kind: 'entity'; readonly type: string; readonly id: string; readonly key: EntityKey };
export type SetValue = { readonly kind: 'set'; readonly members: ReadonlyMap<string, Value> };
export type RecordValue = { readonly kind: 'record'; readonly fields: ReadonlyMap<string, Value> };

/** A whole number is a `number` where that is exact, else a `bigint`: each number has one form. */
export type Long = number | bigint;

export type Value = boolean | string | Long | EntityValue | SetValue | RecordValue | Extension;

export type Failure = { readonly kind: 'failure'; readonly reason: string };

export function failure(reason: string): Failure {
  return { kind: 'failure', reason };
}

export function isFailure(value: Value | Failure): value is Failure {
  return typeof value === 'object' && value.kind === 'failure';
}

export function entityValue(uid: EntityUid): EntityValue {
  return { kind: 'entity', type: uid.type, id: uid.id, key: keyOf(uid) };
}

export function setValue(items: Iterable<Value>): SetValue {
  const members = new Map<string, Value>();
  for (const item of items) members.set(valueKey(item), item);
  return { kind: 'set', members };
}

const longest = (1n << 63n) - 1n;
const shortest = -(1n << 63n);

/** In its one form; `undefined` outside of 64 bits. */
export function longOf(value: bigint): Long | undefined {
  if (value < shortest || value > longest) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

export function isLong(value: Value): value is Long {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** Injective: a key says type and content. */
export function valueKey(value: Value): string {
  switch (typeof value) {
    case 'boolean':
      return value ? 'T' : 'F';
    case 'string':
      return `s${value.length}:${value}`;
    case 'object':
      return objectKey(value);
    default:
      return `n${value}`;
  }
}

function objectKey(value: Exclude<Value, boolean | string | Long>): string {
  switch (value.kind) {
    case 'entity':
      return `e${value.key.length}:${value.key}`;
    case 'set':
      return `[${[...value.members.keys()].toSorted().join(',')}]`;
    case 'record':
      return `{${[...value.fields]
        .map(([name, field]) => `${name.length}:${name}=${valueKey(field)}`)
        .toSorted()
        .join(',')}}`;
    default:
      return extensionKey(value);
  }
}

function extensionKey(value: Extension): string {
  return value.kind === 'ip' ? `ip${value.family}/${value.address}/${value.bits}` : `${value.kind}${value.value}`;
}

export function isEqualValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a.kind !== b.kind) return false;
  return a.kind === 'entity' && b.kind === 'entity' ? a.key === b.key : valueKey(a) === valueKey(b);
}

/** For messages. */
export function typeOfValue(value: Value): string {
  if (typeof value === 'object') return value.kind;
  return typeof value === 'boolean' || typeof value === 'string' ? typeof value : 'long';
}
