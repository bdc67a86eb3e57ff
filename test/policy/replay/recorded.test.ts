import { describe, expect, it } from '@jest/globals';
import { formatOf, recorder } from '../../../domain/policy/replay/recorded.ts';

const flow = { from: '10.1.0.10', to: '10.2.0.5', protocol: 'tcp', port: 5432 };
const access = { kind: 'access', principal: 'user:ann', action: 'read', resource: 'document:plan' };
const zeek = {
  ts: 1_794_000_000,
  uid: 'a',
  'id.orig_h': '10.1.0.10',
  'id.orig_p': 1,
  'id.resp_h': '10.2.0.5',
  'id.resp_p': 5432,
  proto: 'tcp',
};
const trail = {
  eventID: 'e1',
  eventTime: '2026-11-23T09:00:00Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  sourceIPAddress: '10.0.0.1',
  userIdentity: { arn: 'arn:aws:iam::111122223333:user/ann', sessionContext: { attributes: { mfaAuthenticated: 'true' } } },
  resources: [{ ARN: 'arn:aws:s3:::reports/2026' }],
};
const decision = (input: object, result: unknown) => ({ decision_id: 'd', timestamp: '2026-11-23T09:00:00Z', input, result });

describe('the kind of a log', () => {
  it.each([
    [JSON.stringify(zeek), 'zeek'],
    ['#separator \\x09\n#fields\tts\tuid\n', 'zeek'],
    ['2 123 eni-1 10.4.0.17 10.2.0.5 50000 22 6 5 300 1794000000 1794000060 ACCEPT OK', 'vpc-flow'],
    ['version srcaddr dstaddr dstport\n', 'vpc-flow'],
    [JSON.stringify({ Records: [trail] }), 'cloudtrail'],
    [JSON.stringify({ Records: [trail] }, null, 2), 'cloudtrail'],
    [`\u{feff}${JSON.stringify(trail)}\n${JSON.stringify(trail)}`, 'cloudtrail'],
    [JSON.stringify(decision(access, { decision: 'allow' })), 'decision-log'],
    [JSON.stringify([decision(flow, { decision: 'deny' })]), 'decision-log'],
    [JSON.stringify({ ...access, decision: 'deny' }), 'decision-log'],
    ['policy: data\n', undefined],
    ['{"some": "thing"}', undefined],
    ['', undefined],
  ])('of %j is told by how it begins', (text, format) => expect(formatOf(text)).toBe(format));
});

describe('recorded requests', () => {
  const read = (format: Parameters<ReturnType<typeof recorder>['add']>[1], ...texts: readonly string[]) => {
    const { add, done } = recorder();
    for (const text of texts) add(text, format);
    return done();
  };

  it("are connections, and requests of access, in one log of OPA's decisions", () => {
    const lines = [
      decision(flow, { decision: 'deny' }),
      decision(access, { decision: 'allow' }),
      decision({ ...access, probe: true }, { decision: 'allow' }),
      decision({ kind: 'ai', principal: 'user:ann', model: 'small' }, true),
      { ...access, action: 'write', decision: 'deny' },
      decision({ kind: 'weather' }, { decision: 'deny' }),
      7,
    ];
    const text = lines.map((line) => JSON.stringify(line)).join('\n');
    const found = read('decision-log', `${text}\nno json\n`);
    expect(found.flows).toEqual([{ ...flow, at: '2026-11-23T09:00:00Z' }]);
    expect(found.access.distinct.map(({ request, recorded }) => [request.kind, recorded])).toEqual([
      ['access', 'allow'],
      ['ai', 'allow'],
      ['access', 'deny'],
    ]);
    expect(found.access.instants.map(Number.isNaN)).toEqual([false, false, true]);
    expect(found).toMatchObject({ rejected: 3, firstRejected: { where: 'decisions:6' } });
    expect(read('decision-log', JSON.stringify(lines.slice(0, 2))).access.count).toBe(1);
  });

  it('of CloudTrail are requests to AWS, and of access where a resource is told', () => {
    const text = JSON.stringify({
      Records: [trail, { ...trail, errorCode: 'AccessDenied' }, { ...trail, resources: undefined }, { other: true }],
    });
    const found = read('cloudtrail', text);
    expect(found.iam.count).toBe(3);
    expect(found.withoutResource).toBe(1);
    expect(found.rejected).toBe(1);
    expect(found.access.distinct).toMatchObject([
      {
        recorded: 'allow',
        request: {
          principal: 'arn:aws:iam::111122223333:user/ann',
          action: 's3:GetObject',
          resource: 'arn:aws:s3:::reports/2026',
          context: { mfa: true },
          from: '10.0.0.1',
        },
      },
      { recorded: 'deny' },
    ]);
    expect(read('cloudtrail', JSON.stringify({ Records: [trail] }, null, 2)).iam.count).toBe(1);
  });

  it('come in pieces', () => {
    const line = JSON.stringify(zeek);
    expect(read('zeek', `${line}\n`, `${line.replace('"a"', '"b"')}\n`).flows).toHaveLength(2);
  });
});
