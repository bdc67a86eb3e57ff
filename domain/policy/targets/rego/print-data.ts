/** JSON in one form: keys in order, what is short on a line of its own, so that people and diffs can follow it. */
import type { Json } from '../../../json.ts';

const widest = 120;

export function printData(value: Json): string {
  return `${print(value, '')}\n`;
}

function print(value: Json, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent} `;
  if (Array.isArray(value)) {
    const parts = value.map((each: Json) => print(each, inner));
    return surround('[', parts, ']', indent);
  }
  const parts = Object.entries(value)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, each]) => `${JSON.stringify(key)}: ${print(each, inner)}`);
  return surround('{', parts, '}', indent);
}

function surround(open: string, parts: readonly string[], close: string, indent: string): string {
  let length = indent.length;
  for (const part of parts) length += part.length + 2;
  const isShort = length <= widest && !parts.some((part) => part.includes('\n'));
  return isShort
    ? `${open}${parts.join(', ')}${close}`
    : `${open}\n${parts.map((part) => `${indent} ${part}`).join(',\n')}\n${indent}${close}`;
}
