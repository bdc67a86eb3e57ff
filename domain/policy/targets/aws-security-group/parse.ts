/**
 * Reads security groups from what `aws ec2 describe-security-groups` prints. Source: "SecurityGroup" and "IpPermission" in the Amazon
 * EC2 API reference: `-1` is every protocol; for ICMP the ports are type and code, with -1 for all; of protocols other than TCP, UDP,
 * ICMP and ICMPv6 every port is allowed, whatever the permission says.
 */
import { type IntervalSet, union } from '../../intervals.ts';
import { anyService, isIcmp, protocolSet, serviceSet } from '../../service-selector.ts';
import { parseJsonDocument } from '../cloud/json-document.ts';
import {
  cidrSet,
  eachOf,
  type Fields,
  fieldsOf,
  integerIn,
  listOf,
  type Place,
  print,
  type ReadOptions,
  textOf,
  unreadable,
} from '../cloud/reading.ts';

export type Peer =
  | { readonly kind: 'addresses'; readonly addresses: IntervalSet; readonly description: string | undefined }
  /** A group by its id, or a prefix list. */
  | { readonly kind: 'member'; readonly name: string; readonly description: string | undefined };

export type Permission = { readonly service: IntervalSet; readonly peers: readonly Peer[]; readonly place: Place };

export type SecurityGroup = {
  readonly name: string;
  readonly id: string | undefined;
  readonly ingress: readonly Permission[];
  readonly egress: readonly Permission[];
  /** By the tag `edict-filters`; both where there is none. */
  readonly filters: readonly ('ingress' | 'egress')[];
  readonly place: Place;
};

const told = ['Description', 'OwnerId', 'VpcId', 'SecurityGroupArn'];

export function parseSecurityGroups(text: string, file: string, options: ReadOptions = {}): readonly SecurityGroup[] {
  const document = parseJsonDocument(text, file);
  const top = Array.isArray(document.value) ? { SecurityGroups: document.value } : document.value;
  const pointer = Array.isArray(document.value) ? '' : '/SecurityGroups';
  const { SecurityGroups } = fieldsOf(top, ['SecurityGroups', 'NextToken'], { file, line: 1 });
  return eachOf(SecurityGroups, { document, pointer, options }, (value, place, at): readonly SecurityGroup[] => {
    const group = fieldsOf(value, [...told, 'GroupName', 'GroupId', 'IpPermissions', 'IpPermissionsEgress', 'Tags'], place);
    const permissions = (key: string) =>
      eachOf(group[key], { document, pointer: `${at}/${key}`, options }, (permission, where) => [parsePermission(permission, where)]);
    return [
      {
        name: textOf(group['GroupName'] ?? group['GroupId'], place),
        id: group['GroupId'] === undefined ? undefined : textOf(group['GroupId'], place),
        ingress: permissions('IpPermissions'),
        egress: permissions('IpPermissionsEgress'),
        filters: filtersOf(group['Tags'], place),
        place,
      },
    ];
  });
}

function filtersOf(tags: unknown, place: Place): SecurityGroup['filters'] {
  const tag = listOf(tags, place).find((each) => (each as Fields | null)?.['Key'] === 'edict-filters') as Fields | undefined;
  if (tag === undefined) return ['ingress', 'egress'];
  const words = textOf(tag['Value'], place).split(' ');
  const known = words.filter((word) => word === 'ingress' || word === 'egress');
  if (known.length !== words.length) throw unreadable(`the tag ${print(tag['Value'])}`, '`ingress`, `egress` or both', place);
  return known;
}

function parsePermission(value: unknown, place: Place): Permission {
  const keys = ['IpProtocol', 'FromPort', 'ToPort', 'IpRanges', 'Ipv6Ranges', 'PrefixListIds', 'UserIdGroupPairs'];
  const permission = fieldsOf(value, keys, place);
  const rangesIn = (key: string, field: string) =>
    listOf(permission[key], place).map((each): Peer => {
      const range = fieldsOf(each, [field, 'Description'], place);
      return { kind: 'addresses', addresses: cidrSet(range[field], place), description: descriptionOf(range, place) };
    });
  const members = (key: string, field: string, more: readonly string[]) =>
    listOf(permission[key], place).map((each): Peer => {
      const member = fieldsOf(each, [field, 'Description', ...more], place);
      return { kind: 'member', name: textOf(member[field] ?? member['GroupName'], place), description: descriptionOf(member, place) };
    });
  return {
    service: serviceOf(permission, place),
    peers: [
      ...rangesIn('IpRanges', 'CidrIp'),
      ...rangesIn('Ipv6Ranges', 'CidrIpv6'),
      ...members('PrefixListIds', 'PrefixListId', []),
      ...members('UserIdGroupPairs', 'GroupId', ['GroupName', 'UserId', 'VpcId', 'PeeringStatus', 'VpcPeeringConnectionId']),
    ],
    place,
  };
}

function descriptionOf(fields: Fields, place: Place): string | undefined {
  return fields['Description'] === undefined ? undefined : textOf(fields['Description'], place);
}

const protocols: { readonly [word: string]: number } = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 };

function serviceOf({ IpProtocol, FromPort, ToPort }: Fields, place: Place): IntervalSet {
  const word = textOf(IpProtocol, place);
  if (word === '-1') return anyService;
  const protocol = Object.hasOwn(protocols, word) ? protocols[word] : /^[0-9]{1,3}$/.test(word) ? Number(word) : undefined;
  if (protocol === undefined || protocol > 255) throw unreadable(`the protocol ${print(IpProtocol)}`, '`-1`, a name or a number', place);
  if (!Object.values(protocols).includes(protocol)) return protocolSet(protocol);
  const [from, to] = [integerIn(FromPort, [-1, 65_535], place), integerIn(ToPort, [-1, 65_535], place)];
  if (from === -1 && to === -1) return protocolSet(protocol);
  if (isIcmp(protocol)) return icmpOf(protocol, [from, to], place);
  if (from < 0 || from > to) throw unreadable(`the ports ${from} to ${to}`, 'a range that ascends', place);
  return serviceSet({ protocol, low: from, high: to });
}

function icmpOf(protocol: number, [type, code]: readonly [number, number], place: Place): IntervalSet {
  if (type < 0 || type > 255 || code > 255) throw unreadable(`ICMP type ${type}, code ${code}`, 'numbers up to 255', place);
  const codes = code < 0 ? [0, 255] : [code, code];
  return union(serviceSet({ protocol, low: type * 256 + (codes[0] ?? 0), high: type * 256 + (codes[1] ?? 0) }));
}
