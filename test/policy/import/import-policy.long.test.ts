/** What is in force becomes a policy that decides alike, and that compiles back to something proved equal. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decide, prepare } from '../../../domain/policy/decide.ts';
import { importPolicy, type ImportedPolicy } from '../../../domain/policy/import/importers.ts';
import type { Inventory } from '../../../domain/context/inventory.ts';
import { parsePolicyFile, printPolicyFile } from '../../../domain/policy/policy-file.ts';
import { prove } from '../../../domain/policy/prove.ts';
import { targets, type KnownTarget } from '../../../domain/policy/targets/index.ts';
import { validatePolicy } from '../../../domain/policy/validate.ts';
import { runs } from '../../law.ts';
import { policies, smallInventory } from '../arbitrary.ts';

const empty: Inventory = { assets: [], zones: [] };
const names = { policy: 'imported', title: 'Imported', owner: 'security' };

const bring = (from: string, text: string, inventory = empty): ImportedPolicy => importPolicy(from, text, inventory, names);

function compilesBack({ policy }: ImportedPolicy, target: KnownTarget, inventory = empty): void {
  const { artifact, losses } = targets[target].compile([policy], inventory);
  expect(prove([policy], inventory, artifact, losses)).toMatchObject({ equal: true });
}

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/firewalls/${name}`, import.meta.url), 'utf8');

describe('importing', () => {
  it.each([
    ['nftables', 'host.nft', 'nftables', 3],
    ['nftables', 'host.nft.json', 'nftables', 3],
    ['nftables', 'sample_nftables-mixed-icmp.nft', 'nftables', 0],
    ['iptables', 'sample_speedway.ipt', 'iptables', 1],
    ['cisco', 'sample_cisco_lab.acl', 'cisco-ios', 0],
    ['pf', 'sample_packetfilter.pf', 'nftables', 0],
  ] as const)('%s: %s decides as it did, and compiles back to %s', (from, file, target, unread) => {
    const imported = bring(from, fixture(file));
    expect(imported.difference).toBeUndefined();
    expect(imported.unread.length).toBe(unread);
    expect(imported.policy.rules.length).toBeGreaterThan(2);
    expect(validatePolicy(imported.policy, empty)).toEqual([]);
    expect(parsePolicyFile(printPolicyFile(imported.policy))).toEqual(imported.policy);
    compilesBack(imported, target);
  });

  it('reads the same out of a ruleset’s text and of its JSON', () => {
    const [text, json] = [bring('nftables', fixture('host.nft')), bring('nftables', fixture('host.nft.json'))];
    const unnamed = ({ policy }: ImportedPolicy) => policy.rules.map((rule) => ({ ...rule, id: '' }));
    expect(unnamed(json)).toEqual(unnamed(text));
  });

  it.each(['nftables', 'iptables', 'cisco-ios'] as const)('brings back what was compiled to %s: the policy decides as before', (target) => {
    const from = target === 'cisco-ios' ? 'cisco' : target;
    fc.assert(
      fc.property(policies(false), (list) => {
        const { artifact } = targets[target].compile(list, smallInventory);
        const texts = Object.values(artifact.files);
        const imported = texts.map((text) => importPolicy(from, text, smallInventory, names));
        for (const each of imported) {
          expect(each.unread).toEqual([]);
          expect(each.difference).toBeUndefined();
          compilesBack(each, target, smallInventory);
        }
      }),
      runs(8),
    );
  });

  it('names what the inventory has exactly, and prints addresses for the rest', () => {
    const text = '-P FORWARD DROP\n-A FORWARD -s 10.1.0.0/16 -d 10.2.0.10/31 -j ACCEPT\n-A FORWARD -s 10.1.0.0/17 -j ACCEPT\n';
    const inventory = {
      ...smallInventory,
      zones: [
        { name: 'office', cidrs: ['10.1.0.0/16'] },
        { name: 'servers', cidrs: ['10.2.0.0/16'] },
      ],
    };
    const { rules } = bring('iptables', text, inventory).policy;
    expect(rules.map((rule) => 'from' in rule.match && [rule.id, rule.match.from, rule.match.to])).toEqual([
      ['line-2', 'zone:office', '10.2.0.10/31'],
      ['line-3', '10.1.0.0/17', 'any'],
      ['rest', '0.0.0.0/0', 'any'],
    ]);
  });

  it('keeps the order of a first-match list: an allow ahead of a deny is its exception', () => {
    const text =
      '-P FORWARD ACCEPT\n-A FORWARD -s 10.1.0.5 -j ACCEPT\n-A FORWARD -s 10.1.0.0/16 -j DROP\n-A FORWARD -p tcp --dport 80 -j ACCEPT\n';
    const imported = bring('iptables', text);
    const decider = prepare([imported.policy], empty);
    const ask = (from: string, port: number) => decide(decider, { kind: 'network', from, to: '10.9.0.1', protocol: 'tcp', port }).decision;
    expect([ask('10.1.0.5', 22), ask('10.1.0.6', 22), ask('10.1.0.6', 80), ask('10.7.0.1', 80), ask('10.7.0.1', 22)]).toEqual([
      'allow',
      'deny',
      'deny',
      'allow',
      'not-applicable',
    ]);
    compilesBack(imported, 'iptables');
  });

  it('keeps times, source ports and states apart that a rule’s exceptions cannot tell', () => {
    const text = [
      '-P FORWARD DROP',
      '-A FORWARD -p tcp --sport 1:1023 --dport 22 -j ACCEPT',
      '-A FORWARD -m conntrack --ctstate INVALID -s 10.1.0.0/16 -j ACCEPT',
      '-A FORWARD -s 10.1.0.0/16 -m time --weekdays Sat,Sun --timestart 08:00:00 --timestop 17:59:59 -j DROP',
      '-A FORWARD -s 10.1.0.0/16 -j DROP',
      '-A FORWARD -p tcp --dport 22 -j ACCEPT',
    ].join('\n');
    const imported = bring('iptables', text);
    expect(imported).not.toHaveProperty('difference');
    expect(imported.unread).toEqual([]);
    compilesBack(imported, 'iptables');
  });

  it('says what becomes of a line that it leaves out', () => {
    const { unread } = bring('iptables', '-P INPUT DROP\n-A INPUT -i eth0 -j DROP\n-A INPUT -i lo -j ACCEPT\n');
    expect(unread.map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'a match on in-interface: more is allowed without it'],
      [3, 'a match on in-interface: less is allowed without it'],
    ]);
  });

  it('takes groups and tags of a cloud from the inventory, and tells those that it does not have', () => {
    const groups = (peer: string) =>
      JSON.stringify({
        SecurityGroups: [
          {
            GroupName: 'cardholder-db',
            GroupId: 'sg-1',
            VpcId: 'vpc-1',
            IpPermissions: [
              {
                IpProtocol: 'tcp',
                FromPort: 5432,
                ToPort: 5432,
                IpRanges: [],
                Ipv6Ranges: [],
                PrefixListIds: [],
                UserIdGroupPairs: [{ GroupName: peer, GroupId: peer }],
              },
            ],
            IpPermissionsEgress: [],
          },
        ],
      });
    expect(bring('aws-sg', groups('admin'), smallInventory)).toMatchObject({ unread: [] });
    expect(bring('aws-sg', groups('nobody'), smallInventory).unread.length).toBe(1);
  });

  it('reads access policies of AWS and Cedar', () => {
    const aws = JSON.stringify(
      {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::a/*' },
          { Effect: 'Deny', Action: '*', Resource: '*' },
        ],
      },
      null,
      1,
    );
    expect(bring('aws-iam', aws).policy.rules.map(({ id, effect }) => [id, effect])).toEqual([
      ['statement-0', 'allow'],
      ['statement-1', 'deny'],
      ['default', 'claim'],
    ]);
    const cedar = 'permit (principal, action == Action::"read", resource);\nforbid (principal, action, resource) when { context.x ++ 1 };';
    const imported = bring('cedar', cedar);
    expect(imported.policy.rules.map(({ effect }) => effect)).toEqual(['allow', 'claim']);
    expect(imported.unread).toMatchObject([{ line: 2 }]);
  });

  it('reads back the data of a Rego artifact', () => {
    const [list] = fc.sample(policies(true), { numRuns: 1, seed: 3 });
    const { artifact } = targets.rego.compile(list!, smallInventory);
    expect(bring('rego-data', artifact.files['data.json']!, smallInventory)).toMatchObject({ unread: [] });
  });

  it('knows what it can read', () => {
    expect(() => bring('nftable', '')).toThrow(expect.objectContaining({ code: 'input-invalid', help: 'did you mean `nftables`?' }));
    expect(() => bring('constructor', '')).toThrow(expect.objectContaining({ code: 'input-invalid' }));
  });
});
