import { describe, expect, it } from '@jest/globals';
import type { NetworkRequest } from '../../../../domain/policy/model.ts';
import { prove } from '../../../../domain/policy/prove.ts';
import { readCheckPointLayer } from '../../../../domain/policy/targets/check-point/read.ts';
import { checkPointTarget } from '../../../../domain/policy/targets/check-point/target.ts';
import type { ReadOptions } from '../../../../domain/policy/targets/rulebase-reading/reading.ts';
import { policyOf, smallInventory } from '../../arbitrary.ts';
import { networkRule } from '../../conformance/cases.ts';
import { decideRead } from '../../read-decision.ts';

const tcp = (from: string, to: string, port: number, rest: Partial<NetworkRequest> = {}): NetworkRequest => ({
  kind: 'network',
  from,
  to,
  protocol: 'tcp',
  port,
  ...rest,
});

const any = '97aeb369-9aea-11d5-bd16-0090272ccb30';
const object = (uid: string, type: string, rest: object = {}) => ({
  uid,
  name: `name of ${uid}`,
  type,
  domain: { name: 'SMC User' },
  ...rest,
});
const rule = (number: number, rest: object = {}) => ({
  uid: `rule-${number}`,
  type: 'access-rule',
  'rule-number': number,
  enabled: true,
  source: [any],
  'source-negate': false,
  destination: [any],
  'destination-negate': false,
  service: [any],
  'service-negate': false,
  vpn: [any],
  time: [any],
  content: [any],
  'content-negate': false,
  'content-direction': 'any',
  'install-on': ['targets'],
  action: 'accept',
  track: { type: 'none' },
  ...rest,
});

/** As the server answers `show-access-rulebase`: references by uid, sections, a dictionary. */
const answer = (rules: readonly object[], more: readonly object[] = []) =>
  JSON.stringify(
    {
      uid: 'layer-1',
      name: 'Network',
      rulebase: rules,
      'objects-dictionary': [
        { uid: any, name: 'Any', type: 'CpmiAnyObject' },
        { uid: 'targets', name: 'Policy Targets', type: 'Global' },
        { uid: 'accept', name: 'Accept', type: 'RulebaseAction' },
        { uid: 'drop', name: 'Drop', type: 'RulebaseAction' },
        object('office', 'network', { subnet4: '10.1.0.0', 'mask-length4': 16, subnet6: '2001:db8:1::', 'mask-length6': 48 }),
        object('db', 'host', { 'ipv4-address': '10.2.0.5' }),
        object('pool', 'address-range', { 'ipv4-address-first': '10.2.0.10', 'ipv4-address-last': '10.2.0.20' }),
        object('servers', 'group', { members: ['db', { uid: 'pool', name: 'name of pool' }] }),
        object('https', 'service-tcp', { port: '443', protocol: '' }),
        object('high', 'service-udp', { port: '>1023', 'source-port': '<1024' }),
        object('web', 'service-group', { members: ['https', 'high'] }),
        object('zone', 'security-zone'),
        ...more,
      ],
    },
    null,
    1,
  );

const read = (text: string, options: ReadOptions = {}) => readCheckPointLayer(text, 'layer.json', options);

describe("a management server's answer", () => {
  const { rules, unread } = read(
    answer([
      rule(1, { enabled: false, action: 'drop' }),
      {
        type: 'access-section',
        name: 'servers',
        rulebase: [
          rule(2, { source: ['office'], destination: ['servers'], service: ['web'] }),
          rule(3, { destination: ['servers'], action: 'drop' }),
        ],
      },
      rule(4, { source: ['office'], 'source-negate': true, service: ['https'], 'service-negate': true }),
    ]),
  );

  it.each([
    ['a host of a group', tcp('10.1.0.1', '10.2.0.5', 443), 'allow'],
    ['a range of a group', tcp('10.1.0.1', '10.2.0.20', 443), 'allow'],
    ['ports above and source ports below', tcp('10.1.0.1', '10.2.0.5', 1024, { protocol: 'udp', sourcePort: 1023 }), 'allow'],
    ['ports that are just not above', tcp('10.1.0.1', '10.2.0.5', 1023, { protocol: 'udp', sourcePort: 1023 }), 'deny'],
    ['a later rule', tcp('10.9.0.1', '10.2.0.5', 443), 'deny'],
    ['sources and services that are turned around', tcp('10.9.0.1', '10.9.0.2', 22), 'allow'],
    ['the service that is left out', tcp('10.9.0.1', '10.9.0.2', 443), 'deny'],
    ['the source that is left out, in IPv6', tcp('2001:db8:1::1', '2001:db8:9::1', 22), 'deny'],
    ['IPv6', tcp('2001:db8:9::2', '2001:db8:9::1', 22), 'allow'],
  ] as const)('is read: %s', (_, request, decision) => {
    expect(unread).toEqual([]);
    expect(decideRead(rules, request)).toBe(decision);
  });

  it.each([
    ['a zone', rule(1, { source: ['zone'] })],
    ['a VPN', rule(1, { vpn: ['office'] })],
    ['some gateways', rule(1, { 'install-on': ['office'] })],
    ['another layer below', rule(1, { action: 'Apply Layer', 'inline-layer': 'x' })],
    ['a time of no zone', rule(1, { time: ['office'] })],
    ['a field that nobody knows', rule(1, { mood: 'good' })],
    ['no source at all', rule(1, { source: [] })],
  ])('is refused for %s, and gone on without where somebody asks for that', (_, odd) => {
    const text = answer([odd, rule(2)]);
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'artifact-unreadable', where: expect.stringMatching(/^layer\.json:[1-9]/) }),
    );
    const lenient = read(text, { isLenient: true });
    expect(lenient.unread).toMatchObject([{ text: 'rule 1' }]);
    expect(lenient.rules.filter(({ where }) => where !== undefined)).toHaveLength(1);
  });
});

it('keeps apart what the inventory calls alike but for a mark that no name of an object may hold', () => {
  const named = (name: string, address: string) => ({ ...smallInventory.assets[0]!, name, addresses: [address] });
  const inventory = { zones: [], assets: [named('web-1', '10.1.0.1'), named('web_1', '10.1.0.2'), named('host', '10.1.0.3')] };
  const rules = inventory.assets.map(({ name }, at) =>
    networkRule(`to-${at}`, { to: `asset:${name}`, service: `tcp/${at + 1}` }, { effect: 'allow' }),
  );
  const policies = [policyOf('p', rules)];
  const { artifact, losses } = checkPointTarget.compile(policies, inventory);
  expect(prove(policies, inventory, artifact, losses)).toMatchObject({ equal: true });
  const calls = JSON.parse(artifact.files['edict.json']!).calls as readonly {
    readonly command: string;
    readonly body: { readonly name: string };
  }[];
  const objects = calls.filter(({ command }) => !command.startsWith('add-access-')).map(({ body }) => body.name);
  expect(new Set(objects).size).toBe(objects.length);
  for (const name of objects) expect(name).not.toContain('-');
});
