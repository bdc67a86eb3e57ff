/** A policy with something of everything that AWS can say, and the people it is about. */
import type { Inventory } from '../../../domain/context/inventory.ts';
import type { AccessRule } from '../../../domain/policy/access/model.ts';
import type { Policy } from '../../../domain/policy/model.ts';

export const people: Inventory = {
  zones: [],
  assets: [],
  entities: [
    { uid: { type: 'user', id: 'ann' }, parents: [{ type: 'group', id: 'developers' }] },
    { uid: { type: 'user', id: 'bert' }, parents: [{ type: 'group', id: 'auditors' }] },
  ],
};

const any = ['any'];

export const rule = (
  id: string,
  effect: AccessRule['effect'],
  match: Partial<AccessRule['match']>,
  rest: Partial<AccessRule> = {},
): AccessRule => ({
  kind: 'access',
  id,
  requirement: 'q1',
  effect,
  match: { principals: any, actions: any, resources: any, ...match },
  ...rest,
});

export const policy = (name: string, rules: readonly AccessRule[]): Policy => ({
  policy: name,
  title: 'Storage',
  owner: 'platform',
  controls: [],
  requirements: [{ id: 'q1', text: 'Who may do what on the storage of reports.' }],
  rules,
  questions: [],
  tests: [],
});

export const grants: readonly Policy[] = [
  policy('storage', [
    rule('developers', 'allow', {
      principals: ['group:developers'],
      actions: ['s3:Get*', 's3:PutObject'],
      resources: ['arn:aws:s3:::reports/*'],
    }),
    rule('auditors', 'allow', { principals: ['group:auditors'], actions: ['s3:GetObject'], when: { mfa: true, from: ['10.0.0.0/8'] } }),
    rule('owners', 'allow', {
      actions: ['ec2:StartInstances', 'ec2:StopInstances'],
      resources: ['arn:aws:ec2:*:*:instance/*'],
      when: {
        attributes: [
          { attribute: 'resource.team', is: ['red', 'blue'] },
          { attribute: 'principal.level', atLeast: 3 },
        ],
      },
    }),
    rule(
      'no-secrets',
      'deny',
      { actions: ['s3:*'], resources: ['arn:aws:s3:::reports/secret/*'] },
      { except: [{ principals: ['user:ann'] }] },
    ),
    rule('only-writers', 'claim', { actions: ['s3:PutObject'], resources: ['arn:aws:s3:::reports/*'] }),
  ]),
];

export const guardrails: readonly Policy[] = [
  policy('guardrails', [
    rule('regions', 'deny', {
      actions: ['ec2:*', 'rds:*'],
      when: { attributes: [{ attribute: 'context.aws:RequestedRegion', isNot: ['eu-central-1', 'eu-west-1'] }] },
    }),
    rule(
      'trails',
      'deny',
      { actions: ['cloudtrail:StopLogging', 'cloudtrail:DeleteTrail'] },
      { except: [{ principals: ['role:security'] }] },
    ),
    rule('root', 'deny', { principals: ['arn:aws:iam::*:root'], actions: ['s3:*', 'iam:*'] }),
    rule('admin-role', 'deny', { actions: ['iam:*'], resources: ['arn:aws:iam::*:role/admin', 'arn:aws:iam::*:role/security*'] }),
    rule('mfa', 'deny', { actions: ['iam:DeactivateMFADevice'], when: { mfa: false } }),
    rule('services', 'claim', {}, { except: [{ actions: ['s3:*', 'ec2:*', 'rds:*', 'iam:*', 'cloudtrail:*', 'sts:*'] }] }),
  ]),
];
