/** AWS documents into the model and back: what was imported compiles to documents that are proved, and that allow what the first ones do. */
import { describe, expect, it } from '@jest/globals';
import { proveAccess } from '../../../domain/policy/access/prove.ts';
import { compareDocuments } from '../../../domain/policy/iam/compare-documents.ts';
import { parseIamDocument } from '../../../domain/policy/iam/parse-document.ts';
import { importPolicy } from '../../../domain/policy/import/importers.ts';
import { awsIamTarget } from '../../../domain/policy/targets/aws-iam/target.ts';

const inventory = { zones: [], assets: [] };
const names = { policy: 'imported', title: 'Imported', owner: 'o' };

const documentOf = (...statements: readonly { readonly [element: string]: unknown }[]) => ({
  Version: '2012-10-17',
  Statement: statements.map((statement) => ({ Effect: 'Allow', ...('NotResource' in statement ? {} : { Resource: '*' }), ...statement })),
});

describe('an imported AWS document', () => {
  it.each([
    ['an allow', documentOf({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/*' })],
    [
      'patterns and a deny',
      documentOf({ Action: ['s3:Get*', 's3:List*'] }, { Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::secret/*' }),
    ],
    ['NotAction', documentOf({ Effect: 'Deny', NotAction: ['iam:*', 'sts:*'] })],
    ['NotResource', documentOf({ Action: 's3:DeleteObject', NotResource: ['arn:aws:s3:::keep/*'] })],
    ['a condition', documentOf({ Action: 'ec2:StopInstances', Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } })],
    [
      'several conditions',
      documentOf({
        Action: 's3:ListBucket',
        Condition: {
          StringEquals: { 's3:prefix': ['', 'home/'], 'aws:PrincipalTag/team': 'red' },
          IpAddress: { 'aws:SourceIp': '10.0.0.0/8' },
          NumericLessThanEquals: { 's3:max-keys': '10' },
        },
      }),
    ],
    [
      'if it exists',
      documentOf({ Effect: 'Deny', Action: 'iam:*', Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } } }),
    ],
    ['not like', documentOf({ Action: 'iam:CreateUser', Condition: { StringNotLike: { 'aws:PrincipalTag/mail': '*@example.com' } } })],
    ['null', documentOf({ Action: 's3:PutObject', Condition: { Null: { 's3:x-amz-server-side-encryption': 'false' } } })],
  ])('with %s compiles back', (_, document) => {
    const { policy, unread } = importPolicy('aws-iam', JSON.stringify(document), inventory, names);
    expect(unread).toEqual([]);
    const { artifact, losses } = awsIamTarget.compile([policy], inventory);
    expect(proveAccess(awsIamTarget, { policies: [policy], inventory, artifact, losses }).counterExample?.text).toBeUndefined();
    const compiled = Object.entries(artifact.files).flatMap(([path, text]) =>
      path === 'attachments.json' ? [] : [parseIamDocument(text)],
    );
    const { relation, first, second } = compareDocuments([parseIamDocument(document)], compiled);
    expect({ relation, first, second }).toEqual({ relation: 'equivalent', first: undefined, second: undefined });
  });

  it('tells what access rules have no words for', () => {
    const text = JSON.stringify(
      documentOf({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/${aws:username}/*' }, { Action: 'ec2:*' }),
      null,
      1,
    );
    const { policy, unread } = importPolicy('aws-iam', text, inventory, names);
    expect(unread).toHaveLength(1);
    expect(unread[0]?.reason).toContain('aws:username');
    expect(policy.rules.map(({ effect }) => effect)).toEqual(['allow', 'claim']);
  });
});
