/**
 * Reads Google Cloud's firewall resources from their JSON: VPC firewall rules (`compute.v1 firewalls`: a list of them, or `items`) and
 * hierarchical or network firewall policies (`firewallPolicies`: `rules` with `match`, in `config` before that was generally available).
 * Sources: cloud.google.com/compute/docs/reference/rest/v1/firewalls and …/firewallPolicies.
 */
import {
  cidrSet,
  eachOf,
  type Fields,
  fieldsOf,
  integerIn,
  listOf,
  type Place,
  portRange,
  print,
  type ReadOptions,
  textOf,
  textsOf,
  unreadable,
} from '../cloud/reading.ts';
import { type JsonDocument, parseJsonDocument } from '../cloud/json-document.ts';
import { type IntervalSet, union } from '../../intervals.ts';
import { anyService, hasPorts, protocolSet, serviceSet } from '../../service-selector.ts';

export type GcpDirection = 'INGRESS' | 'EGRESS';

/** A rule as it stands. What is `undefined` is not asked for. */
export type GcpRule = {
  readonly name: string;
  readonly direction: GcpDirection;
  readonly priority: number;
  readonly action: 'allow' | 'deny' | 'next';
  readonly source: IntervalSet | undefined;
  readonly destination: IntervalSet | undefined;
  /** Any of these is a source, beside `source`. */
  readonly sourceMembers: readonly string[];
  /** The rule is for these alone; none means every instance. */
  readonly targetMembers: readonly string[];
  readonly services: IntervalSet;
  readonly place: Place;
};

export type GcpDocument = { readonly kind: 'rules' | 'policy'; readonly rules: readonly GcpRule[] };

export function parseGcp(text: string, file: string, options: ReadOptions = {}): GcpDocument {
  const document = parseJsonDocument(text, file);
  const { list, pointer } = topOf(document);
  const policies = list.some((each) => typeof each === 'object' && each !== null && 'rules' in each);
  const read = policies ? policyRules(document, options) : vpcRule;
  return { kind: policies ? 'policy' : 'rules', rules: eachOf(list, { document, pointer, options }, read) };
}

function topOf(document: JsonDocument): { readonly list: readonly unknown[]; readonly pointer: string } {
  const { value, file } = document;
  if (Array.isArray(value)) return { list: value, pointer: '' };
  if (typeof value === 'object' && value !== null && 'items' in value)
    return { list: listOf(value.items, { file, line: 1 }), pointer: '/items' };
  throw unreadable('the document', 'a list of firewall rules or of firewall policies', { file, line: 1 });
}

const told = ['kind', 'id', 'selfLink', 'creationTimestamp', 'description', 'logConfig', 'network'];

const vpcKeys = ['name', 'direction', 'priority', 'allowed', 'denied', 'sourceRanges', 'destinationRanges', 'disabled'];

const memberKeys = ['sourceTags', 'targetTags', 'sourceServiceAccounts', 'targetServiceAccounts'];

function vpcRule(value: unknown, place: Place): readonly GcpRule[] {
  const rule = fieldsOf(value, [...told, ...vpcKeys, ...memberKeys], place);
  if (rule['disabled'] === true) return [];
  if ((rule['allowed'] === undefined) === (rule['denied'] === undefined))
    throw unreadable(`rule \`${print(rule['name'])}\``, 'exactly one of `allowed` and `denied`', place);
  const protocols = listOf(rule['allowed'] ?? rule['denied'], place);
  return [
    {
      name: textOf(rule['name'], place),
      direction: directionOf(rule['direction'] ?? 'INGRESS', place),
      priority: priorityOf(rule['priority'] ?? 1_000, 65_535, place),
      action: rule['allowed'] === undefined ? 'deny' : 'allow',
      source: rangesOf(rule['sourceRanges'], place),
      destination: rangesOf(rule['destinationRanges'], place),
      sourceMembers: membersOf(rule, { tags: 'sourceTags', accounts: 'sourceServiceAccounts' }, place),
      targetMembers: membersOf(rule, { tags: 'targetTags', accounts: 'targetServiceAccounts' }, place),
      services: servicesOf(protocols, 'IPProtocol', place),
      place,
    },
  ];
}

function membersOf(rule: Fields, keys: { readonly tags: string; readonly accounts: string }, place: Place): readonly string[] {
  const tags = textsOf(rule[keys.tags], place).map((tag) => `tag:${tag}`);
  return [...tags, ...textsOf(rule[keys.accounts], place).map((account) => `service-account:${account}`)];
}

const policyKeys = [
  ...told,
  'name',
  'displayName',
  'shortName',
  'parent',
  'region',
  'fingerprint',
  'type',
  'rules',
  'associations',
  'ruleTupleCount',
];

