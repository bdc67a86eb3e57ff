/** JSON attribute values into the values that expressions work on. */
import type { Attributes, AttributeValue, EntityUid } from './entity.ts';
import { EdictError } from '../../errors.ts';
import type { Extension } from './extension.ts';
import { parseDatetime, parseDecimal, parseDuration, parseIp, numberExtension } from './extension.ts';
import { entityValue, longOf, type RecordValue, setValue, type Value } from './value.ts';

export function recordOf(attributes: Attributes = {}): RecordValue {
  return { kind: 'record', fields: new Map(Object.entries(attributes).map(([name, value]) => [name, valueOf(value)])) };
}

/** Throws `policy-invalid` for what is no value: a fraction, null, an unknown function. */
export function valueOf(value: AttributeValue): Value {
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return wholeNumber(value);
  if (Array.isArray(value)) return setValue(value.map((item: AttributeValue) => valueOf(item)));
  if (typeof value !== 'object' || value === null) throw unreadable(value, 'true, false, a number, text, a list or an object');
  const fields = value as Attributes;
  const only = Object.keys(fields).length === 1;
  if (only && fields['__entity'] !== undefined) return entityValue(uidOf(fields['__entity']));
  if (only && fields['__extn'] !== undefined) return extensionOf(fields['__extn']);
  return recordOf(fields);
}

function wholeNumber(value: number): Value {
  return (Number.isInteger(value) ? longOf(BigInt(value)) : undefined) ?? refuse(value);
}

function wholeText(digits: unknown): Value {
  return (typeof digits === 'string' && /^-?[0-9]{1,19}$/.test(digits) ? longOf(BigInt(digits)) : undefined) ?? refuse(digits);
}

function refuse(value: unknown): never {
  throw unreadable(value, 'a whole number of 64 bits');
}

export function uidOf(value: unknown): EntityUid {
  const { type, id } = (typeof value === 'object' && value !== null ? value : {}) as Partial<EntityUid>;
  if (typeof type !== 'string' || typeof id !== 'string') throw unreadable(value, '`{ type, id }`');
  return { type, id };
}

function extensionOf(value: unknown): Value {
  const { fn, arg, args } = (typeof value === 'object' && value !== null ? value : {}) as { fn?: unknown; arg?: unknown; args?: unknown };
  const given: unknown[] = Array.isArray(args) ? args : [arg];
  const [first, second] = given;
  if (fn === 'long') return wholeText(first);
  if (fn === 'offset' && given.length === 2) return offset(extensionArgument(first), extensionArgument(second));
  const found = typeof first === 'string' && given.length === 1 ? extensionFrom(String(fn), first) : undefined;
  if (found === undefined) throw unreadable(value, '`{ fn, arg }` of ip, decimal, datetime or duration');
  return found;
}

function extensionArgument(value: unknown): unknown {
  const { __extn } = (typeof value === 'object' && value !== null ? value : {}) as { readonly __extn?: unknown };
  return extensionOf(__extn ?? value);
}

function offset(instant: unknown, by: unknown): Value {
  const [start, length] = [instant as Extension, by as Extension];
  const sum = start.kind === 'datetime' && length.kind === 'duration' ? numberExtension('datetime', start.value + length.value) : undefined;
  if (sum === undefined) throw unreadable('offset', 'an instant and a duration');
  return sum;
}

const readers = { ip: parseIp, decimal: parseDecimal, datetime: parseDatetime, duration: parseDuration } as const;

/** `undefined` for text that is none, and for a function that is not known. */
export function extensionFrom(name: string, text: string): Extension | undefined {
  return Object.hasOwn(readers, name) ? readers[name as keyof typeof readers](text) : undefined;
}

function unreadable(value: unknown, expected: string): EdictError {
  return new EdictError('policy-invalid', `\`${JSON.stringify(value)}\` is not the value of an attribute`, { expected });
}
