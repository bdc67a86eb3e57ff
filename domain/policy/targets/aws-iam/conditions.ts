/**
 * Conditions of access rules in the words of AWS ("IAM JSON policy elements: Condition operators"), as alternatives of which each is
 * one `Condition` block. An attribute of the principal or resource is its tag; of the context, `mfa` and `address` are AWS's own keys,
 * and one whose name has a colon is the key of that name. What has no words is `undefined`.
 */
import type { Expression, PatternPart } from '../../access/expression.ts';
import { escaped } from './texts.ts';

/** Operator, key, values. Values are alternatives; of a negated operator none may match. */
export type Test = { readonly operator: string; readonly key: string; readonly values: readonly string[] };

/** All hold. */
export type Block = readonly Test[];

const mostBlocks = 64;

/** The blocks of which one holds exactly where the expression has the wanted truth; `undefined` where AWS has no words for it. */
export function blocksOf(expression: Expression, wanted = true): readonly Block[] | undefined {
  switch (expression.op) {
    case 'literal':
      return typeof expression.value === 'boolean' ? (expression.value === wanted ? [[]] : []) : undefined;
    case 'not':
      return blocksOf(expression.of, !wanted);
    case 'holds':
      return blocksOf(expression.of, wanted);
    case 'and':
    case 'or':
      return joined(expression, wanted);
    default: {
      const test = testOf(expression, wanted);
      return test === undefined ? undefined : [[test]];
    }
  }
}

function joined({ op, left, right }: Extract<Expression, { readonly op: 'and' | 'or' }>, wanted: boolean): readonly Block[] | undefined {
  const [one, other] = [blocksOf(left, wanted), blocksOf(right, wanted)];
  if (one === undefined || other === undefined) return undefined;
  return (op === 'and') === wanted ? both(one, other) : either([...one, ...other]);
}

/** The blocks of which one holds exactly where the expression errs: an attribute that it needs is not there. */
export function erringBlocks(expression: Expression): readonly Block[] | undefined {
  switch (expression.op) {
    case 'literal':
    case 'holds':
    case 'has':
      return [];
    case 'not':
      return erringBlocks(expression.of);
    case 'and':
    case 'or':
      return erringPair(expression);
    default: {
      const key = testOf(expression, true)?.key;
      return key === undefined ? undefined : [[presence(key, false)]];
    }
  }
}

/** The first errs, or leaves it to the second, which does. */
function erringPair({ op, left, right }: Extract<Expression, { readonly op: 'and' | 'or' }>): readonly Block[] | undefined {
  const [first, second, goesOn] = [erringBlocks(left), erringBlocks(right), blocksOf(left, op === 'and')];
  if (first === undefined || second === undefined || goesOn === undefined) return undefined;
  const later = both(goesOn, second);
  return later === undefined ? undefined : [...first, ...later];
}

/** Where some expression is not true: false, or without an answer. */
export function someNotHolding(expressions: readonly Expression[]): readonly Block[] | undefined {
  const found: Block[] = [];
  for (const expression of expressions) {
    const [fails, errs] = [blocksOf(expression, false), erringBlocks(expression)];
    if (fails === undefined || errs === undefined) return undefined;
    found.push(...fails, ...errs.filter((block) => !fails.some((other) => holdsWithout(other, block))));
  }
  return fewest(found);
}

/** Whether the block holds where the keys of the other are not there, whatever else. */
function holdsWithout(block: Block, absent: Block): boolean {
  return block.every(
    ({ operator, key }) =>
      /Not|IfExists$|^ForAllValues:/u.test(operator) && absent.some((test) => test.operator === 'Null' && test.key === key),
  );
}

/** Where no expression is false, and one at least errs. */
export function someErring(expressions: readonly Expression[]): readonly Block[] | undefined {
  const found: Block[] = [];
  for (const [index, expression] of expressions.entries()) {
    let blocks = erringBlocks(expression);
    for (const [other, each] of expressions.entries()) {
      if (other === index || blocks === undefined) continue;
      const [holds, errs] = [blocksOf(each), erringBlocks(each)];
      blocks = holds === undefined || errs === undefined ? undefined : both(blocks, [...holds, ...errs]);
    }
    if (blocks === undefined) return undefined;
    found.push(...blocks);
  }
  return fewest(found);
}

