import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseIamDocument } from '../../../domain/policy/iam/parse-document.ts';
import { iamDocumentJson } from '../../../domain/policy/iam/print-document.ts';
import { rightSize } from '../../../domain/policy/iam/right-size.ts';
import { usageOf } from '../../../domain/policy/iam/usage.ts';

const records = readFileSync(join(import.meta.dirname, '../../fixtures/iam/cloudtrail.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { readonly [field: string]: unknown });

const usages = records.map(usageOf);
const used = usages.flatMap((usage) => ('skipped' in usage ? [] : usage));

const documents = [
  parseIamDocument({
    Version: '2012-10-17',
    Statement: [
      { Sid: 'Storage', Effect: 'Allow', Action: ['s3:*', 'glacier:*'], Resource: '*' },
      { Sid: 'Code', Effect: 'Allow', Action: ['lambda:Get*', 'lambda:InvokeFunction'], Resource: '*' },
      { Sid: 'Secrets', Effect: 'Allow', NotAction: ['s3:*', 'lambda:*', 'iam:*'], Resource: 'arn:aws:secretsmanager:*:*:secret:*' },
      { Sid: 'Machines', Effect: 'Allow', Action: 'ec2:*', Resource: '*' },
      { Sid: 'NoTrails', Effect: 'Deny', Action: 'cloudtrail:*', Resource: '*' },
    ],
  }),
];

describe('usage that CloudTrail recorded', () => {
  it('is a request each of a principal, or says why not', () => {
    const skipped = usages.flatMap((usage) => ('skipped' in usage ? [usage.skipped] : []));
    expect(skipped).toHaveLength(6);
    expect(skipped).toContain('refused');
    expect(skipped).toContain('by a service');
    expect(used.length).toBeGreaterThanOrEqual(records.length - skipped.length);
  });

  it('names actions as policies do', () => {
    const actions = new Set(used.map(({ action }) => action));
    for (const action of [
      's3:ListAllMyBuckets',
      's3:GetLifecycleConfiguration',
      's3:GetBucketCORS',
      'lambda:GetFunction',
      'secretsmanager:GetSecretValue',
    ])
      expect(actions).toContain(action);
    expect([...actions].filter((action) => /\d{8}|ListBuckets$/u.test(action))).toEqual([]);
  });

  it('tells who asked, from where, and of which resource', () => {
    const secret = used.find(({ action, resource }) => action.startsWith('s3:') && resource !== undefined);
    expect(secret?.resource).toMatch(/^arn:aws:s3:::/u);
    expect(secret?.context['aws:username']).toEqual(['bert-jan']);
    expect(secret?.context['aws:requestedregion']).toHaveLength(1);
  });

  it.each([{}, null, 'x', { eventName: 'GetObject' }])('skips what is no record: %j', (record) => {
    expect(usageOf(record)).toMatchObject({ skipped: 'no request' });
  });
});

describe('right-sizing', () => {
  const { grants, proposed, replay, comparison, unexplained } = rightSize(documents, used);

  it('counts what leans on each grant, and finds those that nobody used', () => {
    expect(grants.map(({ action, used: count }) => [action, count > 0])).toEqual([
      ['s3:*', true],
      ['glacier:*', false],
      ['lambda:Get*', true],
      ['lambda:InvokeFunction', false],
      ['*', true],
      ['ec2:*', false],
    ]);
    for (const grant of grants) expect(grant.actions.reduce((sum, each) => sum + each.used, 0)).toBe(grant.used);
  });

  it('proposes the used actions, with resources and denies as they were', () => {
    const { Statement } = iamDocumentJson(proposed[0]!) as { Statement: readonly { readonly [element: string]: unknown }[] };
    expect(Statement.map(({ Sid }) => Sid)).toEqual(['Storage', 'Code', 'Secrets', 'NoTrails']);
    expect(Statement[1]).toMatchObject({ Action: ['lambda:GetFunction', 'lambda:GetFunctionCodeSigningConfig'], Resource: ['*'] });
    expect(Statement[2]).toMatchObject({ Resource: ['arn:aws:secretsmanager:*:*:secret:*'] });
    expect(JSON.stringify(Statement)).not.toContain('NotAction');
  });

  it('cuts no recorded request off, and allows nothing new', () => {
    expect(replay.requests).toBeGreaterThan(40);
    expect(replay.cutOff).toEqual([]);
    expect(comparison.relation).toBe('first-more');
    expect(comparison.first?.action).toBeDefined();
    expect(unexplained.every(({ action }) => !action.startsWith('s3:'))).toBe(true);
  });

  it('shows who would be cut off by less', () => {
    const less = rightSize(
      documents,
      used.filter(({ action }) => action !== 's3:ListAllMyBuckets'),
    );
    const again = rightSize(less.proposed, used);
    expect(again.unexplained.map(({ action }) => action)).toContain('s3:ListAllMyBuckets');
  });

  it('reads back what it writes', () => {
    expect(parseIamDocument(iamDocumentJson(documents[0]!))).toEqual(documents[0]);
  });
});
