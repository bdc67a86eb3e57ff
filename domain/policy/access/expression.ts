/**
 * Conditions as a typed tree of plain data: what `when.expression` of an access rule holds, and what Cedar's conditions are read into.
 * Operators mean what Cedar's language reference says (docs.cedarpolicy.com, "Operators and functions"): nothing is coerced, long
 * numbers are 64 bits and overflow is an error, `and`, `or` and `if` look at no more than they need.
 */
import type { EntityUid } from './entity.ts';

/** Text between runs of any characters: `['a', any, 'b']` is `a*b`. */
export type PatternPart = string | { readonly any: true };

export type BinaryOperator =
  | 'equal'
  | 'not-equal'
  | 'less'
  | 'less-or-equal'
  | 'greater'
  | 'greater-or-equal'
  | 'in'
  | 'add'
  | 'subtract'
  | 'multiply';

export type Variable = 'principal' | 'action' | 'resource' | 'context';

export type Expression =
  | { readonly op: 'literal'; readonly value: boolean | number | string }
  /** A whole number that a JSON number cannot hold. */
  | { readonly op: 'long'; readonly digits: string }
  | { readonly op: 'entity'; readonly uid: EntityUid }
  | { readonly op: 'variable'; readonly name: Variable }
  | { readonly op: 'not' | 'negate'; readonly of: Expression }
  /** True where `of` is true, else false: also where `of` errs. */
  | { readonly op: 'holds'; readonly of: Expression }
  | { readonly op: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly op: BinaryOperator; readonly left: Expression; readonly right: Expression }
  | { readonly op: 'if'; readonly condition: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly op: 'has' | 'get'; readonly of: Expression; readonly attribute: string }
  | { readonly op: 'like'; readonly of: Expression; readonly pattern: readonly PatternPart[] }
  | { readonly op: 'is'; readonly of: Expression; readonly type: string }
  | { readonly op: 'set'; readonly items: readonly Expression[] }
  | { readonly op: 'record'; readonly fields: readonly { readonly name: string; readonly value: Expression }[] }
  /** A function, or a method with what it is called on as its first argument. */
  | { readonly op: 'call'; readonly name: string; readonly arguments: readonly Expression[] };

/** Each function's number of arguments; a method's own object counts. */
export const functions = { ip: 1, decimal: 1, datetime: 1, duration: 1 } as const;

export const methods = {
  contains: 2,
  containsAll: 2,
  containsAny: 2,
  isEmpty: 1,
  getTag: 2,
  hasTag: 2,
  isIpv4: 1,
  isIpv6: 1,
  isLoopback: 1,
  isMulticast: 1,
  isInRange: 2,
  lessThan: 2,
  lessThanOrEqual: 2,
  greaterThan: 2,
  greaterThanOrEqual: 2,
  offset: 2,
  durationSince: 2,
  toDate: 1,
  toTime: 1,
  toMilliseconds: 1,
  toSeconds: 1,
  toMinutes: 1,
  toHours: 1,
  toDays: 1,
} as const;

export type FunctionName = keyof typeof functions | keyof typeof methods;

export const always: Expression = { op: 'literal', value: true };

export const never: Expression = { op: 'literal', value: false };

/** All of them, from left to right; true where there are none. */
export function allOf(conditions: readonly Expression[]): Expression {
  const [first = always, ...rest] = conditions;
  return rest.reduce((left, right): Expression => ({ op: 'and', left, right }), first);
}

/** One of them, from left to right; false where there are none. */
export function anyOf(conditions: readonly Expression[]): Expression {
  const [first = never, ...rest] = conditions;
  return rest.reduce((left, right): Expression => ({ op: 'or', left, right }), first);
}

export function literal(value: boolean | number | string): Expression {
  return { op: 'literal', value };
}

export function variable(name: Variable, ...path: readonly string[]): Expression {
  return path.reduce<Expression>((of, attribute) => ({ op: 'get', of, attribute }), { op: 'variable', name });
}