/** Without the blocks that ask for all that another one asks, and more. */
function fewest(blocks: readonly Block[]): readonly Block[] {
  const asked = blocks.map((block) => new Set(block.map((test) => JSON.stringify(test))));
  return blocks.filter(
    (_, index) =>
      !asked.some((other, at) => {
        const own = asked[index];
        return own !== undefined && at !== index && [...other].every((test) => own.has(test)) && (other.size < own.size || at < index);
      }),
  );
}

export function both(left: readonly Block[], right: readonly Block[]): readonly Block[] | undefined {
  if (left.length * right.length > mostBlocks) return undefined;
  const found: Block[] = [];
  for (const one of left) {
    for (const other of right) {
      const block = joinBlocks(one, other);
      if (block === undefined) return undefined;
      if (block !== 'never') found.push(block);
    }
  }
  return found;
}

/** Two blocks as one; JSON has a key once, so that tests of the same operator and key must become one. */
function joinBlocks(left: Block, right: Block): Block | 'never' | undefined {
  let block: Block = left;
  for (const test of right) {
    const held = block.find(({ operator, key }) => operator === test.operator && key === test.key);
    if (held === undefined) block = [...block, test];
    else if (held.values.join('\n') !== test.values.join('\n')) {
      const values = merged(held, test);
      if (values === undefined) return undefined;
      if (values.length === 0) return 'never';
      block = block.map((each) => (each === held ? { ...held, values } : each));
    }
  }
  return block;
}

/** Of negated tests all values, of equalities those of both; patterns and ranges cannot be intersected. */
function merged(one: Test, other: Test): readonly string[] | undefined {
  if (/Not(?:Equals|Like|IpAddress)|^NotIp/u.test(one.operator)) return [...new Set([...one.values, ...other.values])];
  if (/^(?:StringEquals|Bool|Null)/u.test(one.operator)) return one.values.filter((value) => other.values.includes(value));
  return undefined;
}

/** Alternatives of one test on the same key are one test with more values. */
function either(blocks: readonly Block[]): readonly Block[] {
  const kept: Block[] = [];
  for (const block of blocks) {
    const [test] = block;
    const at = kept.findIndex(
      ([other, ...rest]) => block.length === 1 && rest.length === 0 && other !== undefined && test !== undefined && mergeable(other, test),
    );
    const held = kept[at]?.[0];
    if (test === undefined || held === undefined) kept.push(block);
    else kept[at] = [{ ...held, values: [...new Set([...held.values, ...test.values])] }];
  }
  return kept;
}

function mergeable(one: Test, other: Test): boolean {
  return (
    one.operator === other.operator && one.key === other.key && /^(?:StringEquals|StringLike|IpAddress|NumericEquals)$/u.test(one.operator)
  );
}

/** The condition key of an attribute. */
function keyOf(expression: Expression | undefined): string | undefined {
  if (expression?.op !== 'get' || expression.of.op !== 'variable') return undefined;
  const { of, attribute } = expression;
  if (of.name === 'principal' || of.name === 'resource') {
    // AWS's own form of a tag's key.
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(attribute)) return undefined;
    return `aws:${of.name === 'principal' ? 'Principal' : 'Resource'}Tag/${attribute}`;
  }
  if (of.name !== 'context') return undefined;
  if (attribute === 'mfa') return 'aws:MultiFactorAuthPresent';
  if (attribute === 'address') return 'aws:SourceIp';
  return /^[a-z0-9-]+:[\w./:=+\-@]+$/iu.test(attribute) ? attribute : undefined;
}

function testOf(expression: Expression, wanted: boolean): Test | undefined {
  switch (expression.op) {
    case 'get':
      return onKey(expression, (key) => truthTest(key, true, wanted));
    case 'has':
      return onKey({ op: 'get', of: expression.of, attribute: expression.attribute }, (key) => presence(key, wanted));
    case 'equal':
    case 'not-equal':
      return equality(expression.left, expression.right, wanted === (expression.op === 'equal'));
    case 'less':
    case 'less-or-equal':
    case 'greater':
    case 'greater-or-equal':
      return comparison(expression.op, expression, wanted);
    case 'like':
      return onKey(expression.of, (key) => likeTest(key, expression.pattern, wanted));
    case 'call':
      return callTest(expression.name, expression.arguments, wanted);
    default:
      return undefined;
  }
}

function onKey(of: Expression, make: (key: string) => Test): Test | undefined {
  const key = keyOf(of);
  return key === undefined ? undefined : make(key);
}

