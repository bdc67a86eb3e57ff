/**
 * Whether a condition holds, after "IAM JSON policy elements: Condition operators" and "Multivalued context keys"
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html,
 * reference_policies_condition-single-vs-multi-valued-context-keys.html):
 *
 * - several values of one condition are alternatives; of a negated operator none may match;
 * - a key that the request does not have: a negated operator holds, `…IfExists` and `ForAllValues` hold, any other does not;
 * - `ForAllValues`: every value of the request does, `ForAnyValue`: one at least. A negated operator without either asks it of every
 *   value, any other of one at least.
 */
import { familyLine, familyOf, networkAround, parseAddress } from '../addresses.ts';
import { holds, type IntervalSet } from '../intervals.ts';
import { except, matches, type Pattern, patternOf } from '../strings/pattern.ts';
import type { IamCondition, IamVersion, Operator } from './document.ts';
import { type Bindings, expand, instantiate, parseTemplate, type Template } from './template.ts';

export type OperatorFamily = 'text' | 'number' | 'date' | 'truth' | 'address' | 'null';

/** `text`: what a value is compared with is a pattern. */
const families: Readonly<Record<Operator, OperatorFamily>> = {
  StringEquals: 'text',
  StringNotEquals: 'text',
  StringEqualsIgnoreCase: 'text',
  StringNotEqualsIgnoreCase: 'text',
  StringLike: 'text',
  StringNotLike: 'text',
  NumericEquals: 'number',
  NumericNotEquals: 'number',
  NumericLessThan: 'number',
  NumericLessThanEquals: 'number',
  NumericGreaterThan: 'number',
  NumericGreaterThanEquals: 'number',
  DateEquals: 'date',
  DateNotEquals: 'date',
  DateLessThan: 'date',
  DateLessThanEquals: 'date',
  DateGreaterThan: 'date',
  DateGreaterThanEquals: 'date',
  Bool: 'truth',
  BinaryEquals: 'text',
  IpAddress: 'address',
  NotIpAddress: 'address',
  ArnEquals: 'text',
  ArnNotEquals: 'text',
  ArnLike: 'text',
  ArnNotLike: 'text',
  Null: 'null',
};

export function familyOfOperator(operator: Operator): OperatorFamily {
  return families[operator];
}

function isNegated(operator: Operator): boolean {
  return operator.includes('Not');
}

/** The patterns that a condition of texts compares with, where its variables are bound as told. */
export function patternsOf({ operator, values }: IamCondition, version: IamVersion, bindings: Bindings): readonly Pattern[] {
  return values.flatMap((value) => textPattern(operator, parseTemplate(value, version), bindings) ?? []);
}

function textPattern(operator: Operator, template: Template, bindings: Bindings): Pattern | undefined {
  if (operator.startsWith('Arn')) {
    const spanning = instantiate(template, bindings, { wildcards: true });
    return spanning === undefined ? undefined : withinSegments(spanning);
  }
  return instantiate(template, bindings, { wildcards: operator.endsWith('Like'), fold: operator.endsWith('IgnoreCase') });
}

const colon = ':'.charCodeAt(0);

/** Wildcards of the first five parts of an ARN stay within their part; a pattern of fewer parts is met by any that goes on. */
function withinSegments({ tokens }: Pattern): Pattern {
  const isColon = (token: Pattern['tokens'][number]): boolean => !token.set.negated && token.set.codes.includes(colon);
  if (tokens.filter(isColon).length < 5) return patternOf(tokens);
  let seen = 0;
  return patternOf(
    tokens.map((token) => {
      if (isColon(token)) seen += 1;
      return seen < 5 && token.set.negated ? { ...token, set: except(':') } : token;
    }),
  );
}

type Test = (value: string) => boolean;

export type ConditionTest = (values: readonly string[] | undefined) => boolean;

/** The condition as a test of a request's values for its key; absent where the request has none. */
export function conditionTest(condition: IamCondition, version: IamVersion, bindings: Bindings): ConditionTest {
  const { operator, quantifier, ifExists } = condition;
  if (operator === 'Null') {
    const absent = condition.values.some((value) => value.toLowerCase() === 'true');
    const present = condition.values.some((value) => value.toLowerCase() === 'false');
    return (values) => (isAbsent(values) ? absent : present);
  }
  const negated = isNegated(operator);
  const positive = valueTest(condition, version, bindings);
  const test: Test = negated ? (value) => !positive(value) : positive;
  const every = quantifier === undefined ? negated : quantifier === 'all';
  const withoutValue = ifExists || quantifier === 'all' || (quantifier === undefined && negated);
  return (values) => (isAbsent(values) ? withoutValue : every ? values.every(test) : values.some(test));
}

