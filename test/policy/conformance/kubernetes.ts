/** Kubernetes in the conformance suite. */
import { parseAllDocuments, stringify } from 'yaml';
import { cloudNetwork, turn } from './cloud-network.ts';
import { type Conformance, line, type Mutation } from './conformance.ts';
import { decideTraffic, validatePolicies } from './cyclonus.ts';
import { widerCases } from './wider-cases.ts';

type Fields = { [key: string]: any };

/** A change of the objects of a stream, in place. */
export const objects =
  (change: (list: Fields[]) => void) =>
  (text: string): string => {
    const list = parseAllDocuments(text).map((document) => document.toJS() as Fields);
    change(list);
    return list.map((each) => stringify(each)).join('---\n');
  };
export const named = (list: Fields[], name: string): Fields => list.find(({ metadata }) => metadata.name === `edict-${name}`)!;

const edit = (name: string, change: (spec: Fields, object: Fields) => void) =>
  objects((list) => change(named(list, name)['spec'], named(list, name)));
const database = (change: (rules: Fields[]) => void) => edit('asset-db-1-ingress', ({ ingress }) => change(ingress));
const drop = (name: string) => objects((list) => list.splice(list.indexOf(named(list, name)), 1));
const port = (rules: Fields[], number: number): Fields => rules.find(({ ports }) => ports[0].port === number)!;

