/** AWS security groups in the conformance suite. */
import { cloudNetwork, tooManyNetworks, turn } from './cloud-network.ts';
import { type Conformance, json, line, type Mutation } from './conformance.ts';
import { motoAccount, validateGroups } from './moto-network.ts';
import { widerCases } from './wider-cases.ts';

type Fields = { [key: string]: any };

const group = (name: string, change: (group: Fields) => void) =>
  json(({ SecurityGroups }: Fields) => change(SecurityGroups.find(({ GroupName }: Fields) => GroupName === `edict-${name}`)));
const database = (change: (permissions: Fields[]) => void) => group('asset-db-1', ({ IpPermissions }) => change(IpPermissions));
const at = (permissions: Fields[], port: number): Fields => permissions.find(({ FromPort }) => FromPort === port)!;
const attachments = (change: (list: Fields[]) => void) => json(({ Attachments }: Fields) => change(Attachments));

const mutations: readonly Mutation[] = [
  ['another port', 'refuted', database((permissions) => Object.assign(at(permissions, 5432), { FromPort: 5433, ToPort: 5433 }))],
  ['a wider range of ports', 'refuted', database((permissions) => (at(permissions, 8000)['ToPort'] = 8100))],
  ['a narrower range of ports', 'refuted', database((permissions) => (at(permissions, 8000)['FromPort'] = 8001))],
  ['every port', 'refuted', database((permissions) => Object.assign(at(permissions, 5432), { FromPort: -1, ToPort: -1 }))],
  ['UDP for TCP', 'refuted', database((permissions) => (at(permissions, 5432)['IpProtocol'] = 'udp'))],
  ['every protocol', 'refuted', database((permissions) => (at(permissions, 5432)['IpProtocol'] = '-1'))],
  ['TCP by number', 'equivalent', database((permissions) => (at(permissions, 5432)['IpProtocol'] = '6'))],
  ['a protocol of which ports mean nothing', 'refuted', database((permissions) => (at(permissions, 5432)['IpProtocol'] = '47'))],
  ['a wider CIDR', 'refuted', database((permissions) => (at(permissions, 22)['IpRanges'][0].CidrIp = '10.1.0.98/31'))],
  ['a narrower CIDR', 'refuted', database((permissions) => (at(permissions, 5432)['Ipv6Ranges'][0].CidrIpv6 = '2001:db8:1::/65'))],
  ['a range more', 'refuted', database((permissions) => at(permissions, 22)['IpRanges'].push({ CidrIp: '10.9.0.0/16' }))],
  ['an exception filled', 'refuted', database((permissions) => at(permissions, 5432)['IpRanges'].push({ CidrIp: '10.1.0.20/32' }))],
  ['a range less', 'refuted', database((permissions) => at(permissions, 5432)['IpRanges'].pop())],
  ['a permission less', 'refuted', database((permissions) => permissions.shift())],
  ['IPv6 forgotten', 'refuted', database((permissions) => delete at(permissions, 5432)['Ipv6Ranges'])],
  ['everything let in', 'refuted', database((permissions) => permissions.push({ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }))],
  [
    'everything let out',
    'refuted',
    group('asset-db-1', ({ IpPermissionsEgress }) => IpPermissionsEgress.push({ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] })),
  ],
  ['nothing let out', 'refuted', group('asset-db-1', (each) => (each['IpPermissionsEgress'] = []))],
  ['an allow by another name', 'refuted', database((permissions) => (at(permissions, 22)['IpRanges'][0].Description = 'not-applicable'))],
  [
    'what is not spoken of as an allow',
    'refuted',
    group('net-10.1.0.0-29', ({ IpPermissions }) => delete IpPermissions[0].IpRanges[0].Description),
  ],
  ['a way that is not filtered', 'refuted', group('asset-db-1', ({ Tags }) => (Tags[0].Value = 'egress'))],
  ['a way that is filtered for nothing', 'equivalent', group('asset-db-1', ({ Tags }) => (Tags[0].Value = 'ingress egress ingress'))],
  [
    'a group without an interface',
    'refuted',
    attachments((list) => (list.find(({ GroupName }) => GroupName === 'edict-asset-db-1')!['Addresses'] = [])),
    'attachments.json',
  ],
  [
    'a group on an interface of another one too',
    'refuted',
    attachments((list) => list[0]!['Addresses'].push('10.1.0.10')),
    'attachments.json',
  ],
  [
    'fewer messages let through that no rule speaks of, which is within the loss',
    'equivalent',
    group('net-10.1.0.0-29', ({ IpPermissions }) =>
      Object.assign(
        IpPermissions.find(({ IpProtocol }: Fields) => IpProtocol === 'icmp'),
        { FromPort: 8, ToPort: -1 },
      ),
    ),
  ],
  [
    'a CIDR split in two',
    'equivalent',
    database(
      (permissions) => (at(permissions, 5432)['Ipv6Ranges'] = [{ CidrIpv6: '2001:db8:1::/65' }, { CidrIpv6: '2001:db8:1:0:8000::/65' }]),
    ),
  ],
  ['a permission said twice', 'equivalent', database((permissions) => permissions.push(permissions[0]!))],
  ['permissions in another order', 'equivalent', database((permissions) => turn(permissions))],
  ['groups in another order', 'equivalent', json(({ SecurityGroups }: Fields) => turn(SecurityGroups))],
  ['an owner and an id', 'equivalent', group('asset-db-1', (each) => Object.assign(each, { OwnerId: '123456789012', VpcId: 'vpc-1' }))],
  ['a group as a peer', 'unreadable', database((permissions) => (at(permissions, 22)['UserIdGroupPairs'] = [{ GroupId: 'sg-1' }]))],
  ['a prefix list', 'unreadable', database((permissions) => (at(permissions, 22)['PrefixListIds'] = [{ PrefixListId: 'pl-1' }]))],
  ['a group that is there twice', 'unreadable', json(({ SecurityGroups }: Fields) => SecurityGroups.push(SecurityGroups[0]))],
  ['a group that no interface is known of', 'unreadable', attachments((list) => list.pop()), 'attachments.json'],
  ['ports the wrong way round', 'unreadable', database((permissions) => (at(permissions, 8000)['ToPort'] = 7999))],
  ['a port beyond the last', 'unreadable', database((permissions) => (at(permissions, 8000)['ToPort'] = 65_536))],
  ['a protocol of its own', 'unreadable', database((permissions) => (at(permissions, 22)['IpProtocol'] = 'tcpx'))],
  ['a key that means nothing here', 'unreadable', database((permissions) => (at(permissions, 22)['Effect'] = 'Deny'))],
  ['a key that is there twice', 'unreadable', line(/"FromPort": 22/, (found) => `${found}, "FromPort": 23`)],
  ['host bits in a CIDR', 'unreadable', database((permissions) => (at(permissions, 22)['IpRanges'][0].CidrIp = '10.1.0.99/24'))],
  ['text cut off', 'unreadable', (text) => text.slice(0, text.length / 2)],
];

const account = motoAccount();

export const awsSecurityGroup: Conformance = {
  target: 'aws-security-group',
  file: 'security-groups.json',
  mutations,
  planted: cloudNetwork,
  cases: [cloudNetwork, ...widerCases],
  tooLarge: { of: tooManyNetworks, says: /rules in one direction of a security group/ },
  engine: {
    needs: ['moto'],
    validate: (artifact) => validateGroups(artifact, account.ask),
    spoil: line(/"CidrIp": "[^"]*"/, () => '"CidrIp": "10.1.0.999/32"'),
    stop: account.stop,
  },
};
