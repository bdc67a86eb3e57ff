/** The parts of a condition as expressions, each of which must hold. */
import { EdictError } from '../../errors.ts';
import { addressRanges } from './address-ranges.ts';
import { parseUid } from './entity.ts';
import { anyOf, type Expression, literal, variable, type Variable } from './expression.ts';
import type { AccessCondition, AttributeTest, Constant } from './model.ts';
import { patternParts } from './selector.ts';
import type { Resolve } from '../resolve.ts';
import { parseWindow, type Window } from '../time-window.ts';

export type ConditionWords = {
  readonly resolve: Resolve;
  readonly windows: (text: string) => Window;
};

/** The context's attribute that holds the minute of the week at the request's time: Monday 00:00 is 0. */
export const minuteAttribute = 'minuteOfWeek';

/** The context's attribute that holds where the request comes from. */
export const addressAttribute = 'address';

export function newWords(resolve: Resolve): ConditionWords {
  const known = new Map<string, Window>();
  return {
    resolve,
    windows: (text) => {
      const held = known.get(text) ?? parseWindow(text);
      known.set(text, held);
      return held;
    },
  };
}

/** Throws `policy-invalid` and `policy-name-unknown`. */
export function conditionsOf(when: AccessCondition | undefined, words: ConditionWords): readonly Expression[] {
  if (when === undefined) return [];
  const { mfa, device, countries, from, during, purposes, relationship, attributes = [], expression } = when;
  return [
    ...flag('mfa', mfa),
    ...flag('deviceManaged', device?.managed),
    ...flag('deviceCompliant', device?.compliant),
    ...given(countries, (list) => isOneOf(variable('context', 'country'), list.map(literal))),
    ...given(from, (list) => addressRanges(list, words.resolve)),
    ...given(during, (window) => inWindow(words.windows(window))),
    ...given(purposes, (list) => isOneOf(variable('context', 'purpose'), list.map(literal))),
    ...given(relationship, (names) => anyOf(names.map(related))),
    ...attributes.map(testOf),
    ...(expression === undefined ? [] : partsThatHold(expression)),
  ];
}

/** Conditions that never err may be looked at one by one. */
function partsThatHold(expression: Expression): readonly Expression[] {
  return isOfHolding(expression) && expression.op === 'and'
    ? [...partsThatHold(expression.left), ...partsThatHold(expression.right)]
    : [expression];
}

function isOfHolding(expression: Expression): boolean {
  return expression.op === 'holds' || (expression.op === 'and' && isOfHolding(expression.left) && isOfHolding(expression.right));
}

function given<T>(value: T | undefined, make: (value: T) => Expression): readonly Expression[] {
  return value === undefined ? [] : [make(value)];
}

function flag(name: string, value: boolean | undefined): readonly Expression[] {
  return given(value, (wanted) => (wanted ? variable('context', name) : { op: 'not', of: variable('context', name) }));
}

function isOneOf(of: Expression, constants: readonly Expression[]): Expression {
  return anyOf(constants.map((right): Expression => ({ op: 'equal', left: of, right })));
}

function related(name: string): Expression {
  const resource = variable('resource');
  const named: Expression = { op: 'in', left: variable('principal'), right: { op: 'get', of: resource, attribute: name } };
  return { op: 'and', left: { op: 'has', of: resource, attribute: name }, right: named };
}

function inWindow({ minutes }: Window): Expression {
  const minute = variable('context', minuteAttribute);
  return anyOf(
    minutes.map(({ low, high }): Expression => ({
      op: 'and',
      left: { op: 'greater-or-equal', left: minute, right: literal(Number(low)) },
      right: { op: 'less-or-equal', left: minute, right: literal(Number(high)) },
    })),
  );
}

const variables: readonly string[] = ['principal', 'resource', 'context'];

/** `resource.owner.team` as what reads it. */
export function attributePath(text: string): Expression {
  const [root = '', ...path] = text.split('.');
  if (!variables.includes(root) || path.length === 0 || path.includes(''))
    throw new EdictError('policy-invalid', `\`${text}\` is not an attribute`, { expected: '`principal.…`, `resource.…` or `context.…`' });
  return variable(root as Variable, ...path);
}

export function constantOf(value: Constant): Expression {
  return typeof value === 'object' ? { op: 'entity', uid: parseUid(value.entity) } : literal(value);
}

type Tests = {
  readonly [test in Exclude<keyof AttributeTest, 'attribute'>]: (of: Expression, value: NonNullable<AttributeTest[test]>) => Expression;
};

const tests: Tests = {
  is: (of, value) => isOneOf(of, constants(value)),
  isNot: (of, value) => ({ op: 'not', of: isOneOf(of, constants(value)) }),
  atLeast: (of, value) => ({ op: 'greater-or-equal', left: of, right: literal(value) }),
  atMost: (of, value) => ({ op: 'less-or-equal', left: of, right: literal(value) }),
  like: (of, value) => ({ op: 'like', of, pattern: patternParts(value) }),
  contains: (of, value) => ({ op: 'call', name: 'contains', arguments: [of, constantOf(value)] }),
  equals: (of, value) => ({ op: 'equal', left: of, right: attributePath(value) }),
  present: (of, value) => (value ? presence(of) : { op: 'not', of: presence(of) }),
};

function presence(of: Expression): Expression {
  if (of.op !== 'get') throw new EdictError('policy-invalid', 'what is no attribute cannot be present');
  return { op: 'has', of: of.of, attribute: of.attribute };
}

function constants(value: Constant | readonly Constant[]): readonly Expression[] {
  return (Array.isArray(value) ? (value as readonly Constant[]) : [value as Constant]).map(constantOf);
}

function testOf({ attribute, ...rest }: AttributeTest): Expression {
  const found = Object.entries(rest).filter(([, value]) => value !== undefined);
  const [name, value] = found[0] ?? [];
  if (found.length !== 1 || name === undefined || !Object.hasOwn(tests, name))
    throw new EdictError('policy-invalid', `a test of \`${attribute}\` with ${found.length} comparisons`, {
      expected: `exactly one of ${Object.keys(tests).join(', ')}`,
    });
  const make = tests[name as keyof Tests] as (of: Expression, value: unknown) => Expression;
  return make(attributePath(attribute), value);
}
