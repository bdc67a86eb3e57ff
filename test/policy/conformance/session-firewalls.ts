/** What session-based firewalls have words for, and what they have none for: cases of their own, each with a golden for each of them. */
import { policyOf, smallInventory } from '../arbitrary.ts';
import { networkRule } from './cases.ts';
import type { ConformanceCase } from './conformance.ts';

export const sessionCases: readonly ConformanceCase[] = [
  {
    name: 'services-of-every-kind',
    inventory: smallInventory,
    policies: [
      policyOf('services', [
        networkRule('answers-of-dns', { from: 'zone:servers', service: 'udp/53', sourcePorts: '1024-65535' }, { effect: 'allow' }),
        networkRule('pings', { to: 'zone:servers', service: 'icmp/8,icmpv6/128' }, { effect: 'allow' }),
        networkRule('too-big', { service: 'icmp/3/4,icmpv6/2/0' }, { effect: 'allow' }),
        networkRule('tunnels', { from: 'asset:bastion', service: 'gre,esp,ah,proto/50,proto/97' }, { effect: 'allow' }),
        networkRule('signalling', { from: '10.0.0.0/8', to: '10.0.0.0/8', service: 'sctp' }, { effect: 'allow' }),
        networkRule('no-low-ports', { from: 'zone:internet', service: 'any', sourcePorts: '0-1023,65535' }),
        networkRule('servers', { to: 'zone:servers' }, { effect: 'claim', except: [{ service: 'tcp/443' }, { service: 'udp/443' }] }),
      ]),
    ],
  },
  {
    name: 'beyond-a-session',
    inventory: smallInventory,
    policies: [
      policyOf('beyond', [
        networkRule('ssh-to-the-device', { from: 'group:admin', service: 'tcp/22', direction: 'in' }, { effect: 'allow' }),
        networkRule('answers', { state: ['established', 'related'] }, { effect: 'allow' }),
        networkRule('no-invalid', { service: 'tcp', state: ['invalid'] }),
        networkRule('no-answers-to-guests', { to: '10.9.0.0/16', state: ['established'] }),
        networkRule('diameter', { to: 'zone:servers', service: 'dccp/5000-5010,tcp/3868' }, { effect: 'allow' }),
        networkRule('web', { to: 'service:web', service: 'tcp/443' }, { effect: 'allow' }),
        networkRule('servers', { to: 'zone:servers' }, { effect: 'claim' }),
      ]),
    ],
  },
  {
    name: 'nothing-else-at-night',
    inventory: smallInventory,
    policies: [
      policyOf('night', [
        networkRule(
          'web',
          { to: 'service:web', service: 'tcp/443' },
          { effect: 'allow', except: [{ during: 'daily 23:30-00:15 Europe/Zurich' }] },
        ),
        networkRule(
          'backups',
          { from: 'zone:servers', to: '10.2.0.4-10.2.0.11', service: 'tcp/873' },
          { effect: 'allow', except: [{ during: 'Mon-Fri 06:00-22:00 Europe/Zurich' }] },
        ),
        networkRule('all', {}, { effect: 'claim' }),
      ]),
    ],
  },
];
