/** Reads a step's parameters: what has another type than the catalogue says is refused, never coerced. */
import type { ActionCall } from './contract.ts';
import { EdictError } from '../domain/errors.ts';

export function textParam(call: ActionCall, name: string): string {
  const value = call.params[name];
  if (typeof value === 'string' && value !== '') return value;
  throw wrong(call, name, 'a text');
}

export function integerParam(call: ActionCall, name: string): number {
  const value = call.params[name];
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw wrong(call, name, 'a whole number');
}

/** Absent means empty. */
export function textsParam(call: ActionCall, name: string): readonly string[] {
  const value = call.params[name] ?? [];
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
  throw wrong(call, name, 'a list of texts');
}

function wrong(call: ActionCall, name: string, expected: string): EdictError {
  return new EdictError('input-invalid', `step \`${call.step}\` has no usable \`${name}\``, { expected });
}
