/** The network that cloud targets are tried on beside the shared cases: three subnets, everything claimed, so that little is lost. */
import type { Inventory } from '../../../domain/context/inventory.ts';
import type { NetworkRule, Policy } from '../../../domain/policy/model.ts';
import { policyOf } from '../arbitrary.ts';
import { networkRule } from './cases.ts';
import type { ConformanceCase } from './conformance.ts';

const asset = (name: string, addresses: readonly string[], zone: string, rest: { services?: string[]; groups?: string[] } = {}) =>
  ({ name, addresses, zone, services: [], groups: [], owner: 'platform', criticality: 'high', ...rest }) as const;

const inventory: Inventory = {
  zones: [
    { name: 'app', cidrs: ['10.1.0.0/24', '2001:db8:1::/64'] },
    { name: 'data', cidrs: ['10.2.0.0/24', '2001:db8:2::/64'] },
    { name: 'guest', cidrs: ['10.9.0.0/16'] },
  ],
  assets: [
    asset('web-1', ['10.1.0.10', '2001:db8:1::10'], 'app', { services: ['web'] }),
    asset('web-2', ['10.1.0.11'], 'app', { services: ['web'] }),
    asset('batch', ['10.1.0.20'], 'app'),
    asset('db-1', ['10.2.0.5', '2001:db8:2::5'], 'data', { groups: ['orders'] }),
    asset('bastion', ['10.1.0.99'], 'app', { groups: ['admin'] }),
  ],
};

const rule = (
  id: string,
  effect: NetworkRule['effect'],
  match: Partial<NetworkRule['match']>,
  rest: Partial<NetworkRule> = {},
): NetworkRule => networkRule(id, match, { effect, ...rest });

const policy: Policy = policyOf('shop', [
  rule('web', 'allow', { from: 'any', to: 'service:web', service: 'tcp/443' }, { except: [{ from: 'zone:guest' }] }),
  rule('orders', 'allow', { from: 'zone:app', to: 'group:orders', service: 'tcp/5432' }, { except: [{ from: 'asset:batch' }] }),
  rule('admin', 'allow', { from: 'group:admin', to: 'zone:data', service: 'tcp/22' }),
  rule('high-ports', 'allow', { from: 'asset:batch', to: 'zone:data', service: 'tcp/8000-8099' }),
  rule('names', 'allow', { from: 'zone:app', to: '198.51.100.53', service: 'udp/53' }),
  rule('no-telnet', 'deny', { from: 'any', to: 'zone:app', service: 'tcp/23' }),
  rule('only-web', 'claim', { to: 'service:web' }),
  rule('only-data', 'claim', { to: 'zone:data' }),
  rule('data-stays', 'claim', { from: 'zone:data', to: 'zone:internet' }),
]);

export const cloudNetwork: ConformanceCase = { name: 'cloud-network', policies: [policy], inventory };

/** So many networks are allowed to so many services that no group holds them. */
export const tooManyNetworks: ConformanceCase = {
  name: 'too many networks',
  inventory,
  policies: [
    policyOf(
      'wide',
      Array.from({ length: 80 }, (_, index) =>
        rule(`r${index}`, 'allow', { from: `172.16.${index * 2}.0/24`, to: 'asset:db-1', service: `tcp/${5_000 + index * 2}` }),
      ),
    ),
  ],
};

/** More rules than one group of Azure's takes. */
export const tooManyRules: ConformanceCase = {
  name: 'too many rules',
  inventory,
  policies: [
    policyOf(
      'many',
      Array.from({ length: 501 }, (_, index) =>
        rule(`r${index}`, 'allow', { from: '172.16.0.0/24', to: 'asset:batch', service: `tcp/${index}` }),
      ),
    ),
  ],
};

/** Turns a list round in place. */
export function turn(list: unknown[]): void {
  list.splice(0, list.length, ...list.toReversed());
}
