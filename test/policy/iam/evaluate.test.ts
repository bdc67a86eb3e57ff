import { describe, expect, it } from '@jest/globals';
import type { IamDocument, IamRequest } from '../../../domain/policy/iam/document.ts';
import { decideIam, type IamPolicies } from '../../../domain/policy/iam/evaluate.ts';
import { parseIamDocument } from '../../../domain/policy/iam/parse-document.ts';

const documentOf = (statement: { readonly [element: string]: unknown }): readonly IamDocument[] => [
  parseIamDocument({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*', ...statement } }),
];

const ann = { type: 'AWS', name: 'arn:aws:iam::123456789012:user/ann' } as const;
const request: IamRequest = { principal: ann, action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', context: {} };

const allow = documentOf({});
const deny = documentOf({ Effect: 'Deny', Action: 's3:Get*' });
const other = documentOf({ Action: 'ec2:*' });
const forAnn = documentOf({ Principal: { AWS: ann.name } });
const forAccount = documentOf({ Principal: { AWS: 'arn:aws:iam::123456789012:root' } });

describe('the decision of AWS policies', () => {
  it.each<[string, IamPolicies, string, readonly string[]]>([
    ['nothing allows', { identity: [] }, 'implicit', ['identity']],
    ['an identity policy allows', { identity: allow }, 'allowed', ['identity /Statement']],
    ['an explicit deny beside it', { identity: [...allow, ...deny] }, 'explicit', ['identity /Statement']],
    [
      'a deny of the resource',
      { identity: allow, resource: documentOf({ Effect: 'Deny', Principal: '*' }) },
      'explicit',
      ['resource /Statement'],
    ],
    ['a service control policy that does not allow', { identity: allow, serviceControl: [allow, other] }, 'implicit', ['service control']],
    [
      'service control policies that allow on each level',
      { identity: allow, serviceControl: [allow, allow] },
      'allowed',
      ['identity /Statement'],
    ],
    ['service control policies alone', { identity: [], serviceControl: [allow] }, 'implicit', ['identity']],
    ['a boundary that does not allow', { identity: allow, boundary: other }, 'implicit', ['boundary']],
    ['a session that does not allow', { identity: allow, session: other }, 'implicit', ['session']],
    ['a resource that names the user', { identity: [], resource: forAnn }, 'allowed', ['resource /Statement']],
    ['a resource that names the account', { identity: [], resource: forAccount }, 'implicit', ['identity']],
    [
      'a resource that names the account, and the account allows',
      { identity: allow, resource: forAccount },
      'allowed',
      ['identity /Statement'],
    ],
    ['across accounts the resource alone', { identity: [], resource: forAnn, crossAccount: true }, 'implicit', ['identity']],
    ['across accounts the identity alone', { identity: allow, resource: [], crossAccount: true }, 'implicit', ['resource']],
    ['across accounts both', { identity: allow, resource: forAnn, crossAccount: true }, 'allowed', ['identity /Statement']],
  ])('%s', (_, policies, kind, by) => {
    expect(decideIam(policies, request)).toEqual({ decision: kind === 'allowed' ? 'allow' : 'deny', kind, by });
  });
});