const mutations: readonly Mutation[] = [
  ['another port', 'refuted', database((rules) => (port(rules, 5432)['ports'][0].port = 5433))],
  ['a wider range of ports', 'refuted', database((rules) => (port(rules, 8000)['ports'][0].endPort = 8100))],
  ['a narrower range of ports', 'refuted', database((rules) => (port(rules, 8000)['ports'][0].port = 8001))],
  ['no end of a range', 'refuted', database((rules) => delete port(rules, 8000)['ports'][0].endPort)],
  ['every port', 'refuted', database((rules) => delete port(rules, 5432)['ports'][0].port)],
  ['no ports: every protocol', 'refuted', database((rules) => delete port(rules, 5432)['ports'])],
  ['UDP for TCP', 'refuted', database((rules) => (port(rules, 5432)['ports'][0].protocol = 'UDP'))],
  ['SCTP too', 'refuted', database((rules) => port(rules, 5432)['ports'].push({ protocol: 'SCTP', port: 5432 }))],
  ['a protocol left out: TCP', 'equivalent', database((rules) => delete port(rules, 5432)['ports'][0].protocol)],
  ['a wider CIDR', 'refuted', database((rules) => (port(rules, 22)['from'][0].ipBlock.cidr = '10.1.0.98/31'))],
  ['a narrower CIDR', 'refuted', database((rules) => (port(rules, 5432)['from'].at(-1).ipBlock.cidr = '2001:db8:1::/65'))],
  ['a peer more', 'refuted', database((rules) => port(rules, 22)['from'].push({ ipBlock: { cidr: '10.9.0.0/16' } }))],
  ['a peer less', 'refuted', database((rules) => port(rules, 5432)['from'].pop())],
  ['no peers: everybody', 'refuted', database((rules) => delete port(rules, 22)['from'])],
  ['an empty list of peers: everybody', 'refuted', database((rules) => (port(rules, 22)['from'] = []))],
  ['an exception filled', 'refuted', edit('service-web-ingress', ({ ingress }) => delete ingress[0].from[0].ipBlock.except)],
  ['a wider exception', 'refuted', edit('service-web-ingress', ({ ingress }) => (ingress[0].from[0].ipBlock.except = ['10.8.0.0/15']))],
  ['a rule less', 'refuted', database((rules) => rules.pop())],
  ['everything let in', 'refuted', database((rules) => rules.push({}))],
  ['an object less: its pods are not isolated', 'refuted', drop('asset-db-1-ingress')],
  ['what is not spoken of, refused', 'refuted', drop('net-10.1.0.0-29-ingress-rest')],
  ['ways out that are closed', 'refuted', edit('asset-db-1-egress-rest', (spec) => (spec['egress'] = []))],
  ['ways out that are open', 'refuted', edit('asset-db-1-egress-rest', (spec) => (spec['egress'] = [{}]))],
  [
    'an allow by another name',
    'refuted',
    edit('asset-db-1-ingress', (_, { metadata }) => (metadata.annotations['edict/decision'] = 'not-applicable')),
  ],
  [
    'what is not spoken of as an allow',
    'refuted',
    edit('net-10.1.0.0-29-ingress-rest', (_, { metadata }) => delete metadata.annotations['edict/decision']),
  ],
  [
    'another class of pods',
    'refuted',
    objects(
      (list) =>
        ([named(list, 'asset-db-1-ingress')['spec'].ingress, named(list, 'service-web-ingress')['spec'].ingress] = [
          named(list, 'service-web-ingress')['spec'].ingress,
          named(list, 'asset-db-1-ingress')['spec'].ingress,
        ]),
    ),
  ],
  ['rules for the other direction', 'refuted', edit('asset-db-1-ingress', (spec) => (spec['policyTypes'] = ['Egress']))],
  ['policy types left out: Ingress', 'equivalent', edit('asset-db-1-ingress', (spec) => delete spec['policyTypes'])],
  ['rules in another order', 'equivalent', database((rules) => turn(rules))],
  ['objects in another order', 'equivalent', objects((list) => turn(list))],
  ['a rule said twice', 'equivalent', database((rules) => rules.push(rules[0]!))],
  [
    'a CIDR split in two',
    'equivalent',
    database((rules) =>
      port(rules, 5432)['from'].splice(-1, 1, { ipBlock: { cidr: '2001:db8:1::/65' } }, { ipBlock: { cidr: '2001:db8:1:0:8000::/65' } }),
    ),
  ],
  [
    'a selector by expression',
    'equivalent',
    edit(
      'asset-db-1-ingress',
      (spec) => (spec['podSelector'] = { matchExpressions: [{ key: 'edict/class', operator: 'In', values: ['asset-db-1'] }] }),
    ),
  ],
  ['every pod', 'unreadable', edit('asset-db-1-ingress', (spec) => (spec['podSelector'] = {}))],
  ['a named port', 'refuted', database((rules) => (port(rules, 5432)['ports'][0].port = 'postgres'))],
  [
    'pods as peers',
    'refuted',
    database((rules) => (port(rules, 22)['from'] = [{ podSelector: { matchLabels: { 'edict/class': 'service-web' } } }])),
  ],
  ['a peer of nothing', 'unreadable', database((rules) => (port(rules, 22)['from'] = [{}]))],
  [
    'an exception outside of its block',
    'unreadable',
    edit('service-web-ingress', ({ ingress }) => (ingress[0].from[1].ipBlock.except = ['10.9.0.0/16'])),
  ],
  ['a protocol of its own', 'unreadable', database((rules) => (port(rules, 22)['ports'][0].protocol = 'TCPX'))],
  ['a port beyond the last', 'unreadable', database((rules) => (port(rules, 22)['ports'][0].port = 99_999))],
  ['a range the wrong way round', 'unreadable', database((rules) => (port(rules, 8000)['ports'][0].endPort = 7999))],
  ['a key that is misspelt', 'unreadable', edit('asset-db-1-ingress', (spec) => (spec['podselector'] = {}))],
  ['a key that is there twice', 'unreadable', line(/kind: NetworkPolicy\n/, (found) => `${found}${found}`)],
  ['another kind', 'unreadable', line(/kind: NetworkPolicy/, () => 'kind: AdminNetworkPolicy')],
  ['a version before its time', 'unreadable', line(/networking\.k8s\.io\/v1/, () => 'extensions/v1beta1')],
  ['a name that is there twice', 'unreadable', objects((list) => list.push(list[0]!))],
  [
    'classes that disagree',
    'unreadable',
    edit('asset-db-1-ingress', (_, { metadata }) => (metadata.annotations['edict/addresses'] = '10.2.0.6')),
  ],
  ['host bits in a CIDR', 'unreadable', database((rules) => (port(rules, 22)['from'][0].ipBlock.cidr = '10.1.0.99/24'))],
];

export const kubernetes: Conformance = {
  target: 'kubernetes',
  file: 'network-policies.yaml',
  mutations,
  planted: cloudNetwork,
  cases: [cloudNetwork, ...widerCases],
  engine: { needs: ['cyclonus'], validate: validatePolicies, spoil: line(/podSelector/, () => 'podselector'), decide: decideTraffic },
};
