/** What-if of recorded requests and comparison of sets, as they are typed, on files of the test's own. None of it needs a server. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { typed } from '../in-process.ts';

const accessPolicy = (...principals: readonly string[]): string => {
  const rules = principals.map(
    (principal, at) =>
      `  - { id: read-${at}, requirement: r1, access: { allow: { principals: ['${principal}'], actions: [read], resources: ['document:*'] } } }`,
  );
  return ['policy: docs', 'title: Docs', 'owner: ann', 'requirements: [{ id: r1, text: Given. }]', 'rules:', ...rules, ''].join('\n');
};

const document = (...statements: readonly object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements.map((one) => ({ Effect: 'Allow', Action: '*', Resource: '*', ...one })) });

const decision = (principal: string, said: string) =>
  JSON.stringify({
    decision_id: 'd',
    timestamp: '2026-11-23T09:00:00Z',
    input: { kind: 'access', principal, action: 'read', resource: 'document:plan' },
    result: { decision: said },
  });

const trail = (name: string, more: object = {}) => ({
  eventID: name,
  eventTime: '2026-11-23T09:00:00Z',
  eventSource: 's3.amazonaws.com',
  eventName: name,
  userIdentity: { arn: 'arn:aws:iam::111122223333:user/ann', userName: 'ann' },
  resources: [{ ARN: 'arn:aws:s3:::reports/2026' }],
  ...more,
});

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'edict-whatif-'));
  mkdirSync(at('trail'));
  for (const [name, content] of Object.entries({
    'everybody.yaml': accessPolicy('user:*'),
    'staff.yaml': accessPolicy('group:staff'),
    'both.yaml': accessPolicy('group:staff', 'group:guests'),
    'directory.json': JSON.stringify([
      { uid: { type: 'user', id: 'ann' }, parents: [{ type: 'group', id: 'staff' }] },
      { uid: { type: 'document', id: 'plan' }, attrs: { criticality: 'critical' } },
    ]),
    'decisions.jsonl.gz': gzipSync([decision('user:ann', 'allow'), decision('user:bob', 'allow'), decision('user:bob', 'deny')].join('\n')),
    'trail/one.json': JSON.stringify({ Records: [trail('GetObject'), trail('PutObject', { errorCode: 'AccessDenied' })] }),
    'trail/two.json.gz': gzipSync(JSON.stringify({ Records: [trail('DeleteObject')] })),
    'all.json': document({}),
    'read.json': document({ Action: 's3:Get*' }),
    'write.json': document({ Action: ['s3:Put*', 's3:Delete*'] }),
    'storage.json': document({ Action: 's3:*' }),
    'role.json': JSON.stringify({ Name: 'r', Actions: ['*'], AssignableScopes: ['/'] }),
    'odd.txt': 'neither this nor that\n',
  }))
    writeFileSync(at(name), content);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { stdout, json, refusal } = typed('policy');

describe('edict policy whatif', () => {
  it('replays what OPA decided, as it was decided where nothing is compared with', async () => {
    const args = ['whatif', at('staff.yaml'), '--requests', at('decisions.jsonl.gz'), '--directory', at('directory.json')];
    const { access } = await json(...args);
    expect(access).toMatchObject({
      requests: 3,
      untold: 0,
      wouldBlock: { requests: 1, principals: [{ principal: 'user:bob' }] },
      wouldAllow: { requests: 0 },
    });
    expect(access.wouldBlock.examples[0]).toMatchObject({ criticality: 'critical', before: 'allow', after: 'not-applicable' });
    expect((await stdout(...args)).split('\n')).toEqual([
      'of 3 recorded requests of access',
      '  1 would be cut off of user:bob (1)',
      '    critical  user:bob read document:plan (1)',
      '  0 would be let in',
      '',
    ]);
    const compared = await json(...args, '--before', at('everybody.yaml'));
    expect(compared.access.wouldBlock).toMatchObject({ requests: 2 });
  });

  it('replays what AWS was asked on policies that are in force together', async () => {
    const after = [`aws-iam:${at('read.json')}`, `aws-iam:${at('write.json')}`];
    const found = await json('whatif', ...after, '--requests', at('trail'));
    expect(found).toMatchObject({ requests: 3, skipped: 0, wouldBlock: { requests: 0 }, wouldAllow: { requests: 1 } });
    const bounded = await json(
      'whatif',
      ...after,
      `aws-boundary:${at('read.json')}`,
      '--before',
      `aws-iam:${at('all.json')}`,
      '--requests',
      at('trail'),
    );
    expect(bounded.wouldBlock.examples.map(({ request }: { request: { action: string } }) => request.action).toSorted()).toEqual([
      's3:DeleteObject',
      's3:PutObject',
    ]);
    const nobody = await json('whatif', ...after, '--requests', at('trail'), '--principal', 'arn:aws:iam::111122223333:user/bob');
    expect(nobody.requests).toBe(0);
    expect(await stdout('whatif', ...after, '--requests', at('trail'))).toContain(
      '1 would be let in of arn:aws:iam::111122223333:user/ann (1)',
    );
  });

  it.each([
    [['STAFF', '--requests', 'ODD'], 'log-invalid'],
    [['STAFF', '--requests', 'STAFF', '--from', 'pcap'], 'input-invalid'],
    [['STAFF', '--requests', '/no/such/log'], 'input-invalid'],
    [['aws-iam:ALL'], 'input-invalid'],
    [['aws-iam:ALL', '--before', 'STAFF', '--requests', 'TRAIL'], 'input-invalid'],
    [['STAFF', '--directory', 'ALL'], 'inventory-invalid'],
  ])('refuses %j as %s', async (args, code) => {
    const named = { STAFF: 'staff.yaml', ODD: 'odd.txt', ALL: 'all.json', TRAIL: 'trail' };
    const given = args.map((arg) => Object.entries(named).reduce((text, [word, file]) => text.replace(word, at(file)), arg));
    expect(await refusal('whatif', ...given)).toMatchObject({ code });
  });
});

describe('edict policy optimise, analyse', () => {
  const log = () => ['--requests', at('decisions.jsonl.gz'), '--directory', at('directory.json')];

  it('size grants of access by what OPA decided, with a replay', async () => {
    const { access, policies } = await json('optimise', at('both.yaml'), '--right-size', ...log());
    expect(access).toMatchObject({
      support: 3,
      neverUsed: ['docs/read-1'],
      usage: [
        { rule: 'docs/read-0', requests: 1 },
        { rule: 'docs/read-1', requests: 0 },
      ],
      replay: { wouldBlock: { requests: 0 } },
    });
    expect(policies[0].rules.map(({ id }: { id: string }) => id)).toEqual(['read-0']);
    const words = await stdout('optimise', at('both.yaml'), '--right-size', ...log());
    expect(words).toContain('1 grant of 2 never used in 3 requests; the proposal would cut off 0 of them');
  });

  it('tell what was never asked for, and how much is granted', async () => {
    const words = await stdout('analyse', at('both.yaml'), ...log());
    expect(words).toContain('never-used  `docs/read-1` let nothing pass in 3 recorded requests');
    expect(words).toMatch(/\d+ of \d+ grants of access$/mu);
    expect((await json('analyse', at('both.yaml'), ...log())).grants.access).toMatchObject({ anybody: false });
  });
});

describe('edict policy compare', () => {
  const iam = (name: string) => `aws-iam:${at(name)}`;

  it('compares what is in force together as a whole', async () => {
    expect(await json('compare', iam('read.json'), iam('write.json'), '--with', iam('storage.json'))).toMatchObject({
      relation: 'second-more',
    });
    const bounded = [
      iam('all.json'),
      `aws-boundary:${at('storage.json')}`,
      `aws-scp/root:${at('all.json')}`,
      `aws-scp/unit:${at('read.json')}`,
    ];
    expect(await json('compare', ...bounded, '--with', iam('read.json'))).toMatchObject({ relation: 'equivalent' });
    expect(await stdout('compare', iam('all.json'), '--with', ...bounded)).toMatch(/allows more\n {2}\S+:\S+ on \S+\n$/u);
  });

  it.each([
    [['aws-iam:ALL'], 'input-invalid'],
    [['aws-iam:ALL', 'aws-iam:ALL', 'aws-iam:ALL'], 'input-invalid'],
    [['aws-iam:ALL', '--with', 'azure-role:ROLE'], 'artifact-unreadable'],
    [['azure-role:ROLE', 'aws-boundary:ROLE', '--with', 'azure-role:ROLE'], 'artifact-unreadable'],
    [['aws-iam/root:ALL', 'aws-iam:ALL'], 'input-invalid'],
    [['STAFF', 'nftables:STAFF', '--with', 'STAFF'], 'input-invalid'],
  ])('refuses %j as %s', async (args, code) => {
    const named = { STAFF: 'staff.yaml', ALL: 'all.json', ROLE: 'role.json' };
    const given = args.map((arg) => Object.entries(named).reduce((text, [word, file]) => text.replace(word, at(file)), arg));
    expect(await refusal('compare', ...given)).toMatchObject({ code });
  });
});
