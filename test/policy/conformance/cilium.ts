/** Cilium in the conformance suite. */
import { cloudNetwork, turn } from './cloud-network.ts';
import { type Conformance, json, line, type Mutation } from './conformance.ts';
import { validateCilium } from './vendor-models.ts';
import { widerCases } from './wider-cases.ts';
import { named, objects } from './kubernetes.ts';

type Fields = { [key: string]: any };

const edit = (name: string, change: (spec: Fields) => void) => objects((list) => change(named(list, name)['spec']));
const database = (change: (rules: Fields[]) => void) => edit('asset-db-1', ({ ingress }) => change(ingress));

/** Both rules of a port: by label and by address. */
const at = (rules: Fields[], port: string): Fields[] => rules.filter(({ toPorts }) => toPorts[0].ports[0].port === port);
const ports = (port: string, change: (entry: Fields) => void) =>
  database((rules) => at(rules, port).forEach(({ toPorts }) => change(toPorts[0].ports[0])));
const classes = (change: (list: Fields[]) => void) => json(({ Classes }: Fields) => change(Classes));

const mutations: readonly Mutation[] = [
  ['another port', 'refuted', ports('5432', (entry) => (entry['port'] = '5433'))],
  ['a wider range of ports', 'refuted', ports('8000', (entry) => (entry['endPort'] = 8100))],
  ['a narrower range of ports', 'refuted', ports('8000', (entry) => (entry['port'] = '8001'))],
  ['every port', 'refuted', ports('5432', (entry) => (entry['port'] = '0'))],
  ['no ports: every protocol', 'refuted', database((rules) => at(rules, '5432').forEach((rule) => delete rule['toPorts']))],
  ['UDP for TCP', 'refuted', ports('5432', (entry) => (entry['protocol'] = 'UDP'))],
  ['any protocol', 'refuted', ports('5432', (entry) => (entry['protocol'] = 'ANY'))],
  ['a protocol left out: any', 'refuted', ports('5432', (entry) => delete entry['protocol'])],
  ['an exception filled by address alone', 'unreadable', edit('service-web', ({ ingress }) => delete ingress[1].fromCIDRSet[0].except)],
  ['a peer more', 'refuted', database((rules) => at(rules, '22')[1]!['fromCIDRSet'].push({ cidr: '192.0.2.0/24' }))],
  [
    'a peer outside less',
    'refuted',
    edit('service-web', ({ ingress }) => (ingress[1].fromCIDRSet[0].except = ['10.9.0.0/16', '203.0.113.0/24'])),
  ],
  ['a rule less', 'refuted', database((rules) => rules.splice(0, 2))],
  ['everything let in', 'refuted', database((rules) => rules.push({ toPorts: [{ ports: [{ port: '0' }] }] }))],
  ['everybody let in', 'refuted', database((rules) => rules.push({ fromEntities: ['all'] }))],
  ['an allow that denies', 'refuted', edit('asset-db-1', (spec) => (spec['ingressDeny'] = spec['ingress'].splice(0, 2)))],
  [
    'a deny that allows',
    'refuted',
    edit('net-10.1.0.0-29', (spec) => ([spec['ingress'], spec['ingressDeny']] = [spec['ingressDeny'], undefined])),
  ],
  ['a deny less', 'refuted', edit('net-10.1.0.0-29', (spec) => delete spec['ingressDeny'])],
  ['ways out that are open', 'refuted', edit('asset-db-1', (spec) => delete spec['egressDeny'])],
  ['ways out that are closed', 'refuted', edit('asset-db-1', (spec) => (spec['egressDeny'] = [{}]))],
  ['a way that does not close', 'refuted', edit('asset-db-1', (spec) => (spec['enableDefaultDeny'].ingress = false))],
  ['a way that closes', 'refuted', edit('net-10.1.0.0-29', (spec) => (spec['enableDefaultDeny'].ingress = true))],
  ['ways that close by themselves', 'refuted', edit('net-10.1.0.0-29', (spec) => delete spec['enableDefaultDeny'])],
  ['an object less', 'refuted', objects((list) => list.splice(list.indexOf(named(list, 'asset-db-1')), 1))],
  [
    'another class of pods',
    'refuted',
    objects(
      (list) =>
        ([named(list, 'asset-db-1')['spec'].ingress, named(list, 'service-web')['spec'].ingress] = [
          named(list, 'service-web')['spec'].ingress,
          named(list, 'asset-db-1')['spec'].ingress,
        ]),
    ),
  ],
  [
    'a class that no rule speaks of, of other addresses',
    'equivalent',
    classes((list) => (list.find((each) => each['Class'] === 'zone-guest')!['Addresses'] = ['10.9.0.0/17'])),
    'classes.json',
  ],
  ['a rule that matches nothing', 'equivalent', database((rules) => rules.push({}))],
  ['rules in another order', 'equivalent', database((rules) => turn(rules))],
  ['objects in another order', 'equivalent', objects((list) => turn(list))],
  ['a rule said twice', 'equivalent', database((rules) => rules.push(rules[0]!))],
  [
    'a CIDR split in two',
    'equivalent',
    database((rules) =>
      at(rules, '5432')[1]!['fromCIDRSet'].splice(-1, 1, { cidr: '2001:db8:1::/65' }, { cidr: '2001:db8:1:0:8000::/65' }),
    ),
  ],
  [
    'CIDRs without exceptions in their own list',
    'equivalent',
    database((rules) => Object.assign(at(rules, '22')[1]!, { fromCIDR: ['10.1.0.99/32'], fromCIDRSet: undefined })),
  ],
  ['a peer by address alone', 'unreadable', database((rules) => rules.splice(rules.indexOf(at(rules, '22')[0]!), 1))],
  ['a peer by label alone', 'unreadable', database((rules) => rules.splice(rules.indexOf(at(rules, '22')[1]!), 1))],
  [
    'a label more',
    'unreadable',
    database((rules) => at(rules, '22')[0]!['fromEndpoints'][0].matchExpressions[0].values.push('service-web')),
  ],
  ['a CIDR of a pod', 'unreadable', database((rules) => at(rules, '22')[1]!['fromCIDRSet'].push({ cidr: '10.1.0.10/32' }))],
  ['every pod', 'unreadable', edit('asset-db-1', (spec) => (spec['endpointSelector'] = {}))],
  ['rules of layer 7', 'unreadable', database((rules) => (at(rules, '5432')[0]!['toPorts'][0].rules = { http: [] }))],
  ['an entity', 'unreadable', edit('net-10.1.0.0-29', ({ ingressDeny }) => (ingressDeny[0].fromEntities = ['world']))],
  ['names of the outside', 'unreadable', edit('asset-db-1', ({ egressDeny }) => (egressDeny[0].toFQDNs = [{ matchName: 'x' }]))],
  ['a protocol of its own', 'unreadable', ports('22', (entry) => (entry['protocol'] = 'TCPX'))],
  ['a port as a number', 'unreadable', ports('22', (entry) => (entry['port'] = 22))],
  ['a port beyond the last', 'unreadable', ports('22', (entry) => (entry['port'] = '65536'))],
  ['a key that is misspelt', 'unreadable', edit('asset-db-1', (spec) => (spec['ingresDeny'] = []))],
  ['a key that is there twice', 'unreadable', line(/kind: CiliumNetworkPolicy\n/, (found) => `${found}${found}`)],
  ['another kind', 'unreadable', line(/kind: CiliumNetworkPolicy/, () => 'kind: CiliumClusterwideNetworkPolicy')],
  ['classes that share addresses', 'unreadable', classes((list) => list[0]!['Addresses'].push('10.9.0.1')), 'classes.json'],
];

export const cilium: Conformance = {
  target: 'cilium',
  file: 'cilium-network-policies.yaml',
  mutations,
  planted: cloudNetwork,
  cases: [cloudNetwork, ...widerCases],
  engine: { needs: [], validate: validateCilium, spoil: line(/protocol: TCP/, () => 'protocol: TCPX') },
};
