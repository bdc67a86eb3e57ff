import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decideIam, type IamPolicies } from '../../../domain/policy/iam/evaluate.ts';
import { parseIamDocument } from '../../../domain/policy/iam/parse-document.ts';
import { recordedRequests } from '../../../domain/policy/iam/usage.ts';
import { iamRecorder } from '../../../domain/policy/replay/iam-records.ts';
import { iamWhatIf } from '../../../domain/policy/replay/iam-replay.ts';
import { runs } from '../../law.ts';

const nothing = { assets: [], zones: [] };

const policies = (...statements: readonly object[]): IamPolicies => ({
  identity: [
    parseIamDocument({
      Version: '2012-10-17',
      Statement: statements.map((one) => ({ Effect: 'Allow', Action: '*', Resource: '*', ...one })),
    }),
  ],
});

const record = (more: { readonly [name: string]: unknown } = {}) => ({
  eventID: 'e1',
  eventTime: '2026-11-23T09:00:00Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  sourceIPAddress: '10.0.0.1',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/ann', accountId: '111122223333', userName: 'ann' },
  resources: [{ ARN: 'arn:aws:s3:::reports/2026' }],
  ...more,
});

const recorded = (records: readonly object[], principal?: string) => {
  const { add, done } = iamRecorder(principal);
  records.forEach(add);
  return done();
};

const fixture = readFileSync(join(import.meta.dirname, '../../fixtures/iam/cloudtrail.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as object);

describe("a replay of CloudTrail's records on policies of AWS", () => {
  const some = (...texts: readonly string[]) => fc.subarray([...texts], { minLength: 1, maxLength: 2 });
  const someStatement = fc.record({
    Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
    Action: some('*', 's3:Get*', 's3:PutObject', 'ec2:*'),
    Resource: some('*', 'arn:aws:s3:::reports/*', 'arn:aws:s3:::reports/${aws:username}', 'arn:aws:ec2:*'),
    Condition: fc.constantFrom(
      {},
      { IpAddress: { 'aws:SourceIp': '10.0.0.0/24' } },
      { DateLessThan: { 'aws:CurrentTime': '2026-11-23T12:00:00Z' } },
      { StringEquals: { 'aws:username': 'ann' } },
    ),
  });
  const someSet = fc.array(someStatement, { minLength: 1, maxLength: 3 }).map((statements) => policies(...statements));
  const someRecord = fc
    .record({
      name: fc.constantFrom('GetObject', 'PutObject', 'DeleteObject'),
      user: fc.constantFrom('ann', 'bob'),
      address: fc.constantFrom('10.0.0.1', '192.0.2.1'),
      hour: fc.constantFrom('09', '15'),
      resource: fc.constantFrom('reports/ann', 'reports/2026', 'other/x'),
    })
    .map(({ name, user, address, hour, resource }) =>
      record({
        eventTime: `2026-11-23T${hour}:00:00Z`,
        eventName: name,
        sourceIPAddress: address,
        userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::111122223333:user/${user}`, userName: user },
        resources: [{ ARN: `arn:aws:s3:::${resource}` }],
      }),
    );

  it('counts what one after the other is decided otherwise', () => {
    fc.assert(
      fc.property(someSet, someSet, fc.array(someRecord, { maxLength: 12 }), (before, after, records) => {
        const passes = (set: IamPolicies) =>
          records.flatMap((one) => {
            const requests = recordedRequests(one);
            return 'skipped' in requests
              ? []
              : requests.map(({ resource = '', ...rest }) => decideIam(set, { ...rest, resource }).decision === 'allow');
          });
        const [was, is] = [passes(before), passes(after)];
        const found = iamWhatIf(recorded(records), { before, after }, nothing);
        expect(found.requests).toBe(records.length);
        expect(found.wouldBlock.requests).toBe(was.filter((one, at) => one && is[at] === false).length);
        expect(found.wouldAllow.requests).toBe(is.filter((one, at) => one && was[at] === false).length);
      }),
      runs(60),
    );
  });

  it('knows who would be cut off of what was granted, and who let in of what was refused', () => {
    const refused = record({ eventName: 'PutObject', errorCode: 'AccessDenied' });
    const after = policies({ Action: 's3:PutObject' });
    const found = iamWhatIf(recorded([record(), record(), refused]), { before: undefined, after }, nothing);
    expect(found.wouldBlock).toMatchObject({
      requests: 2,
      principals: [{ principal: 'arn:aws:iam::111122223333:user/ann', requests: 2 }],
      examples: [
        {
          before: 'allow',
          after: 'deny',
          count: 2,
          withoutResource: false,
          text: expect.stringContaining('s3:GetObject on arn:aws:s3:::reports/2026'),
        },
      ],
    });
    expect(found.wouldAllow).toMatchObject({ requests: 1, examples: [{ request: { action: 's3:PutObject' } }] });
  });

  it('ranks by the asset that is asked for', () => {
    const asset = { name: 'reports', addresses: [], zone: '', groups: [], services: [], owner: 'ann', criticality: 'high' as const };
    const other = record({ resources: [{ ARN: 'arn:aws:s3:::else/x' }] });
    const found = iamWhatIf(
      recorded([other, other, record()]),
      { before: undefined, after: { identity: [] } },
      { assets: [asset], zones: [] },
    );
    expect(found.wouldBlock.examples.map(({ criticality, count }) => [criticality, count])).toEqual([
      ['high', 1],
      [undefined, 2],
    ]);
  });

  it('takes a resource that nobody recorded for one that is allowed, and not for one that is denied', () => {
    const records = recorded([record({ resources: undefined })]);
    const whatIf = (...statements: readonly object[]) =>
      iamWhatIf(records, { before: undefined, after: policies(...statements) }, nothing).wouldBlock;
    expect(whatIf({ Resource: 'arn:aws:s3:::else/*' }).requests).toBe(0);
    expect(whatIf({}, { Effect: 'Deny', Resource: 'arn:aws:s3:::else/*' }).requests).toBe(0);
    expect(whatIf({}, { Effect: 'Deny' }).examples).toMatchObject([{ withoutResource: true }]);
  });

  it('is of one principal, or of the sessions of a role, where asked', () => {
    const role = 'arn:aws:iam::111122223333:role/ci';
    const session = record({
      userIdentity: {
        type: 'AssumedRole',
        arn: 'arn:aws:sts::111122223333:assumed-role/ci/build-7',
        sessionContext: { sessionIssuer: { arn: role } },
      },
    });
    expect(recorded([record(), session], role).count).toBe(1);
    expect(recorded([record(), session], 'arn:aws:iam::111122223333:user/ann').count).toBe(1);
    expect(recorded([record(), session]).count).toBe(2);
  });

  it('cuts nobody off by policies that allow everything, of what was really recorded', () => {
    const records = recorded(fixture);
    expect(records.count).toBeGreaterThan(20);
    expect(iamWhatIf(records, { before: undefined, after: policies({}) }, nothing).wouldBlock.requests).toBe(0);
    const none = iamWhatIf(records, { before: undefined, after: { identity: [] } }, nothing);
    const granted = records.distinct.filter(({ refused }) => !refused).reduce((sum, { count }) => sum + count, 0);
    expect(none.wouldBlock.requests).toBe(granted);
  });
});
