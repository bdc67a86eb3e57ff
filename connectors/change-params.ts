/** Reads what a reading or a change was given; what has another type is refused, never coerced. */
import { EdictError } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';

export function textIn(params: JsonObject, name: string): string {
  const value = params[name];
  if (typeof value === 'string' && value !== '' && value.length <= 1000) return value;
  throw wrong(name, 'a text of up to 1,000 characters');
}

export function optionalTextIn(params: JsonObject, name: string): string | undefined {
  return params[name] === undefined ? undefined : textIn(params, name);
}

export function listIn(params: JsonObject, name: string): readonly Json[] {
  const value = params[name];
  if (Array.isArray(value) && value.length > 0 && value.length <= mostObjects) return value;
  throw wrong(name, `a list of 1 to ${mostObjects}`);
}

/** Of one change: enough for a campaign, and few enough to be seen to the end. */
const mostObjects = 500;

export function wrong(name: string, expected: string): EdictError {
  return new EdictError('input-invalid', `\`${name}\` cannot be read`, { where: `/${name}`, expected });
}
