/** Random policies, inventories and requests that meet: few hosts, few ports, both families, so that rules overlap. */
import * as fc from 'fast-check';
import type { Inventory } from '../../domain/context/inventory.ts';
import type { ConnectionState } from '../../domain/policy/request/flow.ts';
import type { NetworkMatch, NetworkRequest, NetworkRule, Policy, RuleExcept } from '../../domain/policy/model.ts';

export const smallInventory: Inventory = {
  zones: [
    { name: 'office', cidrs: ['10.1.0.0/16', '2001:db8:1::/48'] },
    { name: 'servers', cidrs: ['10.2.0.0/16', '2001:db8:2::/48'] },
    { name: 'dmz', cidrs: [] },
  ],
  assets: [
    asset('pay-1', ['10.2.0.10', '2001:db8:2::10'], { services: ['payments'] }),
    asset('pay-2', ['10.2.0.11'], { services: ['payments', 'web'] }),
    asset('db-1', ['10.2.0.5', '2001:db8:2::5'], { groups: ['cardholder-db'] }),
    asset('bastion', ['192.0.2.10', '2001:db8:9::10'], { zone: 'dmz', services: ['ssh'], groups: ['admin'] }),
    asset('ws-17', ['10.1.0.17'], { zone: 'office', groups: ['admin'] }),
  ],
};

function asset(
  name: string,
  addresses: readonly string[],
  rest: { readonly zone?: string; readonly services?: readonly string[]; readonly groups?: readonly string[] },
): Inventory['assets'][number] {
  return { name, addresses, zone: 'servers', services: [], groups: [], owner: 'platform', criticality: 'high', ...rest };
}

const selector = fc.constantFrom(
  'any',
  'any',
  'zone:office',
  'zone:servers',
  'zone:dmz',
  'zone:internet',
  'service:payments',
  'service:web',
  'service:ssh',
  'group:cardholder-db',
  'group:admin',
  'asset:pay-1',
  'asset:ws-17',
  '10.0.0.0/8',
  '0.0.0.0/0',
  '::/0',
  '10.2.0.5',
  '10.2.0.4-10.2.0.11',
  '2001:db8:2::/64',
  '2001:db8:2::5-2001:db8:2::f',
  '128.0.0.0/1',
  '255.255.255.255',
);
const service = fc.constantFrom(
  'any',
  'tcp',
  'udp',
  'icmp',
  'tcp/22',
  'tcp/5432',
  'tcp/20-25',
  'udp/53',
  'tcp/0',
  'tcp/65535',
  'tcp/1-65535',
  'udp/0-1023',
  'tcp/5000-6000',
);
const window = fc.constantFrom(
  'Sun 02:00-06:00 Europe/Zurich',
  'Mon-Fri 08:00-18:00 Europe/Zurich',
  'Sun 22:00-04:00 Europe/Zurich',
  'Fri-Mon 00:00-24:00 Europe/Zurich',
  'daily 23:30-00:15 Europe/Zurich',
);

function excepts(timed: boolean): fc.Arbitrary<readonly RuleExcept[]> {
  const always = fc.record({ from: selector, to: selector, service }, { requiredKeys: [] });
  const during = fc.record({ from: selector, to: selector, service, during: window }, { requiredKeys: [] });
  const one: fc.Arbitrary<RuleExcept> = timed ? fc.oneof(always, during) : always;
  return fc.array(
    one.filter((except) => Object.keys(except).length > 0),
    { maxLength: 3 },
  );
}

const plainMatch: fc.Arbitrary<NetworkMatch> = fc.record({ from: selector, to: selector, service });

/** Of these, some say source ports of what has none; they are left out. */
const fullMatch: fc.Arbitrary<NetworkMatch> = fc
  .record(
    {
      from: selector,
      to: selector,
      service: fc.oneof(
        service,
        fc.constantFrom(
          'icmp/8',
          'icmp/3/4',
          'icmpv6/135',
          'icmpv6',
          'sctp',
          'sctp/20-25',
          'esp',
          'proto/47',
          'proto/6',
          'tcp/22,udp/53,icmp',
          'udplite/53,proto/50',
        ),
      ),
      sourcePorts: fc.constantFrom('1024-65535', '53', '0-1023,2000', '0-65535'),
      direction: fc.constantFrom('in' as const, 'out' as const, 'forward' as const),
      state: fc.constantFrom<readonly ConnectionState[]>(['new'], ['established', 'related'], ['new', 'established'], ['invalid']),
    },
    { requiredKeys: ['from', 'to', 'service'] },
  )
  .map(({ sourcePorts, ...match }) =>
    sourcePorts === undefined || /icmp|esp|proto\/(47|50)/.test(match.service) ? match : { ...match, sourcePorts },
  );

