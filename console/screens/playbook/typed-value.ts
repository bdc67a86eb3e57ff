/** What somebody types for a value of a type, read into that value; or why it is none. Empty is no value. Pure. */
import { EdictError } from '../../../domain/errors.ts';
import type { Json } from '../../../domain/json.ts';
import { parseDuration } from '../../../domain/playbook/duration.ts';
import type { PlanInput } from '../../../domain/playbook/plan.ts';

export type TypedField = {
  readonly name: string;
  readonly type: PlanInput['type'];
  readonly optional: boolean;
  readonly enum?: readonly string[] | undefined;
  readonly description?: string | undefined;
  readonly default?: Json | undefined;
  /** Of durations in milliseconds. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
};

export type Typed = { readonly value: Json | undefined } | { readonly error: string };

export function readTyped(field: TypedField, text: string): Typed {
  const given = field.type === 'string' ? text : text.trim();
  if (given === '') return field.optional || field.default !== undefined ? { value: undefined } : { error: 'it is needed' };
  const read = readers[field.type](given);
  return 'error' in read ? read : (limitsOf(field, read.value) ?? read);
}

type Read = { readonly value: Json } | { readonly error: string };

const text = (given: string): Read => ({ value: given });

const readers: { readonly [T in PlanInput['type']]: (given: string) => Read } = {
  string: text,
  asset: text,
  indicator: text,
  int: (given) => (/^-?\d{1,15}$/u.test(given) ? { value: Number(given) } : { error: 'a whole number is expected' }),
  double: (given) => (Number.isFinite(Number(given)) ? { value: Number(given) } : { error: 'a number is expected' }),
  bool: (given) => (given === 'true' || given === 'false' ? { value: given === 'true' } : { error: 'yes or no is expected' }),
  duration: readDuration,
  list: (given) => (given.startsWith('[') ? readJson(given, Array.isArray, 'a list') : { value: linesOf(given) }),
  map: (given) => readJson(given, (value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'an object'),
  any: (given) => ({ value: asJson(given) ?? given }),
};

/** One item a line. */
function linesOf(given: string): readonly string[] {
  return given
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function readDuration(given: string): Read {
  try {
    parseDuration(given);
    return { value: given };
  } catch (error) {
    return { error: error instanceof EdictError ? `${error.expected ?? 'a duration'} is expected` : 'a duration is expected' };
  }
}

function readJson(given: string, fits: (value: unknown) => boolean, what: string): Read {
  const value = asJson(given);
  return value !== undefined && fits(value) ? { value } : { error: `${what} as JSON is expected` };
}

function asJson(given: string): Json | undefined {
  try {
    return JSON.parse(given) as Json;
  } catch {
    return undefined;
  }
}

function limitsOf({ type, min, max }: TypedField, value: Json): { readonly error: string } | undefined {
  const measure = type === 'duration' && typeof value === 'string' ? parseDuration(value) : value;
  if (typeof measure !== 'number') return undefined;
  if (measure < (min ?? -Infinity)) return { error: type === 'duration' ? 'it is shorter than allowed' : `at least ${min} is expected` };
  return measure > (max ?? Infinity)
    ? { error: type === 'duration' ? 'it is longer than allowed' : `at most ${max} is expected` }
    : undefined;
}

/** A value as it would be typed. */
export function printTyped(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  const { name, value: named } = (typeof value === 'object' ? value : {}) as { readonly name?: Json; readonly value?: Json };
  if (typeof name === 'string') return name;
  return typeof named === 'string' ? named : JSON.stringify(value);
}
