import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { compareDocuments, compareSets, type ComparisonOptions } from '../../../domain/policy/iam/compare-documents.ts';
import type { IamDocument, IamRequest } from '../../../domain/policy/iam/document.ts';
import { decideIam, type IamPolicies, statementTest } from '../../../domain/policy/iam/evaluate.ts';
import { decidingBy } from '../../../domain/policy/iam/layers.ts';
import { parseIamDocument } from '../../../domain/policy/iam/parse-document.ts';
import { resourceTypes } from '../../../domain/policy/iam/resource-types.ts';
import { runs } from '../../law.ts';

type Statement = { readonly [element: string]: unknown };

const documentOf = (...statements: readonly Statement[]): readonly IamDocument[] => [
  parseIamDocument({
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({
      Effect: 'Allow',
      ...('NotAction' in statement ? {} : { Action: 's3:GetObject' }),
      ...('NotResource' in statement ? {} : { Resource: '*' }),
      ...statement,
    })),
  }),
];

const relation = (first: readonly IamDocument[], second: readonly IamDocument[], options: ComparisonOptions = {}) =>
  compareDocuments(first, second, options).relation;

const when = (Condition: unknown, rest: Statement = {}) => documentOf({ ...rest, Condition });

describe('two AWS policies', () => {
  it.each([
    ['the same in other words', documentOf({ Action: ['s3:Get*', 's3:GetObject'] }), documentOf({ Action: 'S3:get*' }), 'equivalent'],
    ['a wider action', documentOf({}), documentOf({ Action: 's3:*' }), 'second-more'],
    ['a narrower resource', documentOf({}), documentOf({ Resource: 'arn:aws:s3:::a/*' }), 'first-more'],
    ['other resources', documentOf({ Resource: 'arn:aws:s3:::a/*' }), documentOf({ Resource: 'arn:aws:s3:::b/*' }), 'incomparable'],
    ['a union that covers', documentOf({ Resource: 'a*' }, { NotResource: 'a*' }), documentOf({}), 'equivalent'],
    ['a deny', documentOf({}), documentOf({}, { Effect: 'Deny', Action: 's3:*', Resource: 'a' }), 'first-more'],
    ['a deny of nothing that is allowed', documentOf({}), documentOf({}, { Effect: 'Deny', Action: 'iam:*' }), 'equivalent'],
    ['NotAction for the rest', documentOf({ Action: '*' }), documentOf({ NotAction: 'iam:*' }, { Action: 'iam:*' }), 'equivalent'],
    ['a condition', documentOf({}), when({ Bool: { 'aws:SecureTransport': true } }), 'first-more'],
    [
      'both sides of a truth, and its absence',
      documentOf({}),
      documentOf({ Condition: { Bool: { k: true } } }, { Condition: { BoolIfExists: { k: false } } }),
      'equivalent',
    ],
    ['keys in other cases', when({ Bool: { 'AWS:x': 'true' } }), when({ Bool: { 'aws:X': 'True' } }), 'equivalent'],
    ['numbers beside each other', when({ NumericLessThan: { n: 11 } }), when({ NumericLessThanEquals: { n: 10 } }), 'equivalent'],
    ['a wider number', when({ NumericLessThan: { n: 11 } }), when({ NumericLessThanEquals: { n: 11 } }), 'second-more'],
    [
      'the halves of a network',
      when({ IpAddress: { ip: '10.0.0.0/24' } }),
      when({ IpAddress: { ip: ['10.0.0.0/25', '10.0.0.128/25'] } }),
      'equivalent',
    ],
    ['everything but a network', when({ NotIpAddress: { ip: '10.0.0.0/8' } }), when({ IpAddress: { ip: '10.0.0.0/8' } }), 'incomparable'],
    [
      'an instant and before it',
      when({ DateLessThan: { d: '2026-01-01T00:00:00Z' } }),
      when({ DateLessThanEquals: { d: '2026-01-01T00:00:00Z' } }),
      'second-more',
    ],
    ['a literal star', when({ StringEquals: { k: 'a*' } }), when({ StringLike: { k: 'a*' } }), 'second-more'],
    ['folded text', when({ StringEquals: { k: 'ab' } }), when({ StringEqualsIgnoreCase: { k: 'AB' } }), 'second-more'],
    ['presence', when({ Null: { k: false } }), when({ StringLike: { k: '*' } }), 'equivalent'],
    [
      'all values and any value',
      when({ 'ForAllValues:StringEquals': { k: 'a' } }),
      when({ 'ForAnyValue:StringEquals': { k: 'a' } }),
      'incomparable',
    ],
    [
      'all of more values',
      when({ 'ForAllValues:StringEquals': { k: ['a', 'b'] } }),
      when({ 'ForAllValues:StringEquals': { k: ['b', 'a', 'c'] } }),
      'second-more',
    ],
    ['a variable', when({ StringEquals: { k: '${aws:username}' } }), when({ StringEquals: { k: 'ann' } }), 'incomparable'],
    [
      'a variable beside its one value',
      when({ StringEquals: { k: '${aws:username}', 'aws:username': 'ann' } }),
      when({ StringEquals: { k: 'ann', 'aws:username': 'ann' } }),
      'equivalent',
    ],
    ['a variable in the resource', documentOf({ Resource: 'home/${aws:username}/*' }), documentOf({ Resource: 'home/*' }), 'second-more'],
    [
      'an account and its root',
      documentOf({ Principal: { AWS: '123456789012' } }),
      documentOf({ Principal: { AWS: 'arn:aws:iam::123456789012:root' } }),
      'equivalent',
    ],
    [
      'an account and a user of it',
      documentOf({ Principal: { AWS: 'arn:aws:iam::123456789012:user/ann' } }),
      documentOf({ Principal: { AWS: '123456789012' } }),
      'second-more',
    ],
    ['everybody, written twice', documentOf({ Principal: '*' }), documentOf({ Principal: { AWS: '*' } }), 'equivalent'],
    ['everybody but one', documentOf({ NotPrincipal: { AWS: 'arn:aws:iam::1:user/a' } }), documentOf({ Principal: '*' }), 'second-more'],
  ] as const)('%s', (_, first, second, expected) => {
    expect(relation(first, second)).toBe(expected);
    const turned = { 'first-more': 'second-more', 'second-more': 'first-more', equivalent: 'equivalent', incomparable: 'incomparable' };
    expect(relation(second, first)).toBe(turned[expected]);
  });

  it('are compared on the resources that an action has, where asked so', () => {
    const types = resourceTypes();
    const bucket = 'arn:aws:s3:::bucket';
    const list = { Action: 's3:ListBucket' };
    expect(relation(documentOf({ ...list, Resource: bucket }), documentOf({ ...list, Resource: [bucket, `${bucket}/*`] }))).toBe(
      'second-more',
    );
    expect(relation(documentOf({ ...list, Resource: bucket }), documentOf({ ...list, Resource: [bucket, `${bucket}/*`] }), { types })).toBe(
      'equivalent',
    );
    expect(relation(documentOf({ Resource: bucket }), documentOf({ Effect: 'Deny' }), { types })).toBe('equivalent');
    expect(relation(documentOf({ Action: 's3:GetObject*' }), documentOf({ Action: ['s3:GetObject*', 's3:GetObjection'] }), { types })).toBe(
      'equivalent',
    );
    expect(
      relation(documentOf({ Action: 'sts:GetCallerIdentity', Resource: 'arn:aws:iam::*:*' }), documentOf({ Effect: 'Deny' }), { types }),
    ).toBe('equivalent');
  });

  it('show a request for each difference', () => {
    const { first, second } = compareDocuments(
      documentOf({ Action: 'ec2:StartInstances', Resource: 'arn:aws:ec2:*:*:instance/*' }),
      documentOf({ Condition: { StringEquals: { 's3:prefix': 'home/' } } }),
      { types: resourceTypes() },
    );
    expect(first).toEqual({ action: 'ec2:StartInstances', resource: 'arn:aws:ec2:x:x:instance/x', context: {} });
    expect(second).toEqual({ action: 's3:GetObject', resource: 'arn:aws:s3:::x/x', context: { 's3:prefix': ['home/'] } });
  });

  it('find every difference that a small space of requests has', () => {
    fc.assert(
      fc.property(someSet, someSet, (first, second) => {
        const found = compareSets(first, second);
        const [allowsFirst, allowsSecond] = [decidingBy(first, statementTest), decidingBy(second, statementTest)];
        for (const request of smallSpace) {
          const [left, right] = [allowsFirst(request), allowsSecond(request)];
          if (left && !right) expect(found.relation).toMatch(/first-more|incomparable/u);
          if (right && !left) expect(found.relation).toMatch(/second-more|incomparable/u);
        }
      }),
      runs(30),
    );
  });

  it('are allowed together as one request after the other is decided', () => {
    fc.assert(
      fc.property(someSet, (policies) => {
        const allows = decidingBy(policies, statementTest);
        for (const request of smallSpace) expect(allows(request)).toBe(decideIam(policies, request).decision === 'allow');
      }),
      runs(30),
    );
  });

  const attached = { identity: documentOf({ Action: 's3:*' }, { Action: 'ec2:*' }) };

  it.each<[string, IamPolicies, IamPolicies, string]>([
    ['a boundary that holds all', { ...attached, boundary: documentOf({ Action: '*' }) }, attached, 'equivalent'],
    [
      'a boundary that cuts',
      { ...attached, boundary: documentOf({ Action: 's3:*' }) },
      { identity: documentOf({ Action: 's3:*' }) },
      'equivalent',
    ],
    ['a boundary alone', { identity: [], boundary: documentOf({ Action: '*' }) }, attached, 'second-more'],
    ['a boundary that grants nothing', { ...attached, boundary: [] }, { identity: [] }, 'equivalent'],
    [
      'service control of two levels, each of which has to allow',
      { ...attached, serviceControl: [documentOf({ Action: 's3:*' }), documentOf({ Action: ['s3:Get*', 'ec2:*'] })] },
      { identity: documentOf({ Action: 's3:Get*' }) },
      'equivalent',
    ],
    [
      'service control of one level, any of which may allow',
      { ...attached, serviceControl: [[...documentOf({ Action: 's3:*' }), ...documentOf({ Action: 'ec2:*' })]] },
      attached,
      'equivalent',
    ],
    [
      'what one level denies and another allows',
      { ...attached, serviceControl: [documentOf({ Action: '*' }), documentOf({ Action: '*' }, { Effect: 'Deny', Action: 'ec2:*' })] },
      { identity: documentOf({ Action: 's3:*' }) },
      'equivalent',
    ],
    [
      'the same documents in other layers',
      { identity: documentOf({ Action: 's3:*' }), boundary: documentOf({ Action: 's3:Get*' }) },
      { identity: documentOf({ Action: 's3:Get*' }), boundary: documentOf({ Action: 's3:*' }) },
      'equivalent',
    ],
    [
      'a policy of the resource that names the principal, which no boundary holds back',
      { identity: [], boundary: [], resource: documentOf({ Principal: { AWS: 'arn:aws:iam::111122223333:user/ann' } }) },
      { identity: [], resource: documentOf({ Principal: { AWS: ['arn:aws:iam::111122223333:user/ann', '111122223333'] } }) },
      'equivalent',
    ],
    [
      'a policy of a resource of another account',
      { ...attached, crossAccount: true, resource: documentOf({ Principal: '*', Action: 's3:PutObject' }) },
      { identity: documentOf({ Action: 's3:PutObject' }) },
      'equivalent',
    ],
  ])('in sets: %s', (_name, first, second, expected) => {
    expect(compareSets(first, second).relation).toBe(expected);
  });
});

