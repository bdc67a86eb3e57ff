/** AWS network ACLs in the conformance suite. */
import { cloudNetwork, tooManyNetworks, turn } from './cloud-network.ts';
import { type Conformance, json, line, type Mutation } from './conformance.ts';
import { motoAccount, validateAcls } from './moto-network.ts';
import { widerCases } from './wider-cases.ts';

type Fields = { [key: string]: any };

const acl = (name: string, change: (entries: Fields[]) => void) =>
  json(({ NetworkAcls }: Fields) => change(NetworkAcls.find(({ Tags }: Fields) => Tags[0].Value === `edict-${name}`)['Entries']));
const database = (change: (entries: Fields[]) => void) => acl('asset-db-1', change);
const web = (change: (entries: Fields[]) => void) => acl('service-web', change);
const at = (entries: Fields[], number: number, isEgress = false): Fields =>
  entries.find((each) => each['RuleNumber'] === number && each['Egress'] === isEgress)!;
const drop =
  (number: number, isEgress = false) =>
  (entries: Fields[]) =>
    entries.splice(entries.indexOf(at(entries, number, isEgress)), 1);
const associations = (change: (list: Fields[]) => void) => json(({ Associations }: Fields) => change(Associations));

const mutations: readonly Mutation[] = [
  ['another port', 'refuted', database((entries) => (at(entries, 140)['PortRange'] = { From: 5433, To: 5433 }))],
  ['a wider range of ports', 'refuted', database((entries) => (at(entries, 180)['PortRange'] = { From: 500, To: 8099 }))],
  ['a narrower range of ports', 'refuted', database((entries) => (at(entries, 180)['PortRange'] = { From: 8001, To: 8099 }))],
  ['UDP for TCP', 'refuted', database((entries) => (at(entries, 140)['Protocol'] = '17'))],
  ['every protocol', 'refuted', database((entries) => Object.assign(at(entries, 140), { Protocol: '-1', PortRange: undefined }))],
  ['an allow that denies', 'refuted', database((entries) => (at(entries, 140)['RuleAction'] = 'deny'))],
  ['a deny that allows', 'refuted', database((entries) => (at(entries, 110)['RuleAction'] = 'allow'))],
  ['a refusal of the rest that allows', 'refuted', database((entries) => (at(entries, 230)['RuleAction'] = 'allow'))],
  ['a lost allow', 'refuted', database(drop(140))],
  ['a lost exception', 'refuted', web(drop(100))],
  ['a lost exception among ports that answers go to, which is within the loss', 'equivalent', database(drop(130))],
  ['a lost deny', 'refuted', acl('net-10.1.0.0-29', drop(100))],
  ['a lost way out', 'refuted', database(drop(105, true))],
  [
    'answers that are not let in',
    'refuted',
    acl('service-web', (entries) => entries.splice(0, entries.length, ...entries.filter(({ PortRange }) => PortRange?.From !== 1024))),
  ],
  [
    'answers refused on their way out',
    'refuted',
    web((entries) =>
      entries.unshift({
        RuleNumber: 1,
        Protocol: '6',
        PortRange: { From: 1024, To: 65535 },
        RuleAction: 'deny',
        Egress: true,
        CidrBlock: '0.0.0.0/0',
      }),
    ),
  ],
  ['a wider CIDR', 'refuted', database((entries) => (at(entries, 100)['CidrBlock'] = '10.1.0.98/31'))],
  ['a narrower CIDR', 'refuted', database((entries) => (at(entries, 160)['Ipv6CidrBlock'] = '2001:db8:1::/65'))],
  ['an exception of half', 'refuted', web((entries) => (at(entries, 100)['CidrBlock'] = '10.9.0.0/17'))],
  ['a deny ahead of its allow', 'refuted', database((entries) => (at(entries, 150)['RuleNumber'] = 139))],
  ['an exception behind its allow', 'refuted', web((entries) => (at(entries, 100)['RuleNumber'] = 111))],
  ['an allow by another number', 'refuted', database((entries) => (at(entries, 140)['RuleNumber'] = 145))],
  ['what is not spoken of as an allow', 'refuted', acl('net-10.1.0.0-29', (entries) => (at(entries, 125)['RuleNumber'] = 126))],
  ['an entry for the other direction', 'refuted', database((entries) => Object.assign(at(entries, 230), { Egress: true, RuleNumber: 1 }))],
  [
    'everything let in first',
    'refuted',
    database((entries) => entries.push({ RuleNumber: 1, Protocol: '-1', RuleAction: 'allow', Egress: false, CidrBlock: '0.0.0.0/0' })),
  ],
  [
    'an ACL of no subnet',
    'refuted',
    associations((list) => (list.find(({ NetworkAcl }) => NetworkAcl === 'edict-asset-db-1')!['Addresses'] = [])),
    'associations.json',
  ],
  [
    'a subnet of another size',
    'refuted',
    associations((list) => (list.find(({ NetworkAcl }) => NetworkAcl === 'edict-service-web')!['Addresses'] = ['10.1.0.10'])),
    'associations.json',
  ],
  ['entries in another order', 'equivalent', database((entries) => turn(entries))],
  ['other numbers in the same order', 'equivalent', database((entries) => entries.forEach((entry) => (entry['RuleNumber'] += 100)))],
  [
    'the last entry, which every list has',
    'equivalent',
    database((entries) => entries.push({ RuleNumber: 32_767, Protocol: '-1', RuleAction: 'deny', Egress: false, CidrBlock: '0.0.0.0/0' })),
  ],
  [
    'an entry that nothing reaches',
    'equivalent',
    database((entries) =>
      entries.push({
        RuleNumber: 30_000,
        Protocol: '6',
        PortRange: { From: 1, To: 9 },
        RuleAction: 'allow',
        Egress: false,
        CidrBlock: '0.0.0.0/0',
      }),
    ),
  ],
  ['ACLs in another order', 'equivalent', json(({ NetworkAcls }: Fields) => turn(NetworkAcls))],
  ['a number that is there twice', 'unreadable', database((entries) => (at(entries, 140)['RuleNumber'] = 150))],
  ['a number beyond the last', 'unreadable', database((entries) => (at(entries, 140)['RuleNumber'] = 32_768))],
  ['ports of ICMP', 'unreadable', database((entries) => (at(entries, 140)['Protocol'] = '1'))],
  ['ports of a protocol that has none', 'unreadable', database((entries) => (at(entries, 140)['Protocol'] = '47'))],
  ['TCP without ports', 'unreadable', database((entries) => delete at(entries, 140)['PortRange'])],
  ['ports the wrong way round', 'unreadable', database((entries) => (at(entries, 180)['PortRange'] = { From: 8099, To: 8000 }))],
  ['a protocol by name', 'unreadable', database((entries) => (at(entries, 140)['Protocol'] = 'tcp'))],
  ['two networks in one entry', 'unreadable', database((entries) => (at(entries, 140)['Ipv6CidrBlock'] = '::/0'))],
  ['an action of its own', 'unreadable', database((entries) => (at(entries, 140)['RuleAction'] = 'reject'))],
  ['a key that is there twice', 'unreadable', line(/"RuleAction": "allow"/, (found) => `${found}, "RuleAction": "deny"`)],
  ['an ACL that no subnet is known of', 'unreadable', associations((list) => list.pop()), 'associations.json'],
  ['host bits in a CIDR', 'unreadable', database((entries) => (at(entries, 140)['CidrBlock'] = '10.1.0.1/24'))],
  ['text cut off', 'unreadable', (text) => text.slice(0, text.length / 2)],
];

const account = motoAccount();

export const awsNetworkAcl: Conformance = {
  target: 'aws-network-acl',
  file: 'network-acls.json',
  mutations,
  planted: cloudNetwork,
  // One of the wider cases takes more entries than an ACL holds.
  cases: [cloudNetwork, ...widerCases.filter(({ name }) => name !== 'ports-and-protocols')],
  tooLarge: { of: tooManyNetworks, says: /entries in one direction of a network ACL/ },
  engine: {
    needs: ['moto'],
    validate: (artifact) => validateAcls(artifact, account.ask),
    spoil: line(/"RuleNumber": 100,/, () => '"RuleNumber": "first",'),
    stop: account.stop,
  },
};
