/**
 * What network ACLs let through ("Control subnet traffic with network access control lists", Amazon VPC user guide): entries of a
 * direction are asked by number, the lowest first; what none matches is refused. They keep no state: a connection needs the packets
 * that answer it too, which are asked about in the other direction, with the connection's source port as their destination port.
 * An allow whose number ends in 5 lets through what no rule speaks of.
 */
import { type Box, everything, intersectBoxes, isEmpty } from '../../boxes.ts';
import { type IntervalSet, union } from '../../intervals.ts';
import { parseJsonDocument } from '../cloud/json-document.ts';
import { addressRange, fieldsOf, listOf, type ReadOptions, textOf, textsOf, understood, unreadable } from '../cloud/reading.ts';
import { bothWays } from '../cloud/two-ways.ts';
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

function filtered(attached: readonly Attached[]): readonly ReadRule[] {
  const [arriving, leaving] = (['arriving', 'leaving'] as const).map((way) => attached.flatMap((each) => wayRules(each, way)));
  const forward = bothWays(arriving ?? [], leaving ?? []);
  return [arriving ?? [], leaving ?? []].reduce(answered, forward);
}

function wayRules({ acl, own }: Attached, way: Way): readonly ReadRule[] {
  if (own.length === 0) return [];
  const entries = acl.entries.filter(({ isEgress }) => isEgress === (way === 'leaving')).toSorted((a, b) => a.number - b.number);
  checkNumbers(entries);
  const box = (peers: IntervalSet, service: IntervalSet): Box => ({
    ...everything,
    [ownField[way]]: own,
    [peerField[way]]: peers,
    service,
  });
  return [
    ...entries.map(({ number, action, peers, service, place }): ReadRule => ({
      box: box(peers, service),
      decision: action === 'allow' && number % 10 === 5 ? 'not-applicable' : action,
      where: { line: place.line, text: `${acl.name} ${number}` },
    })),
    { box: box(everything.source, everything.service), decision: 'deny' },
  ];
}

function checkNumbers(entries: readonly AclEntry[]): void {
  const twice = entries.find(
    ({ number, peers }, index) =>
      number !== lastNumber && entries.slice(0, index).some((each) => each.number === number && each.peers !== peers),
  );
  if (twice !== undefined) throw unreadable(`number ${twice.number}, which is there twice`, 'each number once in a direction', twice.place);
}

/** In order of pairs: the first rule for the connection, with the first for its answers. */
function answered(forward: readonly ReadRule[], packets: readonly ReadRule[]): readonly ReadRule[] {
  const answers = packets.flatMap((rule) => connectionsAnsweredBy(rule.box).map((box) => ({ box, decision: rule.decision })));
  const pairs = [...forward, everythingElse].flatMap((rule) =>
    answers.flatMap(({ box, decision }) => {
      const both = intersectBoxes(rule.box, box);
      return isEmpty(both) ? [] : [{ ...rule, box: both, decision: decision === 'deny' ? ('deny' as const) : rule.decision }];
    }),
  );
  return [...pairs, ...forward];
}

const everythingElse: ReadRule = { box: everything, decision: 'not-applicable' };
