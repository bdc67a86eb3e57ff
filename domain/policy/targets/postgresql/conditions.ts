/**
 * Conditions as SQL over a row's columns, the client's address and the clock. What a session could set by itself (MFA, device, purpose,
 * country) is no ground for a decision here and is not said. A column without a value (NULL) makes a condition neither true nor false, which
 * refuses: in a permissive policy as in a restrictive one.
 */
import { printCidrs } from '../../addresses.ts';
import type { ConditionWords } from '../../access/condition.ts';
import type { AccessCondition, AttributeTest, Constant } from '../../access/model.ts';
import { union } from '../../intervals.ts';
import type { Window } from '../../time-window.ts';
import { quoteName, quoteText } from './words.ts';

export type SaidCondition = { readonly parts: readonly string[]; readonly isWhole: boolean };

export function sayCondition(when: AccessCondition | undefined, words: ConditionWords): SaidCondition {
  if (when === undefined) return { parts: [], isWhole: true };
  const { mfa, device, countries, from, during, purposes, relationship, attributes = [], expression } = when;
  const tests = attributes.map(sayTest);
  const unsaid = [mfa, device, countries, purposes, relationship, expression].some((each) => each !== undefined);
  return {
    parts: [
      ...(from === undefined ? [] : [inPlaces(printCidrs(union(...from.map(words.resolve))))]),
      ...(during === undefined ? [] : [inWindow(words.windows(during))]),
      ...tests.filter((test) => test !== undefined),
    ],
    isWhole: !unsaid && !tests.includes(undefined),
  };
}

function inPlaces(cidrs: readonly string[]): string {
  return oneOf(cidrs.map((cidr) => `inet_client_addr() <<= ${quoteText(cidr)}::inet`));
}

/** Minutes of the week, Monday 00:00 is 0, in the window's zone. */
function inWindow({ minutes, timezone }: Window): string {
  const now = `(now() AT TIME ZONE ${quoteText(timezone)})`;
  const minute = `((extract(isodow from ${now}) - 1) * 1440 + extract(hour from ${now}) * 60 + extract(minute from ${now}))`;
  return oneOf(minutes.map(({ low, high }) => `${minute} BETWEEN ${low} AND ${high}`));
}

function oneOf(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? 'FALSE') : `(${parts.join(' OR ')})`;
}

function sayTest({ attribute, ...test }: AttributeTest): string | undefined {
  const column = columnOf(attribute);
  if (column === undefined) return undefined;
  if (test.is !== undefined) return inList(column, test.is, 'IN');
  if (test.isNot !== undefined) return inList(column, test.isNot, 'NOT IN');
  if (test.atLeast !== undefined) return atBound(column, '>=', test.atLeast);
  if (test.atMost !== undefined) return atBound(column, '<=', test.atMost);
  const other = test.equals === undefined ? undefined : columnOf(test.equals);
  return other === undefined ? undefined : `${column} = ${other}`;
}

function columnOf(attribute: string): string | undefined {
  const [, name] = /^resource\.([^.]+)$/.exec(attribute) ?? [];
  return name === undefined ? undefined : quoteName(name);
}

function atBound(column: string, operator: string, bound: number): string | undefined {
  return Number.isSafeInteger(bound) ? `${column} ${operator} ${bound}` : undefined;
}

/** Of one type: a column has one, and a constant of another would be refused by the database. */
function inList(column: string, value: Constant | readonly Constant[], operator: 'IN' | 'NOT IN'): string | undefined {
  const list = (Array.isArray(value) ? value : [value]) as readonly Constant[];
  if (new Set(list.map((each) => typeof each)).size !== 1) return undefined;
  const printed = list.map(printConstant);
  return printed.includes(undefined) ? undefined : `${column} ${operator} (${printed.join(', ')})`;
}

function printConstant(value: Constant): string | undefined {
  if (typeof value === 'string') return quoteText(value);
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : undefined;
}
