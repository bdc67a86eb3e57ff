/** Cases of network rules for targets that look at packets: source ports, further protocols, types of ICMP; states, directions. */
import type { NetworkRule } from '../../../domain/policy/model.ts';
import { policyOf, smallInventory } from '../arbitrary.ts';
import type { ConformanceCase } from './conformance.ts';

const rule = (id: string, effect: NetworkRule['effect'], match: Partial<NetworkRule['match']>): NetworkRule => ({
  kind: 'network',
  id,
  requirement: 'q1',
  effect,
  match: { from: 'any', to: 'any', service: 'any', ...match },
});

const caseOf = (name: string, rules: readonly NetworkRule[]): ConformanceCase => ({
  name,
  policies: [policyOf('p', rules)],
  inventory: smallInventory,
});

export const widerCases: readonly ConformanceCase[] = [
  caseOf('ports-and-protocols', [
    rule('a', 'allow', { from: 'zone:office', to: 'zone:servers', service: 'tcp/443', sourcePorts: '1024-65535' }),
    rule('b', 'deny', { service: 'sctp/2905' }),
    rule('c', 'claim', { to: 'zone:servers' }),
    rule('d', 'allow', { service: 'icmp/8' }),
    rule('e', 'deny', { service: 'icmpv6/135' }),
    rule('f', 'allow', { to: 'zone:servers', service: 'esp' }),
    rule('g', 'deny', { to: 'zone:office', service: 'dccp/5' }),
    rule('h', 'allow', { to: 'zone:office', service: 'udplite/5' }),
    rule('i', 'deny', { from: 'zone:office', service: 'icmp/3/4' }),
    rule('j', 'deny', { to: 'zone:office', service: 'udp', sourcePorts: '53' }),
  ]),
  caseOf('states', [
    rule('a', 'allow', { from: 'zone:office', to: 'zone:servers', service: 'tcp/443' }),
    rule('b', 'allow', { state: ['established', 'related'] }),
    rule('c', 'deny', { state: ['invalid'] }),
    rule('d', 'claim', { to: 'zone:servers' }),
  ]),
  caseOf('directions', [
    rule('a', 'allow', { from: 'zone:office', to: 'zone:servers', service: 'tcp/443', direction: 'in' }),
    rule('b', 'claim', { to: 'zone:servers' }),
  ]),
];
