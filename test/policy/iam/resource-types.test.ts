import { describe, expect, it } from '@jest/globals';
import { resourceTypes } from '../../../domain/policy/iam/resource-types.ts';
import { serviceFacts } from '../../../domain/policy/iam/service-facts.ts';
import { matches } from '../../../domain/policy/strings/pattern.ts';

const types = resourceTypes();

const canBeAsked = (action: string, resource: string): boolean =>
  types.of(action)?.patterns.some((pattern) => matches(pattern, resource)) ?? false;

describe('the resources of an AWS action', () => {
  it.each([
    ['s3:ListBucket', 'arn:aws:s3:::reports', true],
    ['s3:ListBucket', 'arn:aws:s3:::reports/2026', false],
    ['s3:GetObject', 'arn:aws:s3:::reports/2026/a:b', true],
    ['s3:getobject', 'arn:aws:s3:::reports', false],
    ['s3:ListAllMyBuckets', '*', true],
    ['s3:ListAllMyBuckets', 'arn:aws:s3:::*', true],
    ['s3:ListAllMyBuckets', 'arn:aws:s3:::reports', false],
    ['ec2:AttachVolume', 'arn:aws:ec2:eu-west-1:123456789012:volume/v-1', true],
    ['ec2:AttachVolume', 'arn:aws:ec2:::volume/v-1', false],
    ['ec2:AttachVolume', 'arn:aws:ec2:eu-west-1:123456789012:snapshot/s-1', false],
    ['ec2:DescribeInstances', '*', true],
    ['iam:CreateUser', 'arn:aws-cn:iam::123456789012:user/division/ann', true],
    ['dynamodb:Query', 'arn:aws:dynamodb:eu-west-1:123456789012:table/t/index/i', true],
    ['dynamodb:GetItem', 'arn:aws:dynamodb:eu-west-1:123456789012:table/t/index/i', false],
    ['logs:PutLogEvents', 'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/x:log-stream:y', true],
    ['s3:NoSuchAction', 'arn:aws:s3:::reports', false],
    ['gamelift:StartMatchmaking', 'arn:aws:gamelift:eu-west-1:123456789012:matchmaking/x', true],
    ['gamelift:StartMatchmaking', 'arn:aws:s3:::reports', false],
  ])('%s on %s: %s', (action, resource, expected) => expect(canBeAsked(action, resource)).toBe(expected));

  it('are known by type for every action that is listed', () => {
    for (const { service, types: forms, actions } of serviceFacts) {
      const names = new Set(forms.split(' ').map((form) => form.slice(0, form.indexOf('='))));
      const asked = actions.split('|').flatMap((entry) => entry.slice(0, entry.indexOf(':')).split(','));
      expect({ service, unknown: asked.filter((type) => type !== '*' && !names.has(type)) }).toEqual({ service, unknown: [] });
    }
    expect(types.actions.length).toBeGreaterThan(3_000);
  });
});
