/** Azure in the conformance suite. No engine of Azure's is to be had: what it takes is checked by the models of its API. */
import { cloudNetwork, tooManyRules, turn } from './cloud-network.ts';
import { type Conformance, json, line, type Mutation } from './conformance.ts';
import { vendorModels } from './vendor-models.ts';
import { widerCases } from './wider-cases.ts';

type Fields = { [key: string]: any };

const rulesOf = (template: Fields): Fields[] => template['resources'][0].properties.securityRules;
const edit = (change: (rules: Fields[]) => void) => json((template: Fields) => change(rulesOf(template)));

/** Changes the rules of one `policy/rule`, in both directions. */
const both = (id: string, change: (properties: Fields) => void) =>
  edit((rules) =>
    rules
      .map(({ properties }) => properties)
      .filter(({ description }) => description === `shop/${id}`)
      .forEach(change),
  );
const without = (id: string, family: 'v4' | 'v6') =>
  edit((rules) => {
    const kept = rules.filter(({ properties, name }) => properties.description !== `shop/${id}` || !name.includes(`-${family}-`));
    rules.splice(0, rules.length, ...kept);
  });

const mutations: readonly Mutation[] = [
  ['another port', 'refuted', both('orders', (rule) => (rule['destinationPortRanges'] = ['5433']))],
  ['a wider range of ports', 'refuted', both('high-ports', (rule) => (rule['destinationPortRanges'] = ['8000-8100']))],
  ['a narrower range of ports', 'refuted', both('high-ports', (rule) => (rule['destinationPortRanges'] = ['8001-8099']))],
  ['any port', 'refuted', both('orders', (rule) => (rule['destinationPortRanges'] = ['*']))],
  ['a source port', 'refuted', both('orders', (rule) => (rule['sourcePortRanges'] = ['1024-65535']))],
  ['UDP for TCP', 'refuted', both('orders', (rule) => (rule['protocol'] = 'Udp'))],
  ['any protocol: TCP and UDP of that port', 'refuted', both('orders', (rule) => (rule['protocol'] = '*'))],
  ['a claim of TCP alone', 'refuted', both('only-data', (rule) => (rule['protocol'] = 'Tcp'))],
  ['an allow that denies', 'refuted', both('admin', (rule) => (rule['access'] = 'Deny'))],
  ['a deny that allows', 'refuted', both('no-telnet', (rule) => (rule['access'] = 'Allow'))],
  ['a lost allow', 'refuted', without('admin', 'v4')],
  ['a lost claim', 'refuted', without('only-data', 'v4')],
  ['a lost claim of IPv6', 'refuted', without('only-data', 'v6')],
  ['a lost deny', 'refuted', without('no-telnet', 'v6')],
  ['a wider CIDR of sources', 'refuted', both('admin', (rule) => (rule['sourceAddressPrefixes'] = ['10.1.0.98/31']))],
  ['a narrower CIDR of destinations', 'refuted', both('admin', (rule) => (rule['destinationAddressPrefixes'] = ['10.2.0.0/25']))],
  ['any destination', 'refuted', both('no-telnet', (rule) => (rule['destinationAddressPrefixes'] = ['*']))],
  ['a source more', 'refuted', both('names', (rule) => rule['sourceAddressPrefixes'].push('10.9.0.0/16'))],
  ['an exception filled', 'refuted', both('orders', (rule) => rule['sourceAddressPrefixes'].push('10.1.0.20/32'))],
  ['one source in the singular, beside the others', 'refuted', both('admin', (rule) => (rule['sourceAddressPrefix'] = '10.9.0.0/16'))],
  [
    'from and to swapped',
    'refuted',
    both(
      'admin',
      (rule) =>
        ([rule['sourceAddressPrefixes'], rule['destinationAddressPrefixes']] = [
          rule['destinationAddressPrefixes'],
          rule['sourceAddressPrefixes'],
        ]),
    ),
  ],
  ['a claim ahead of its allow', 'refuted', both('only-data', (rule) => (rule['priority'] = rule['priority'] - 2_000))],
  [
    'an allow ahead of a deny',
    'refuted',
    both('web', (rule) => (rule['priority'] = rule['priority'] > 1_450 ? 150 : 151) && (rule['destinationPortRanges'] = ['22-443'])),
  ],
  [
    'everything allowed first',
    'refuted',
    edit((rules) => {
      for (const direction of ['Inbound', 'Outbound']) {
        const properties = {
          priority: 100,
          direction,
          access: 'Allow',
          protocol: '*',
          sourceAddressPrefix: '*',
          destinationAddressPrefix: '*',
          sourcePortRange: '*',
          destinationPortRange: '*',
        };
        rules.push({ name: 'open', properties });
      }
    }),
  ],
  ['rules in another order', 'equivalent', edit((rules) => turn(rules))],
  ['other priorities in the same order', 'equivalent', edit((rules) => rules.forEach(({ properties }) => (properties.priority += 1)))],
  ['a CIDR split in two', 'equivalent', both('admin', (rule) => (rule['destinationAddressPrefixes'] = ['10.2.0.0/25', '10.2.0.128/25']))],
  ['ports split in two', 'equivalent', both('high-ports', (rule) => (rule['destinationPortRanges'] = ['8000-8049', '8050-8099']))],
  ['a protocol in lower case', 'equivalent', both('orders', (rule) => (rule['protocol'] = 'tcp'))],
  ['one direction alone', 'unreadable', edit((rules) => rules.splice(0, 1))],
  ['a service tag', 'unreadable', both('admin', (rule) => (rule['sourceAddressPrefixes'] = ['VirtualNetwork']))],
  [
    'an application security group',
    'unreadable',
    both('admin', (rule) => (rule['sourceApplicationSecurityGroups'] = [{ id: '/asg/admin' }])),
  ],
  ['a priority that is there twice', 'unreadable', both('orders', (rule) => (rule['priority'] = 2_000))],
  ['a priority of the default rules', 'unreadable', both('admin', (rule) => (rule['priority'] = 65_000))],
  ['a key that means nothing here', 'unreadable', both('admin', (rule) => (rule['sourcePorts'] = ['1']))],
  ['a key that is there twice', 'unreadable', line(/"access": "Allow"/, (found) => `${found}, "access": "Deny"`)],
  ['a protocol of its own', 'unreadable', both('admin', (rule) => (rule['protocol'] = 'Sctp'))],
  ['ports of ESP', 'unreadable', both('admin', (rule) => (rule['protocol'] = 'Esp'))],
  ['no ports', 'unreadable', both('admin', (rule) => (rule['destinationPortRanges'] = []))],
  ['a port beyond the last', 'unreadable', both('admin', (rule) => (rule['destinationPortRanges'] = ['65536']))],
  ['host bits in a CIDR', 'unreadable', both('admin', (rule) => (rule['destinationAddressPrefixes'] = ['10.2.0.1/24']))],
  ['a second resource', 'unreadable', json((template: Fields) => template['resources'].push(template['resources'][0]))],
  ['text cut off', 'unreadable', (text) => text.slice(0, text.length / 2)],
];

export const azureNsg: Conformance = {
  target: 'azure-nsg',
  file: 'network-security-group.json',
  mutations,
  planted: cloudNetwork,
  cases: [cloudNetwork, ...widerCases],
  engine: vendorModels(line(/"Inbound"/, () => '"Inwards"')),
  tooLarge: { of: tooManyRules, says: /rules for one network security group/ },
};