function rules(timed: boolean, match: fc.Arbitrary<NetworkMatch>): fc.Arbitrary<readonly NetworkRule[]> {
  const rule = fc.record({
    effect: fc.constantFrom('allow' as const, 'deny' as const, 'claim' as const),
    match,
    except: excepts(timed),
  });
  return fc
    .array(rule, { maxLength: 7 })
    .map((list) => list.map((each, index): NetworkRule => ({ ...each, kind: 'network', id: `r${index}`, requirement: 'q1' })));
}

export function policyOf(name: string, list: readonly NetworkRule[]): Policy {
  return {
    policy: name,
    title: name,
    owner: 'security',
    controls: [],
    requirements: [{ id: 'q1', text: 'Given.' }],
    rules: list,
    questions: [],
    tests: [],
  };
}

/** One or two policies in force together, that speak of addresses and services alone. */
export function policies(timed: boolean): fc.Arbitrary<readonly Policy[]> {
  return policiesOf(timed, plainMatch);
}

/** Those that speak of source ports, directions and states too, and of every kind of service. */
export function fullPolicies(timed: boolean): fc.Arbitrary<readonly Policy[]> {
  return policiesOf(timed, fullMatch);
}

function policiesOf(timed: boolean, match: fc.Arbitrary<NetworkMatch>): fc.Arbitrary<readonly Policy[]> {
  return fc
    .tuple(rules(timed, match), rules(timed, match), fc.boolean())
    .map(([first, second, both]) => (both ? [policyOf('one', first), policyOf('two', second)] : [policyOf('one', first)]));
}

const ipv4 = fc.constantFrom(
  '10.2.0.10',
  '10.2.0.11',
  '10.2.0.5',
  '10.2.0.4',
  '10.2.0.12',
  '10.1.0.17',
  '10.1.255.255',
  '10.3.0.0',
  '192.0.2.10',
  '198.51.100.7',
  '0.0.0.0',
  '127.255.255.255',
  '128.0.0.0',
  '255.255.255.255',
);
const ipv6 = fc.constantFrom(
  '2001:db8:2::10',
  '2001:db8:2::5',
  '2001:db8:2::4',
  '2001:db8:2::1:0',
  '2001:db8:1::1',
  '2001:db8:9::10',
  '::',
  '2001:db8:2:1::',
  'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
);
const port = fc.constantFrom(0, 1, 19, 20, 22, 25, 26, 53, 1023, 1024, 5432, 6000, 6001, 65534, 65535);
const at = fc.constantFrom(
  '2026-11-29T01:00:00Z',
  '2026-11-29T04:59:59Z',
  '2026-11-29T05:00:00Z',
  '2026-11-25T12:00:00+01:00',
  '2026-11-27T23:00:00Z',
  '2026-07-05T00:00:00Z',
  '2026-10-25T00:30:00Z',
  '2026-10-25T01:30:00Z',
  '2026-11-29T22:30:00Z',
  '2026-11-30T02:59:00Z',
);

export function request(timed: boolean): fc.Arbitrary<NetworkRequest> {
  const addresses = fc.oneof(fc.tuple(ipv4, ipv4), fc.tuple(ipv6, ipv6));
  return fc
    .record({
      addresses,
      protocol: fc.constantFrom('tcp' as const, 'tcp' as const, 'udp' as const, 'icmp' as const, 'other' as const),
      port,
      at: timed ? fc.option(at, { nil: undefined }) : fc.constant(undefined),
    })
    .map(({ addresses: [from, to], protocol, port: number, at: instant }) => ({
      kind: 'network',
      from,
      to,
      protocol,
      port: protocol === 'tcp' || protocol === 'udp' ? number : 0,
      ...(instant === undefined ? {} : { at: instant }),
    }));
}

/** Requests that tell some of what full policies ask for. */
export function fullRequest(timed: boolean): fc.Arbitrary<NetworkRequest> {
  const more = fc.record(
    {
      sourcePort: fc.constantFrom(0, 53, 1023, 1024, 2000, 65_535),
      direction: fc.constantFrom('in' as const, 'out' as const, 'forward' as const),
      state: fc.constantFrom('new' as const, 'established' as const, 'related' as const, 'invalid' as const),
    },
    { requiredKeys: [] },
  );
  const icmp = fc.record({ icmpType: fc.constantFrom(0, 3, 8, 128, 135), icmpCode: fc.constantFrom(0, 4, 255) }, { requiredKeys: [] });
  const protocol = fc.constantFrom('sctp' as const, 'udplite' as const, 'esp' as const, 'proto/47' as const, 'icmp' as const);
  return fc.tuple(request(timed), more, icmp, fc.option(protocol, { nil: undefined })).map(([plain, told, message, other]) => {
    const base = other === undefined ? plain : { ...plain, protocol: other, port: other === 'sctp' || other === 'udplite' ? 22 : 0 };
    return { ...base, ...told, ...(base.protocol === 'icmp' ? message : {}) };
  });
}
