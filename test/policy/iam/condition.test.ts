import { describe, expect, it } from '@jest/globals';
import { conditionTest } from '../../../domain/policy/iam/condition.ts';
import { parseIamDocument } from '../../../domain/policy/iam/parse-document.ts';

function holdsFor(
  operator: string,
  wanted: unknown,
  values: readonly string[] | undefined,
  context: { readonly [key: string]: string } = {},
) {
  const { statements } = parseIamDocument({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: '*', Resource: '*', Condition: { [operator]: { 'aws:key': wanted } } },
  });
  return conditionTest(statements[0]!.conditions[0]!, '2012-10-17', (key) => context[key])(values);
}

describe('a condition holds', () => {
  it.each([
    ['StringEquals', 'a', ['a'], true],
    ['StringEquals', 'a', ['A'], false],
    ['StringEquals', 'a*', ['ab'], false],
    ['StringEquals', ['a', 'b'], ['b'], true],
    ['StringEquals', 'a', undefined, false],
    ['StringNotEquals', ['a', 'b'], ['b'], false],
    ['StringNotEquals', 'a', undefined, true],
    ['StringEqualsIgnoreCase', 'Abc', ['aBC'], true],
    ['StringNotEqualsIgnoreCase', 'Abc', ['aBC'], false],
    ['StringLike', 'a?c*', ['abcd'], true],
    ['StringNotLike', 'a*', ['abc'], false],
    ['StringLikeIfExists', 'a*', undefined, true],
    ['StringLikeIfExists', 'a*', ['b'], false],
    ['NumericEquals', '10', ['10.0'], true],
    ['NumericNotEquals', 10, ['11'], true],
    ['NumericLessThan', 10, ['10'], false],
    ['NumericLessThanEquals', 10, ['10'], true],
    ['NumericGreaterThan', 10, ['11'], true],
    ['NumericGreaterThanEquals', 10, ['nine'], false],
    ['DateLessThan', '2026-01-01T00:00:00Z', ['2025-12-31T23:59:59Z'], true],
    ['DateGreaterThan', '2026-01-01T00:00:00Z', ['1767225601'], true],
    ['DateEquals', '2026-01-01T01:00:00+01:00', ['2026-01-01T00:00:00Z'], true],
    ['Bool', true, ['true'], true],
    ['Bool', 'False', ['false'], true],
    ['BoolIfExists', false, undefined, true],
    ['BinaryEquals', 'QmluYXJ5', ['QmluYXJ5'], true],
    ['IpAddress', '203.0.113.0/24', ['203.0.113.7'], true],
    ['IpAddress', '203.0.113.9/24', ['203.0.113.7'], true],
    ['IpAddress', '2001:db8::/32', ['2001:db8::1'], true],
    ['NotIpAddress', ['203.0.113.0/24', '10.0.0.0/8'], ['10.1.2.3'], false],
    ['NotIpAddress', '203.0.113.0/24', undefined, true],
    ['ArnLike', 'arn:aws:iam::*:role/a*', ['arn:aws:iam::1:role/abc'], true],
    ['ArnLike', 'arn:aws:iam::*:role/a*', ['arn:aws:iam::1:x:role/abc'], false],
    ['ArnEquals', 'arn:aws:iam::1:role/*', ['arn:aws:iam::1:role/path/x'], true],
    ['ArnNotLike', 'arn:aws:iam::1:role/*', ['arn:aws:iam::2:role/x'], true],
    ['Null', true, undefined, true],
    ['Null', 'false', undefined, false],
    ['Null', 'false', ['x'], true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b', 'a'], true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
    ['ForAllValues:StringEquals', 'a', undefined, true],
    ['ForAnyValue:StringEquals', 'a', ['c', 'a'], true],
    ['ForAnyValue:StringEquals', 'a', undefined, false],
    ['ForAnyValue:StringNotEquals', 'a', ['a', 'c'], true],
    ['ForAllValues:StringNotLike', 'a*', ['b', 'ab'], false],
    ['ForAnyValue:StringLikeIfExists', 'a', undefined, true],
  ])('%s %j for %j: %s', (operator, wanted, values, expected) => {
    expect(holdsFor(operator, wanted, values)).toBe(expected);
  });

  it('with policy variables bound to what the request has, and never as wildcards', () => {
    expect(holdsFor('StringLike', 'home/${aws:username}/*', ['home/ann/x'], { 'aws:username': 'ann' })).toBe(true);
    expect(holdsFor('StringLike', 'home/${aws:username}/*', ['home/ann/x'], { 'aws:username': '*' })).toBe(false);
    expect(holdsFor('StringEquals', "${aws:PrincipalTag/team, 'none'}", ['none'])).toBe(true);
    expect(holdsFor('StringEquals', '${aws:username}', ['${aws:username}'])).toBe(false);
    expect(holdsFor('StringLike', 'a${*}b', ['axb'])).toBe(false);
    expect(holdsFor('StringLike', 'a${*}b', ['a*b'])).toBe(true);
  });
});
