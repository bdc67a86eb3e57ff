/** One rule on many points of different kinds, each read back by its own reader: the segment's firewall, the cloud, the cluster, the host. */
import { describe, expect, it } from '@jest/globals';
import type { Inventory } from '../../domain/context/inventory.ts';
import { compose, type PathPoint } from '../../domain/policy/compose.ts';
import type { NetworkRule, Policy } from '../../domain/policy/model.ts';
import { targetOf } from '../../domain/policy/targets/index.ts';
import { policyOf } from './arbitrary.ts';

const asset = (name: string, address: string, zone: string, services: readonly string[] = []) => ({
  name,
  addresses: [address],
  zone,
  services: [...services],
  groups: [],
  owner: 'it',
  criticality: 'high' as const,
});

const inventory: Inventory = {
  assets: [asset('web-1', '10.3.0.10', 'dmz'), asset('pay-1', '10.1.0.10', 'apps', ['payments']), asset('db-1', '10.2.0.5', 'data')],
  zones: [
    { name: 'dmz', cidrs: ['10.3.0.0/24'] },
    { name: 'apps', cidrs: ['10.1.0.0/24'] },
    { name: 'data', cidrs: ['10.2.0.0/24'] },
  ],
};

const rule = (id: string, effect: NetworkRule['effect'], from: string, service: string): NetworkRule => ({
  kind: 'network',
  id,
  requirement: 'q1',
  effect,
  match: { from, to: 'zone:data', service },
});

const policy = (from: string): readonly Policy[] => [
  policyOf('data', [rule('in', 'allow', from, 'tcp/5432'), rule('rest', 'claim', 'any', 'any')]),
];

const meant = policy('service:payments');

const kinds = { segment: 'nftables', cloud: 'aws-security-group', cluster: 'kubernetes', host: 'iptables' } as const;
type Name = keyof typeof kinds;
const names: readonly Name[] = ['segment', 'cloud', 'cluster', 'host'];

/** Each point has its artifact of what is meant, or of what is given for it. */
const path = (otherwise: { readonly [name in Name]?: readonly Policy[] } = {}): readonly PathPoint[] =>
  names.map((name) => ({
    name,
    runs: targetOf(kinds[name]).compile(otherwise[name] ?? meant, inventory).artifact,
    unspoken: 'passes',
  }));

describe('one rule on a path of a firewall, a security group, a NetworkPolicy and a host', () => {
  it('is open exactly where the rule says so', () => {
    expect(compose(meant, path(), inventory)).toEqual({ asMeant: true, faults: [] });
  });

  it.each(names)('names %s where that one alone blocks', (name) => {
    const { asMeant, faults } = compose(meant, path({ [name]: policy('asset:web-1') }), inventory);
    expect(asMeant).toBe(false);
    expect(faults).toMatchObject([
      { kind: 'blocked', point: name, points: [name], request: { from: '10.1.0.10', protocol: 'tcp', port: 5432 } },
    ]);
    expect(faults[0]?.text).toContain(`should be open, and is blocked by ${name}`);
  });

  it.each(names)('does not leak where %s alone is too wide', (name) => {
    expect(compose(meant, path({ [name]: policy('zone:dmz') }), inventory).faults.filter(({ kind }) => kind === 'leak')).toEqual([]);
  });

  it('leaks where all of them are too wide, and names the one nearest to the destination', () => {
    const wide = policy('zone:apps');
    const { faults } = compose(meant, path({ segment: wide, cloud: wide, cluster: wide, host: wide }), inventory);
    expect(faults).toMatchObject([{ kind: 'leak', point: 'host', points: names }]);
    const one = compose(meant, path({ segment: wide, cloud: wide, host: wide }), inventory);
    expect(one).toEqual({ asMeant: true, faults: [] });
  });

  it('tells what blocks at one point and what at another apart', () => {
    const { faults } = compose(
      meant,
      path({ cloud: policy('asset:web-1'), host: [policyOf('data', [rule('rest', 'claim', 'any', 'any')])] }),
      inventory,
    );
    expect(faults).toMatchObject([{ kind: 'blocked', point: 'cloud', points: ['cloud', 'host'] }]);
  });
});