const some = (...texts: readonly string[]) => fc.subarray([...texts], { minLength: 1, maxLength: 2 });

const someCondition = fc.oneof(
  fc.record({
    operator: fc.constantFrom(
      'StringEquals',
      'StringNotEquals',
      'StringLike',
      'StringLikeIfExists',
      'ForAllValues:StringLike',
      'ForAnyValue:StringEquals',
    ),
    values: some('a', 'b', 'a*', '${user}', 'x${user}'),
  }),
  fc.constant({ operator: 'Null', values: ['true'] }),
);

const someDocument = fc
  .array(
    fc.record({
      Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
      action: fc.tuple(fc.constantFrom('Action', 'Action', 'NotAction'), some('s:A', 's:*', 't:B', '*')),
      resource: fc.tuple(fc.constantFrom('Resource', 'NotResource'), some('a', 'b*', '*', 'h/${user}', 'h/*')),
      condition: fc.option(fc.tuple(fc.constantFrom('k', 'user'), someCondition)),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((statements) =>
    parseIamDocument({
      Version: '2012-10-17',
      Statement: statements.map(({ Effect, action, resource, condition }) => ({
        Effect,
        [action[0]]: action[1],
        [resource[0]]: resource[1],
        ...(condition === null ? {} : { Condition: { [condition[1].operator]: { [condition[0]]: condition[1].values } } }),
      })),
    }),
  );

const sometimes = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined, freq: 1 });

const someSet: fc.Arbitrary<IamPolicies> = fc.record({
  identity: fc.array(someDocument, { minLength: 1, maxLength: 2 }),
  boundary: sometimes(fc.array(someDocument, { maxLength: 1 })),
  session: sometimes(fc.array(someDocument, { minLength: 1, maxLength: 1 })),
  serviceControl: sometimes(fc.array(fc.array(someDocument, { minLength: 1, maxLength: 2 }), { maxLength: 2 })),
});

const smallSpace: readonly IamRequest[] = ['s:A', 's:C', 't:B', 'u:D'].flatMap((action) =>
  ['a', 'b', 'bb', 'h/a', 'h/q', 'z'].flatMap((resource) =>
    [undefined, ['a'], ['b'], ['xa'], ['q'], ['a', 'b'], ['xa', 'z']].flatMap((k) =>
      [undefined, ['a'], ['q'], ['b']].map((user) => ({
        action,
        resource,
        context: { ...(k === undefined ? {} : { k }), ...(user === undefined ? {} : { user }) },
      })),
    ),
  ),
);