function policyRules(document: JsonDocument, options: ReadOptions): (value: unknown, place: Place, at: string) => readonly GcpRule[] {
  return (value, place, at) => {
    const policy = fieldsOf(value, policyKeys, place);
    if ((policy['type'] ?? 'FIREWALL') !== 'FIREWALL') throw unreadable(`the type ${print(policy['type'])}`, '`FIREWALL`', place);
    return eachOf(policy['rules'], { document, pointer: `${at}/rules`, options }, policyRule);
  };
}

const policyRuleKeys = [
  'kind',
  'action',
  'description',
  'direction',
  'disabled',
  'enableLogging',
  'match',
  'priority',
  'ruleName',
  'ruleTupleCount',
  'targetResources',
  'targetServiceAccounts',
];

const actions: { readonly [word: string]: GcpRule['action'] } = { allow: 'allow', deny: 'deny', goto_next: 'next' };

function policyRule(value: unknown, place: Place): readonly GcpRule[] {
  const rule = fieldsOf(value, policyRuleKeys, place);
  if (rule['disabled'] === true) return [];
  const action = actions[textOf(rule['action'], place)];
  if (action === undefined) throw unreadable(`the action ${print(rule['action'])}`, '`allow`, `deny` or `goto_next`', place);
  const match = matchOf(rule['match'], place);
  const direction = directionOf(rule['direction'], place);
  const networks = textsOf(rule['targetResources'], place).map((network) => `network:${network}`);
  const accounts = textsOf(rule['targetServiceAccounts'], place).map((account) => `service-account:${account}`);
  if (networks.length > 0 && accounts.length > 0) throw unreadable('networks and service accounts together', 'one kind of target', place);
  return [
    {
      name: typeof rule['description'] === 'string' ? rule['description'] : `priority ${print(rule['priority'])}`,
      direction,
      priority: priorityOf(rule['priority'], 2_147_483_647, place),
      action,
      source: rangesOf(match['srcIpRanges'], place),
      destination: rangesOf(match['destIpRanges'], place),
      sourceMembers: [],
      targetMembers: [...networks, ...accounts],
      services: servicesOf(listOf(match['layer4Configs'], place), 'ipProtocol', place),
      place,
    },
  ];
}

function matchOf(value: unknown, place: Place): Fields {
  const ranges = ['srcIpRanges', 'destIpRanges', 'layer4Configs'];
  const match = fieldsOf(value, ['config', 'versionedExpr', ...ranges], place);
  if ((match['versionedExpr'] ?? 'FIREWALL') !== 'FIREWALL')
    throw unreadable(`the expression ${print(match['versionedExpr'])}`, '`FIREWALL`', place);
  if (match['config'] === undefined) return match;
  if (ranges.some((key) => match[key] !== undefined)) throw unreadable('a match with and without `config`', 'one of the two', place);
  return fieldsOf(match['config'], ranges, place);
}

function directionOf(value: unknown, place: Place): GcpDirection {
  if (value === 'INGRESS' || value === 'EGRESS') return value;
  throw unreadable(`the direction ${print(value)}`, '`INGRESS` or `EGRESS`', place);
}

/** A number, or one in text, as some writers have it. */
function priorityOf(value: unknown, most: number, place: Place): number {
  return integerIn(typeof value === 'string' && /^[0-9]{1,10}$/.test(value) ? Number(value) : value, [0, most], place);
}

function rangesOf(value: unknown, place: Place): IntervalSet | undefined {
  const ranges = listOf(value, place);
  return ranges.length === 0 ? undefined : union(...ranges.map((range) => cidrSet(range, place)));
}

/** IANA's numbers of the protocols that have a name here; `icmp` is that of IPv4 alone. */
const protocols: { readonly [name: string]: number } = { icmp: 1, ipip: 4, tcp: 6, udp: 17, esp: 50, ah: 51, sctp: 132 };

function servicesOf(list: readonly unknown[], key: 'IPProtocol' | 'ipProtocol', place: Place): IntervalSet {
  if (list.length === 0) throw unreadable('a rule without protocols', `at least one \`${key}\``, place);
  return union(
    ...list.map((value) => {
      const entry = fieldsOf(value, [key, 'ports'], place);
      const ports = listOf(entry['ports'], place).map((range) => portRange(range, place));
      const protocol = protocolOf(entry[key], place);
      if (ports.length === 0) return protocol === 'all' ? anyService : protocolSet(protocol);
      if (protocol === 'all' || !hasPorts(protocol)) throw unreadable(`ports of ${print(entry[key])}`, 'ports of TCP, UDP or SCTP', place);
      return union(...ports.map((range) => serviceSet({ protocol, ...range })));
    }),
  );
}

function protocolOf(value: unknown, place: Place): number | 'all' {
  if (value === 'all') return 'all';
  if (typeof value === 'string' && Object.hasOwn(protocols, value)) return protocols[value] ?? 0;
  const number = typeof value === 'string' && /^[0-9]{1,3}$/.test(value) ? Number(value) : value;
  return integerIn(number, [0, 255], place);
}