function isAbsent(values: readonly string[] | undefined): values is undefined {
  return values === undefined || values.length === 0;
}

/** Whether one value of the request matches one of the condition's. */
function valueTest(condition: IamCondition, version: IamVersion, bindings: Bindings): Test {
  const { operator, values } = condition;
  const family = families[operator];
  if (family === 'text') {
    const patterns = patternsOf(condition, version, bindings);
    return (text) => patterns.some((pattern) => matches(pattern, text));
  }
  const texts = values.flatMap((value) => expand(parseTemplate(value, version), bindings) ?? []);
  if (family === 'truth') return (text) => texts.some((value) => value.toLowerCase() === text.toLowerCase());
  if (family === 'address') {
    const sets = texts.map((text) => addressesOf(text) ?? []);
    return (text) => {
      const address = parseAddress(text);
      return address !== undefined && sets.some((set) => holds(set, address));
    };
  }
  const read = family === 'number' ? numberOf : instantOf;
  const compare = comparisonOf(operator);
  const bounds = texts.flatMap((text) => read(text) ?? []);
  return (text) => {
    const value = read(text);
    return value !== undefined && bounds.some((bound) => compare(value, bound));
  };
}

function comparisonOf(operator: Operator): (value: number, bound: number) => boolean {
  const rest = operator.replace(/^(?:Numeric|Date)/u, '');
  if (rest === 'LessThan') return (value, bound) => value < bound;
  if (rest === 'LessThanEquals') return (value, bound) => value <= bound;
  if (rest === 'GreaterThan') return (value, bound) => value > bound;
  if (rest === 'GreaterThanEquals') return (value, bound) => value >= bound;
  return (value, bound) => value === bound;
}

export function numberOf(text: string): number | undefined {
  return /^-?\d+(?:\.\d+)?$/u.test(text.trim()) ? Number(text) : undefined;
}

/** Seconds since 1970: of ISO 8601's W3C profile, or as they stand. */
export function instantOf(text: string): number | undefined {
  if (/^\d+$/u.test(text)) return Number(text);
  if (!/^\d{4}-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?)?$/u.test(text)) return undefined;
  const instantMs = Date.parse(text);
  return Number.isNaN(instantMs) ? undefined : instantMs / 1_000;
}

/** What is wrong with a value, if it can't be one of this operator's. */
export function valueFault({ operator }: Pick<IamCondition, 'operator'>, value: string): string | undefined {
  const family = families[operator];
  if (family === 'number') return numberOf(value) === undefined ? 'a number' : undefined;
  if (family === 'date') return instantOf(value) === undefined ? 'an instant, such as 2026-01-31T09:00:00Z' : undefined;
  if (family === 'truth' || family === 'null')
    return /^(?:true|false)$/iu.test(value) || value.includes('${') ? undefined : 'true or false';
  return family === 'address' && addressesOf(value) === undefined ? 'an address or CIDR' : undefined;
}

/** An address or CIDR; bits of the host are ignored, as AWS does. */
export function addressesOf(text: string): IntervalSet | undefined {
  const [base = '', prefix, ...rest] = text.split('/');
  const address = parseAddress(base);
  if (address === undefined || rest.length > 0) return undefined;
  const width = familyOf(address) === 4 ? 32 : 128;
  const bits = prefix === undefined ? width : /^\d{1,3}$/u.test(prefix) ? Number(prefix) : Number.NaN;
  if (!(bits <= width)) return undefined;
  const { low } = networkAround(address, bits);
  return [{ low, high: low + (1n << BigInt(width - bits)) - 1n }];
}

/** The end points that a value's place can depend on. */
export function addressBounds(text: string): readonly bigint[] {
  return (addressesOf(text) ?? []).flatMap(({ low, high }) => (high + 1n > familyLine[familyOf(low)].high ? [low] : [low, high + 1n]));
}
