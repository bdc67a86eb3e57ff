/** The tools for policies, as they are typed, on files of the test's own. None of them needs a server. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { typed } from '../in-process.ts';

const rules = {
  payments: "allow: { from: 'service:payments', to: 'zone:data', service: tcp/5432 }",
  gateway: "allow: { from: 'asset:pay-1', to: 'zone:data', service: tcp/5432 }",
  ssh: "allow: { from: 'zone:office', to: 'zone:data', service: tcp/22 }",
  nobody: "deny: { from: any, to: 'zone:data', service: tcp/22 }",
  only: "claim: { to: 'zone:data' }",
} as const;

function policy(...ids: readonly (keyof typeof rules)[]): string {
  const lines = ids.map((id) => `  - { id: ${id}, requirement: r1, network: { ${rules[id]} } }`);
  return ['policy: data', 'title: Data', 'owner: ann', 'requirements: [{ id: r1, text: Given. }]', 'rules:', ...lines, ''].join('\n');
}

function accessPolicy(principal: string): string {
  const rule = `{ id: read, requirement: r1, access: { allow: { principals: ['${principal}'], actions: [read], resources: ['document:*'] } } }`;
  return ['policy: docs', 'title: Docs', 'owner: ann', 'requirements: [{ id: r1, text: Given. }]', 'rules:', `  - ${rule}`, ''].join('\n');
}

const conn = [
  { ts: 1_794_000_000, uid: 'a', 'id.orig_h': '10.1.0.10', 'id.orig_p': 1, 'id.resp_h': '10.2.0.5', 'id.resp_p': 5432, proto: 'tcp' },
  { ts: 1_794_000_001, uid: 'b', 'id.orig_h': '10.4.0.17', 'id.orig_p': 1, 'id.resp_h': '10.2.0.5', 'id.resp_p': 22, proto: 'tcp' },
];
const s3 = (action: string) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'edict-policies-'));
  for (const [name, text] of Object.entries({
    'faulty.yaml': policy('payments', 'gateway', 'ssh', 'nobody', 'only'),
    'good.yaml': policy('payments', 'only'),
    'wider.yaml': policy('payments', 'ssh', 'only'),
    'assets.csv':
      'name,address,zone,services,groups,owner,criticality\npay-1,10.1.0.10,pay,payments,,ann,high\npay-2,10.1.0.11,pay,payments,,ann,high\ndb-1,10.2.0.5,data,,,ann,critical\nws-17,10.4.0.17,office,,,ann,low\n',
    'zones.csv': 'name,cidrs\npay,10.1.0.0/24\ndata,10.2.0.0/24\noffice,10.4.0.0/24\n',
    'conn.log': `${conn.map((line) => JSON.stringify(line)).join('\n')}\n`,
    'flows.txt':
      '2 123 eni-1 10.4.0.17 10.2.0.5 50000 22 6 5 300 1794000000 1794000060 ACCEPT OK\n2 123 eni-1 10.2.0.5 10.4.0.17 22 50000 6 5 300 1794000000 1794000060 ACCEPT OK\n',
    'staff.yaml': accessPolicy('user:*'),
    'ann.yaml': accessPolicy('user:ann'),
    'one.json': JSON.stringify(s3('s3:GetObject')),
    'all.json': JSON.stringify(s3('s3:*')),
  }))
    writeFileSync(at(name), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { edict, json, refusal } = typed('policy', (args) => [
  ...(args.includes('--assets') ? [] : ['--assets', at('assets.csv')]),
  '--zones',
  at('zones.csv'),
]);

describe('edict policy analyse', () => {
  it('tells faults with the rules that cover them and a request, and ends with 1 only when it is strict', async () => {
    const { code, stdout } = await edict('analyse', at('faulty.yaml'));
    expect(code).toBe(0);
    expect(stdout).toContain('shadowed  `data/ssh` never decides: `data/nobody` comes before it on all that it matches');
    expect(stdout).toContain('tcp/22 from 10.4.0.17 (ws-17) to 10.2.0.5 (db-1): deny (data/nobody)');
    expect(stdout).toContain('redundant  `data/gateway` changes nothing: `data/payments` decides the same without it');
    expect((await edict('analyse', at('faulty.yaml'), '--strict')).code).toBe(1);
    expect((await edict('analyse', at('good.yaml'), '--strict')).code).toBe(0);
  });

  it('lists ten of the names that no rule uses, and as JSON all of them', async () => {
    const assets = Array.from({ length: 60 }, (_, number) => `spare-${number},10.9.0.${number},pay,,,ann,low`);
    writeFileSync(at('many.csv'), ['name,address,zone,services,groups,owner,criticality', ...assets, ''].join('\n'));
    const { stdout } = await edict('analyse', at('staff.yaml'), '--assets', at('many.csv'));
    expect(stdout).toMatch(/^unused-object {2}no rule uses zone:pay, (?:[^,\n]+, ){9}… and 53 more: `--json`$/mu);
    const all = await json('analyse', at('staff.yaml'), '--assets', at('many.csv'));
    expect(all.findings).toHaveLength(63);
  });

  it('gives all of it as JSON', async () => {
    expect(await json('analyse', at('faulty.yaml'))).toMatchObject({
      rules: 5,
      counts: { shadowed: 1, redundant: 1, empty: 0 },
      findings: [
        { kind: 'shadowed', rule: 'data/ssh', rules: ['data/nobody'], droppable: true, witness: { decision: 'deny' } },
        { kind: 'redundant' },
        { object: 'zone:pay' },
      ],
      allows: { ipv4: { requests: '338228674560' }, ipv6: { requests: '0' } },
    });
  });

  it.each([
    ['analyse', ['/no/such.yaml'], 'input-invalid'],
    ['analyse', ['GOOD', '--most', 'many'], 'input-invalid'],
    ['compare', ['GOOD', 'cobol:GOOD'], 'target-unknown'],
    ['compare', ['GOOD', 'GOOD', '--unspoken', 'maybe'], 'input-invalid'],
    ['compare', ['GOOD', 'aws-iam:GOOD'], 'input-invalid'],
    ['whatif', ['GOOD', '--flows', 'GOOD', '--format', 'pcap'], 'input-invalid'],
    ['whatif', ['GOOD', '--asset', 'ws-18'], 'not-found'],
    ['optimise', ['GOOD', '--right-size'], 'input-invalid'],
    ['compile', ['GOOD', '--target', 'cobol'], 'target-unknown'],
    ['prove', ['GOOD', '--target', 'nftables', '--artifact', 'GOOD'], 'artifact-unreadable'],
  ])('%s refuses %j as %s', async (command, args, code) => {
    const named = args.map((arg) => arg.replace('GOOD', at('good.yaml')));
    expect(await refusal(command, ...named)).toMatchObject({ code });
  });
});

describe('edict policy compare', () => {
  it('says which of two policies allows more, with a request', async () => {
    const { stdout } = await edict('compare', at('good.yaml'), at('wider.yaml'));
    expect(stdout).toContain(`${at('wider.yaml')} allows more`);
    expect(stdout).toContain('tcp/22 from 10.4.0.17 (ws-17) to 10.2.0.5 (db-1)');
    expect(await json('compare', at('good.yaml'), at('good.yaml'))).toMatchObject({ relation: 'equivalent' });
  });

  it('compares what access they grant', async () => {
    const found = await json('compare', at('staff.yaml'), at('ann.yaml'));
    expect(found).toMatchObject({ relation: 'equivalent', access: [{ kind: 'access', relation: 'first-more', first: {} }] });
    expect((await edict('compare', at('staff.yaml'), at('ann.yaml'))).stdout).toContain('the first alone allows it');
  });

  it('compares access policies of a cloud', async () => {
    expect(await json('compare', `aws-iam:${at('one.json')}`, `aws-iam:${at('all.json')}`)).toMatchObject({ relation: 'second-more' });
  });
});

describe('edict policy compile and prove', () => {
  it('writes an artifact once, proves it, and refutes what was changed in it', async () => {
    const out = at('out');
    expect((await edict('compile', at('good.yaml'), '--target', 'nftables', '--out', out)).stdout).toContain('edict.nft');
    expect(await refusal('compile', at('good.yaml'), '--target', 'nftables', '--out', out)).toMatchObject({ code: 'input-invalid' });
    const proved = await edict('prove', at('good.yaml'), '--target', 'nftables', '--artifact', out);
    expect(proved).toMatchObject({ code: 0, stdout: expect.stringContaining('proved: the nftables artifact decides as the rules say') });
    const file = join(out, 'edict.nft');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('5432', '5433'));
    const refuted = await edict('prove', at('good.yaml'), '--target', 'nftables', '--artifact', out);
    expect(refuted).toMatchObject({ code: 1, stdout: expect.stringContaining('the nftables artifact says') });
    expect(await json('compare', at('good.yaml'), `nftables:${out}`)).toMatchObject({ relation: 'incomparable' });
  });

  it.each(['cedar', 'aws-iam', 'aws-scp', 'openfga', 'postgresql'])('proves what access rules become as %s', async (target) => {
    const proved = await edict('prove', at('staff.yaml'), '--target', target);
    expect(proved).toMatchObject({ code: 0, stdout: expect.stringContaining(`proved: the ${target} artifact decides as the rules say`) });
    expect(await json('compile', at('staff.yaml'), '--target', target)).toMatchObject({ artifact: { target }, leftOut: [] });
  });

  it('tells rules of other kinds than the target holds, and refuses where there is no other', async () => {
    const leftOut = ['docs/read'];
    expect(await json('compile', at('good.yaml'), at('staff.yaml'), '--target', 'nftables')).toMatchObject({ leftOut });
    for (const command of ['compile', 'prove'])
      expect(await refusal(command, at('staff.yaml'), '--target', 'nftables')).toMatchObject({
        code: 'input-invalid',
        message: '`nftables` holds network rules, and there are only access rules',
        expected: expect.stringContaining('cedar'),
      });
  });

  it('compares access rules with an artifact of theirs, and neither with what speaks of the network', async () => {
    await edict('compile', at('staff.yaml'), '--target', 'cedar', '--out', at('cedar'));
    const { stdout } = await edict('compare', at('ann.yaml'), `cedar:${at('cedar')}`);
    expect(stdout).toBe(`access: cedar:${at('cedar')} allows more\n  user:stranger read document:stranger: the second alone allows it\n`);
    await edict('compile', at('good.yaml'), '--target', 'nftables', '--out', at('nft'));
    expect(await refusal('compare', `nftables:${at('nft')}`, `cedar:${at('cedar')}`)).toMatchObject({ code: 'input-invalid' });
  });

  it('prints an artifact where no folder is named', async () => {
    expect((await edict('compile', at('good.yaml'), '--target', 'nftables')).stdout).toContain('table inet edict');
  });
});

describe('edict policy path', () => {
  it('is as meant where every point does its part, and names the point that does not', async () => {
    for (const [name, target] of [
      ['good', 'nftables'],
      ['wider', 'iptables'],
    ] as const)
      await edict('compile', at(`${name}.yaml`), '--target', target, '--out', at(`path-${name}`));
    const points = (wanted: readonly string[]) => wanted.flatMap((point) => ['--point', point.replace('AT', at('path-'))]);
    const both = ['segment=nftables:ATgood', 'host=iptables:ATwider'];
    expect(await edict('path', at('good.yaml'), ...points(both))).toMatchObject({ code: 0, stdout: expect.stringContaining('as meant') });
    const narrow = await edict('path', at('wider.yaml'), ...points(both));
    expect(narrow).toMatchObject({ code: 1, stdout: expect.stringContaining('blocked at segment: tcp/22 from 10.4.0.17 (ws-17)') });
    const leak = await edict('path', at('good.yaml'), ...points(['host=iptables:ATwider']));
    expect(leak).toMatchObject({ code: 1, stdout: expect.stringContaining('leak at host: tcp/22 from 10.4.0.17 (ws-17)') });
    expect(await refusal('path', at('good.yaml'), '--point', 'segment')).toMatchObject({ code: 'input-invalid' });
  });
});

describe('edict policy whatif', () => {
  it('replays what Zeek recorded, and says who would be cut off', async () => {
    const { stdout } = await edict('whatif', at('good.yaml'), '--before', at('wider.yaml'), '--flows', at('conn.log'), '--asset', 'ws-17');
    expect(stdout).toContain('1 would be cut off of ws-17');
    expect(stdout).toContain('critical  tcp/22 from 10.4.0.17 (ws-17) to 10.2.0.5 (db-1)');
    expect(stdout).toContain('lost:   ');
  });

  it('reads flow logs, without the answers', async () => {
    expect(await json('whatif', at('good.yaml'), '--flows', at('flows.txt'), '--format', 'vpc-flow')).toMatchObject({
      connections: 1,
      wouldBlock: { connections: 1, hosts: ['ws-17'] },
    });
  });
});

describe('edict policy optimise', () => {
  it('writes policies that mean the same and are free of faults', async () => {
    const out = at('optimised');
    const { stdout } = await edict('optimise', at('faulty.yaml'), '--out', out);
    expect(stdout).toContain('dropped');
    expect(stdout).toContain('proved equivalent');
    expect(existsSync(join(out, 'data.yaml'))).toBe(true);
    expect((await edict('analyse', out, '--strict')).code).toBe(0);
    expect(await json('compare', at('faulty.yaml'), out)).toMatchObject({ relation: 'equivalent' });
  });

  it('sizes grants by use', async () => {
    const { stdout } = await edict('optimise', at('wider.yaml'), '--right-size', '--flows', at('conn.log'));
    expect(stdout).toContain('0 grants of 2 never used in 2 flows; the proposal would cut off 0 of them');
  });
});
