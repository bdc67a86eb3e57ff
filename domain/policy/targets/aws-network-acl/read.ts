/**
 * What network ACLs let through ("Control subnet traffic with network access control lists", Amazon VPC user guide): entries of a
 * direction are asked by number, the lowest first; what none matches is refused. They keep no state: a connection needs the packets
 * that answer it too, which are asked about in the other direction, with the connection's source port as their destination port.
 * An allow whose number ends in 5 lets through what no rule speaks of.
 */
import { anyAddress } from '../../addresses.ts';
import { everything } from '../../boxes.ts';
import { element } from '../../element.ts';
import { holds, intersect, type IntervalSet, subtract, union } from '../../intervals.ts';
import type { Decision } from '../../model.ts';
import { anyService } from '../../service-selector.ts';
import { parseJsonDocument } from '../cloud/json-document.ts';
import { addressRange, fieldsOf, listOf, type ReadOptions, textOf, textsOf, understood, unreadable } from '../cloud/reading.ts';
import { ownField, peerField, type Way } from '../cloud/ways.ts';
import type { Artifact, ReadRule } from '../target.ts';
import { connectionsAnsweredBy } from './answers.ts';
import { type AclEntry, lastNumber, type NetworkAcl, parseNetworkAcls } from './parse.ts';

const [aclsFile, associationsFile] = ['network-acls.json', 'associations.json'];

export type NetworkAclOptions = ReadOptions & {
  /** The addresses of a subnet by its id. */
  readonly subnets: (id: string) => IntervalSet | undefined;
};

export function readNetworkAclArtifact({ target, files }: Artifact): readonly ReadRule[] {
  const { [aclsFile]: acls, [associationsFile]: associations, ...others } = files;
  const place = { file: aclsFile, line: 1 };
  if (target !== 'aws-network-acl' || acls === undefined || associations === undefined || Object.keys(others).length > 0)
    throw unreadable(`files \`${Object.keys(files).join(' ')}\` of a ${target} artifact`, `${aclsFile} and ${associationsFile}`, place);
  const associated = parseAssociations(associations);
  const parsed = parseNetworkAcls(acls, aclsFile);
  const names = new Set(parsed.map(({ name }) => name));
  if (names.size < parsed.length || [...associated.keys()].some((name) => !names.has(name)))
    throw unreadable(`the ACLs of ${associationsFile}`, 'each ACL once, and no other', place);
  return filtered(
    parsed.map((acl) => {
      const own = associated.get(acl.name);
      if (own === undefined) throw unreadable(`ACL \`${acl.name}\``, `an ACL of ${associationsFile}`, acl.place);
      return { acl, own };
    }),
  );
}

function parseAssociations(text: string): ReadonlyMap<string, IntervalSet> {
  const place = { file: associationsFile, line: 1 };
  const { Associations } = fieldsOf(parseJsonDocument(text, associationsFile).value, ['Associations'], place);
  const found = new Map<string, IntervalSet>();
  for (const value of listOf(Associations, place)) {
    const { NetworkAcl: acl, Addresses } = fieldsOf(value, ['NetworkAcl', 'Addresses'], place);
    const addresses = union(...textsOf(Addresses, place).map((range) => addressRange(range, place)));
    if (found.has(textOf(acl, place))) throw unreadable('an ACL that is there twice', 'each once', place);
    found.set(textOf(acl, place), addresses);
  }
  return found;
}

/** What `aws ec2 describe-network-acls` prints. */
export function readNetworkAcls(text: string, options: NetworkAclOptions): readonly ReadRule[] {
  const attached = parseNetworkAcls(text, aclsFile, options).flatMap((acl) =>
    understood(
      () => [{ acl, own: union(...acl.subnets.map((id) => subnetOf(id, acl, options))) }],
      { value: acl.name, place: acl.place },
      options,
    ),
  );
  return filtered(attached);
}

function subnetOf(id: string, { place }: NetworkAcl, { subnets }: NetworkAclOptions): IntervalSet {
  const found = subnets(id);
  if (found === undefined) throw unreadable(`subnet \`${id}\``, 'a subnet whose addresses are known', place);
  return found;
}

type Attached = { readonly acl: NetworkAcl; readonly own: IntervalSet };

/** What is refused on either way, or to its answers, is refused; what is left and allowed by name is allowed. */
function filtered(attached: readonly Attached[]): readonly ReadRule[] {
  const parts = attached.flatMap((each) => (['arriving', 'leaving'] as const).flatMap((way) => decided(each, way)));
  const denied = parts.filter(({ decision }) => decision === 'deny');
  const unanswered = denied.flatMap((rule) => connectionsAnsweredBy(rule.box).map((box) => ({ ...rule, box })));
  return [...denied, ...unanswered, ...parts.filter(({ decision }) => decision === 'allow')];
}

/** What the entries of a way decide, by service: each decides of the peers that none before it did. */
function decided({ acl, own }: Attached, way: Way): readonly ReadRule[] {
  if (own.length === 0) return [];
  const entries = acl.entries.filter(({ isEgress }) => isEgress === (way === 'leaving')).toSorted((a, b) => a.number - b.number);
  checkNumbers(entries);
  const where = { line: acl.place.line, text: acl.name };
  return servicesIn(entries).flatMap((service) => {
    const found: ReadRule[] = [];
    let left: IntervalSet = anyAddress;
    for (const entry of [...entries, lastEntry]) {
      if (!holds(entry.service, element(service, 0).low)) continue;
      const peers = intersect(entry.peers, left);
      left = subtract(left, peers);
      const box = { ...everything, [ownField[way]]: own, [peerField[way]]: peers, service };
      if (peers.length > 0) found.push({ box, decision: decisionOf(entry), where });
    }
    return found;
  });
}

const lastEntry = { number: lastNumber, action: 'deny', peers: anyAddress, service: anyService } as const;

function decisionOf({ number, action }: Pick<AclEntry, 'number' | 'action'>): Decision {
  return action === 'allow' && number % 10 === 5 ? 'not-applicable' : action;
}

/** Runs of services of which each entry has all or nothing. */
function servicesIn(entries: readonly AclEntry[]): readonly IntervalSet[] {
  const ends = entries.flatMap(({ service }) => service.flatMap(({ low, high }) => [low, high + 1n]));
  const starts = [...new Set([0n, ...ends])].filter((at) => holds(anyService, at)).toSorted((a, b) => (a < b ? -1 : 1));
  return starts.map((low, index) => [{ low, high: (starts[index + 1] ?? element(anyService, 0).high + 1n) - 1n }]);
}

function checkNumbers(entries: readonly AclEntry[]): void {
  const twice = entries.find(
    ({ number, peers }, index) =>
      number !== lastNumber && entries.slice(0, index).some((each) => each.number === number && each.peers !== peers),
  );
  if (twice !== undefined) throw unreadable(`number ${twice.number}, which is there twice`, 'each number once in a direction', twice.place);
}
