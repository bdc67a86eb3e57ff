/** Google Cloud in the conformance suite. No engine of Google's is to be had: what it takes is checked by the classes of its API. */
import { cloudNetwork, turn } from './cloud-network.ts';
import { type Conformance, json, line, type Mutation } from './conformance.ts';
import { vendorModels } from './vendor-models.ts';
import { widerCases } from './wider-cases.ts';

type Rule = { [key: string]: any };

/** Changes the rules of one `policy/rule`, in both directions. */
const both = (id: string, change: (rule: Rule) => void) =>
  json((rules: Rule[]) => rules.filter(({ description }) => description === `shop/${id}`).forEach(change));
const without = (id: string, family: 'v4' | 'v6') =>
  json((rules: Rule[]) => {
    const kept = rules.filter(({ description, name }) => description !== `shop/${id}` || !name.includes(`-${family}-`));
    rules.splice(0, rules.length, ...kept);
  });
const first = (rules: Rule[], id: string): Rule => rules.find(({ description }) => description === `shop/${id}`)!;
const protocols = (rule: Rule): Rule => (rule['allowed'] ?? rule['denied'])[0];

const mutations: readonly Mutation[] = [
  ['another port', 'refuted', both('orders', (rule) => (protocols(rule)['ports'] = ['5433']))],
  ['a wider range of ports', 'refuted', both('high-ports', (rule) => (protocols(rule)['ports'] = ['8000-8100']))],
  ['a narrower range of ports', 'refuted', both('high-ports', (rule) => (protocols(rule)['ports'] = ['8001-8099']))],
  ['no ports', 'refuted', both('orders', (rule) => delete protocols(rule)['ports'])],
  ['UDP for TCP', 'refuted', both('orders', (rule) => (protocols(rule)['IPProtocol'] = 'udp'))],
  ['TCP by number', 'equivalent', both('orders', (rule) => (protocols(rule)['IPProtocol'] = '6'))],
  ['one protocol more', 'refuted', both('orders', (rule) => rule['allowed'].push({ IPProtocol: 'icmp' }))],
  ['every protocol', 'refuted', both('orders', (rule) => (rule['allowed'] = [{ IPProtocol: 'all' }]))],
  ['a claim of TCP alone', 'refuted', both('only-data', (rule) => (rule['denied'] = [{ IPProtocol: 'tcp' }]))],
  ['an allow that denies', 'refuted', both('admin', (rule) => ([rule['denied'], rule['allowed']] = [rule['allowed'], undefined]))],
  ['a deny that allows', 'refuted', both('no-telnet', (rule) => ([rule['allowed'], rule['denied']] = [rule['denied'], undefined]))],
  ['a lost allow', 'refuted', without('admin', 'v4')],
  ['a lost claim', 'refuted', without('only-data', 'v4')],
  ['a lost claim of IPv6', 'refuted', without('only-data', 'v6')],
  ['a lost deny', 'refuted', without('no-telnet', 'v6')],
  ['a rule that is disabled', 'refuted', both('no-telnet', (rule) => (rule['disabled'] = true))],
  ['a wider CIDR of sources', 'refuted', both('admin', (rule) => (rule['sourceRanges'] = ['10.1.0.98/31']))],
  ['a narrower CIDR of destinations', 'refuted', both('admin', (rule) => (rule['destinationRanges'] = ['10.2.0.0/25']))],
  [
    'any destination',
    'refuted',
    both('no-telnet', (rule) => (rule['destinationRanges'] = [rule['name'].includes('-v4-') ? '0.0.0.0/0' : '::/0'])),
  ],
  [
    'no destinations, which means another thing in each direction',
    'unreadable',
    both('no-telnet', (rule) => delete rule['destinationRanges']),
  ],
  ['a source more', 'refuted', both('names', (rule) => rule['sourceRanges'].push('10.9.0.0/16'))],
  ['an exception filled', 'refuted', both('orders', (rule) => rule['sourceRanges'].push('10.1.0.20/32'))],
  [
    'from and to swapped',
    'refuted',
    both('admin', (rule) => ([rule['sourceRanges'], rule['destinationRanges']] = [rule['destinationRanges'], rule['sourceRanges']])),
  ],
  ['a claim ahead of its allow', 'refuted', both('only-data', (rule) => (rule['priority'] = 1_500))],
  ['a deny behind everything, where nothing overlaps it', 'equivalent', both('no-telnet', (rule) => (rule['priority'] = 3_500))],
  ['a claim of its allow’s priority: a deny goes first', 'refuted', both('only-data', (rule) => (rule['priority'] = 2_000))],
  [
    'everything allowed first',
    'refuted',
    json((rules: Rule[]) => {
      for (const direction of ['INGRESS', 'EGRESS'])
        rules.push({
          name: `open-${direction}`,
          direction,
          priority: 0,
          sourceRanges: ['0.0.0.0/0'],
          destinationRanges: ['0.0.0.0/0'],
          allowed: [{ IPProtocol: 'all' }],
        });
    }),
  ],
  ['rules in another order', 'equivalent', json((rules: Rule[]) => turn(rules))],
  ['other priorities in the same order', 'equivalent', json((rules: Rule[]) => rules.forEach((rule) => (rule['priority'] += 7)))],
  [
    'a CIDR split in two',
    'equivalent',
    both(
      'admin',
      (rule) =>
        (rule['destinationRanges'] = ['10.2.0.0/24', '2001:db8:2::/64'].slice(0, 1).flatMap(() => ['10.2.0.0/25', '10.2.0.128/25'])),
    ),
  ],
  ['a range of ports split in two', 'equivalent', both('high-ports', (rule) => (protocols(rule)['ports'] = ['8000-8049', '8050-8099']))],
  ['logging', 'equivalent', both('admin', (rule) => (rule['logConfig'] = { enable: true }))],
  ['one direction alone', 'unreadable', json((rules: Rule[]) => rules.splice(rules.indexOf(first(rules, 'no-telnet')), 1))],
  ['a target tag', 'unreadable', both('admin', (rule) => (rule['targetTags'] = ['db']))],
  ['a source tag', 'unreadable', both('admin', (rule) => (rule['sourceTags'] = ['admin']))],
  ['a name that is there twice', 'unreadable', json((rules: Rule[]) => (rules[1]!['name'] = rules[0]!['name']))],
  ['both allowed and denied', 'unreadable', both('admin', (rule) => (rule['denied'] = rule['allowed']))],
  ['a key that means nothing here', 'unreadable', both('admin', (rule) => (rule['sourcePorts'] = ['1']))],
  ['a key that is there twice', 'unreadable', line(/"priority": 1000/, (found) => `${found}, ${found}`)],
  ['a protocol of its own', 'unreadable', both('admin', (rule) => (protocols(rule)['IPProtocol'] = 'tcpx'))],
  ['ports of ICMP', 'unreadable', both('admin', (rule) => (protocols(rule)['IPProtocol'] = 'icmp'))],
  ['a port beyond the last', 'unreadable', both('admin', (rule) => (protocols(rule)['ports'] = ['65536']))],
  ['host bits in a CIDR', 'unreadable', both('admin', (rule) => (rule['destinationRanges'] = ['10.2.0.1/24']))],
  ['an octal address', 'unreadable', both('admin', (rule) => (rule['sourceRanges'] = ['010.1.0.99/32']))],
  ['another direction', 'unreadable', both('admin', (rule) => (rule['direction'] = 'TRANSIT'))],
  ['text cut off', 'unreadable', (text) => text.slice(0, text.length / 2)],
];

export const gcpFirewall: Conformance = {
  target: 'gcp-firewall',
  file: 'firewall-rules.json',
  mutations,
  planted: cloudNetwork,
  cases: [cloudNetwork, ...widerCases],
  engine: vendorModels(line(/"priority"/, () => '"prioriti"')),
};