function presence(key: string, wanted: boolean): Test {
  return { operator: 'Null', key, values: [String(!wanted)] };
}

function likeTest(key: string, pattern: readonly PatternPart[], wanted: boolean): Test {
  const text = pattern.map((part) => (typeof part === 'string' ? escaped(part, '*?$') : '*')).join('');
  return { operator: wanted ? 'StringLike' : 'StringNotLike', key, values: [text] };
}

/** Nothing else than true, false and absent is a truth: what is not true is false or absent. */
function truthTest(key: string, value: boolean, wanted: boolean): Test {
  return wanted ? { operator: 'Bool', key, values: [String(value)] } : { operator: 'BoolIfExists', key, values: [String(!value)] };
}

function equality(left: Expression, right: Expression, wanted: boolean): Test | undefined {
  const key = keyOf(left) ?? keyOf(right);
  const constant = keyOf(left) === undefined ? left : right;
  if (key === undefined || constant.op !== 'literal') return undefined;
  const { value } = constant;
  if (typeof value === 'boolean') return truthTest(key, value, wanted);
  if (typeof value === 'number') return { operator: wanted ? 'NumericEquals' : 'NumericNotEquals', key, values: [String(value)] };
  return { operator: wanted ? 'StringEquals' : 'StringNotEquals', key, values: [escaped(value, '$')] };
}

type Comparison = 'less' | 'less-or-equal' | 'greater' | 'greater-or-equal';

const turned: Readonly<Record<Comparison, Comparison>> = {
  less: 'greater',
  greater: 'less',
  'less-or-equal': 'greater-or-equal',
  'greater-or-equal': 'less-or-equal',
};

const contrary: Readonly<Record<Comparison, Comparison>> = {
  less: 'greater-or-equal',
  greater: 'less-or-equal',
  'less-or-equal': 'greater',
  'greater-or-equal': 'less',
};

const numeric: Readonly<Record<Comparison, string>> = {
  less: 'NumericLessThan',
  greater: 'NumericGreaterThan',
  'less-or-equal': 'NumericLessThanEquals',
  'greater-or-equal': 'NumericGreaterThanEquals',
};

function comparison(
  op: Comparison,
  { left, right }: { readonly left: Expression; readonly right: Expression },
  wanted: boolean,
): Test | undefined {
  const key = keyOf(left) ?? keyOf(right);
  const [constant, said] = keyOf(left) === undefined ? [left, turned[op]] : [right, op];
  if (key === undefined || constant.op !== 'literal' || typeof constant.value !== 'number') return undefined;
  const operator = wanted ? numeric[said] : `${numeric[contrary[said]]}IfExists`;
  return { operator, key, values: [String(constant.value)] };
}

function callTest(name: string, given: readonly Expression[], wanted: boolean): Test | undefined {
  if (name === 'isInRange') return rangeTest(given, wanted);
  const [first, second] = given;
  const [list, words] = name === 'containsAll' ? [second, first] : [first, second];
  const key = keyOf(list);
  const values = textsIn(words);
  const operator = setOperators[name]?.[wanted ? 0 : 1];
  if (key === undefined || values === undefined || operator === undefined) return undefined;
  return { operator, key, values };
}

/** A list holds one of the words; all that a list holds is among the words. */
const setOperators: { readonly [name: string]: readonly [string, string] } = {
  contains: ['ForAnyValue:StringEquals', 'ForAllValues:StringNotEquals'],
  containsAny: ['ForAnyValue:StringEquals', 'ForAllValues:StringNotEquals'],
  containsAll: ['ForAllValues:StringEquals', 'ForAnyValue:StringNotEquals'],
};

function rangeTest([of, argument]: readonly Expression[], wanted: boolean): Test | undefined {
  const [range] = argument?.op === 'call' && argument.name === 'ip' ? argument.arguments : [];
  const key = keyOf(of);
  if (key !== 'aws:SourceIp' || range?.op !== 'literal') return undefined;
  return { operator: wanted ? 'IpAddress' : 'NotIpAddress', key, values: [String(range.value)] };
}

function textsIn(expression: Expression | undefined): readonly string[] | undefined {
  const items = expression?.op === 'set' ? expression.items : expression === undefined ? [] : [expression];
  const texts = items.map((item) => (item.op === 'literal' && typeof item.value === 'string' ? escaped(item.value, '$') : undefined));
  return texts.length === 0 || texts.includes(undefined) ? undefined : texts.filter((text) => text !== undefined);
}
