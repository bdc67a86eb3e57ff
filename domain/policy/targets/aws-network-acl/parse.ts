/**
 * Reads network ACLs from what `aws ec2 describe-network-acls` prints. Source: "NetworkAclEntry" in the Amazon EC2 API reference and
 * "Network ACL rules" in the Amazon VPC user guide: protocols by number, -1 for all; of all of them ports are not asked for.
 */
import type { IntervalSet } from '../../intervals.ts';
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

export type AclEntry = {
  readonly number: number;
  readonly isEgress: boolean;
  readonly action: 'allow' | 'deny';
  readonly peers: IntervalSet;
  readonly service: IntervalSet;
  readonly place: Place;
};

export type NetworkAcl = {
  /** The tag `Name`, else the id. */
  readonly name: string;
  readonly id: string | undefined;
  readonly subnets: readonly string[];
  readonly entries: readonly AclEntry[];
  readonly place: Place;
};

export function parseNetworkAcls(text: string, file: string, options: ReadOptions = {}): readonly NetworkAcl[] {
  const document = parseJsonDocument(text, file);
  const { NetworkAcls } = fieldsOf(document.value, ['NetworkAcls', 'NextToken'], { file, line: 1 });
  return eachOf(NetworkAcls, { document, pointer: '/NetworkAcls', options }, (value, place, at) => {
    const acl = fieldsOf(value, ['NetworkAclId', 'IsDefault', 'OwnerId', 'VpcId', 'Tags', 'Associations', 'Entries'], place);
    const id = acl['NetworkAclId'] === undefined ? undefined : textOf(acl['NetworkAclId'], place);
    const entriesAt = { document, pointer: `${at}/Entries`, options };
    const entries = eachOf(acl['Entries'], entriesAt, (entry, where) => [parseEntry(entry, where)]);
    const subnets = listOf(acl['Associations'], place).map((each) => textOf((each as Fields)['SubnetId'], place));
    return [{ name: nameOf(acl['Tags'], place) ?? id ?? '', id, subnets, entries, place }];
  });
}

function nameOf(tags: unknown, place: Place): string | undefined {
  const tag = listOf(tags, place).find((each) => (each as Fields | null)?.['Key'] === 'Name') as Fields | undefined;
  return tag === undefined ? undefined : textOf(tag['Value'], place);
}

/** The number of the entry that every list ends with, which refuses the rest. */
export const lastNumber = 32_767;

function parseEntry(value: unknown, place: Place): AclEntry {
  const keys = ['CidrBlock', 'Ipv6CidrBlock', 'Egress', 'IcmpTypeCode', 'PortRange', 'Protocol', 'RuleAction', 'RuleNumber'];
  const entry = fieldsOf(value, keys, place);
  const { CidrBlock, Ipv6CidrBlock, Egress, RuleAction } = entry;
  if (typeof Egress !== 'boolean') throw unreadable(`\`Egress\` ${print(Egress)}`, '`true` or `false`', place);
  if (RuleAction !== 'allow' && RuleAction !== 'deny') throw unreadable(`the action ${print(RuleAction)}`, '`allow` or `deny`', place);
  if ((CidrBlock === undefined) === (Ipv6CidrBlock === undefined)) throw unreadable('an entry of no network, or of two', 'one CIDR', place);
  return {
    number: integerIn(entry['RuleNumber'], [1, lastNumber], place),
    isEgress: Egress,
    action: RuleAction,
    peers: cidrSet(CidrBlock ?? Ipv6CidrBlock, place),
    service: serviceOf(entry, place),
    place,
  };
}

function serviceOf({ Protocol, PortRange, IcmpTypeCode }: Fields, place: Place): IntervalSet {
  const word = textOf(Protocol, place);
  if (word === '-1') return anyService;
  const protocol = /^[0-9]{1,3}$/.test(word) ? integerIn(Number(word), [0, 255], place) : undefined;
  if (protocol === undefined) throw unreadable(`the protocol ${print(Protocol)}`, 'a number, or `-1`', place);
  if (isIcmp(protocol)) return icmpOf(protocol, IcmpTypeCode, place);
  if (protocol !== 6 && protocol !== 17) {
    if (PortRange !== undefined) throw unreadable(`ports of protocol ${protocol}`, 'ports of TCP or UDP', place);
    return protocolSet(protocol);
  }
  const { From, To } = fieldsOf(PortRange, ['From', 'To'], place);
  const low = integerIn(From, [0, 65_535], place);
  return serviceSet({ protocol, low, high: integerIn(To, [low, 65_535], place) });
}

function icmpOf(protocol: number, value: unknown, place: Place): IntervalSet {
  const { Type, Code } = fieldsOf(value, ['Type', 'Code'], place);
  const [type, code] = [integerIn(Type, [-1, 255], place), integerIn(Code, [-1, 255], place)];
  if (type === -1) return protocolSet(protocol);
  const [low, high] = code === -1 ? [0, 255] : [code, code];
  return serviceSet({ protocol, low: type * 256 + low, high: type * 256 + high });
}
