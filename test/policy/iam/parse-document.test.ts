import { describe, expect, it } from '@jest/globals';
import { parseIamDocument } from '../../../domain/policy/iam/parse-document.ts';

const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };

const refused = (where: string) => expect.objectContaining({ code: 'artifact-unreadable', where });

describe('an AWS policy document', () => {
  it('is read with one statement or several, one value or several', () => {
    const one = parseIamDocument({ Version: '2012-10-17', Statement: statement });
    const many = parseIamDocument(
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['*'] }] }),
    );
    expect(one.statements[0]).toEqual({ ...many.statements[0], where: '/Statement' });
    expect(one.statements[0]?.action).toEqual({ not: false, values: ['s3:GetObject'] });
  });

  it('is of 2008-10-17 where it names no version', () => {
    expect(parseIamDocument({ Statement: statement }).version).toBe('2008-10-17');
    expect(parseIamDocument({ Statement: statement }, { version: '2012-10-17' }).version).toBe('2012-10-17');
  });

  it('has operators in any case, with quantifier and IfExists apart, and keys in lower case', () => {
    const Condition = { 'forAllValues:stringLikeIfExists': { 'S3:Prefix': 'a*' }, Bool: { 'aws:SecureTransport': false } };
    expect(parseIamDocument({ Statement: { ...statement, Condition } }).statements[0]?.conditions).toEqual([
      { operator: 'StringLike', quantifier: 'all', ifExists: true, key: 's3:prefix', written: 'S3:Prefix', values: ['a*'] },
      { operator: 'Bool', ifExists: false, key: 'aws:securetransport', written: 'aws:SecureTransport', values: ['false'] },
    ]);
  });

  it('names principals with their type', () => {
    const Principal = { AWS: ['123456789012'], Service: 'ec2.amazonaws.com' };
    expect(parseIamDocument({ Statement: { ...statement, Principal } }).statements[0]?.principal).toEqual({
      not: false,
      values: [
        { type: 'AWS', name: '123456789012' },
        { type: 'Service', name: 'ec2.amazonaws.com' },
      ],
    });
    expect(parseIamDocument({ Statement: { ...statement, NotPrincipal: '*' } }).statements[0]?.principal?.not).toBe(true);
  });

  it.each([
    ['not JSON', '{', undefined],
    ['a list', [], '/'],
    ['no statement', { Version: '2012-10-17' }, '/'],
    ['an unknown element', { Statement: statement, Rules: [] }, '/Rules'],
    ['an unknown element of a statement', { Statement: [{ ...statement, Condtion: {} }] }, '/Statement/0/Condtion'],
    ['another version', { Version: '2020-01-01', Statement: statement }, '/Version'],
    ['another effect', { Statement: { ...statement, Effect: 'allow' } }, '/Statement/Effect'],
    ['no action', { Statement: { Effect: 'Allow', Resource: '*' } }, '/Statement'],
    ['an action without service', { Statement: { ...statement, Action: 'GetObject' } }, '/Statement/Action'],
    ['both of Action and NotAction', { Statement: { ...statement, NotAction: 's3:*' } }, '/Statement'],
    ['an unknown operator', { Statement: { ...statement, Condition: { StringIs: {} } } }, '/Statement/Condition/StringIs'],
    ['NullIfExists', { Statement: { ...statement, Condition: { NullIfExists: {} } } }, '/Statement/Condition/NullIfExists'],
    [
      'a number that is none',
      { Statement: { ...statement, Condition: { NumericEquals: { 's3:max-keys': 'ten' } } } },
      '/Statement/Condition/NumericEquals/s3:max-keys',
    ],
    [
      'an address that is none',
      { Statement: { ...statement, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/40' } } } },
      '/Statement/Condition/IpAddress/aws:SourceIp',
    ],
    ['a nested value', { Statement: { ...statement, Resource: [['*']] } }, '/Statement/Resource'],
    ['another kind of principal', { Statement: { ...statement, Principal: { Google: 'x' } } }, '/Statement/Principal/Google'],
  ])('is refused with %s', (_, document, where) => {
    expect(() => parseIamDocument(document)).toThrow(
      where === undefined ? expect.objectContaining({ code: 'artifact-unreadable' }) : refused(where),
    );
  });
});
