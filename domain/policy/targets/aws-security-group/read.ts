/**
 * What security groups do to the interfaces that carry them ("Control traffic to your AWS resources using security groups", Amazon VPC
 * user guide): all permissions of all groups of an interface together say what may arrive and what may leave; all else is refused.
 * They keep state: answers pass. What a permission lets through by the name `not-applicable` passes because no rule speaks of it.
 */
import { everything, type Box } from '../../boxes.ts';
import { type IntervalSet, union } from '../../intervals.ts';
import { flowSet } from '../../request/flow.ts';
import { ownField, peerField, type Way } from '../cloud/ways.ts';
import { addressRange, fieldsOf, listOf, type ReadOptions, textOf, textsOf, understood, unreadable } from '../cloud/reading.ts';
import { parseJsonDocument } from '../cloud/json-document.ts';
import { followers } from '../cloud/sessions.ts';
import { bothWays } from '../cloud/two-ways.ts';
import type { Artifact, ReadRule } from '../target.ts';
import { parseSecurityGroups, type Peer, type Permission, type SecurityGroup } from './parse.ts';

const [groupsFile, attachmentsFile] = ['security-groups.json', 'attachments.json'];

export type SecurityGroupOptions = ReadOptions & {
  /** The addresses of the interfaces that carry a group (by id, or by name where it has none), or of a prefix list. */
  readonly members: (name: string) => IntervalSet | undefined;
};

export function readSecurityGroupArtifact({ target, files }: Artifact): readonly ReadRule[] {
  const { [groupsFile]: groups, [attachmentsFile]: attachments, ...others } = files;
  if (target !== 'aws-security-group' || groups === undefined || attachments === undefined || Object.keys(others).length > 0)
    throw unreadable(`files \`${Object.keys(files).join(' ')}\` of a ${target} artifact`, `${groupsFile} and ${attachmentsFile}`, {
      file: groupsFile,
      line: 1,
    });
  const attached = parseAttachments(attachments);
  const parsed = parseSecurityGroups(groups, groupsFile);
  const names = new Set(parsed.map(({ name }) => name));
  const loose = [...attached.keys()].find((name) => !names.has(name));
  if (loose !== undefined || names.size < parsed.length)
    throw unreadable(`the groups of ${attachmentsFile}`, 'each group once, and no other', { file: groupsFile, line: 1 });
  return [followers, ...readGroups(parsed, { members: (name) => attached.get(name) })];
}

function parseAttachments(text: string): ReadonlyMap<string, IntervalSet> {
  const place = { file: attachmentsFile, line: 1 };
  const { Attachments } = fieldsOf(parseJsonDocument(text, attachmentsFile).value, ['Attachments'], place);
  const attached = new Map<string, IntervalSet>();
  for (const value of listOf(Attachments, place)) {
    const { GroupName, Addresses } = fieldsOf(value, ['GroupName', 'Addresses'], place);
    const name = textOf(GroupName, place);
    if (attached.has(name)) throw unreadable(`group \`${name}\`, which is there twice`, 'each group once', place);
    attached.set(name, union(...textsOf(Addresses, place).map((range) => addressRange(range, place))));
  }
  return attached;
}

/** What `aws ec2 describe-security-groups` prints. */
export function readSecurityGroups(text: string, options: SecurityGroupOptions): readonly ReadRule[] {
  return readGroups(parseSecurityGroups(text, groupsFile, options), options);
}

function readGroups(groups: readonly SecurityGroup[], options: SecurityGroupOptions): readonly ReadRule[] {
  const attached = groups.flatMap((group) =>
    understood(() => [{ group, own: membersOf(group, options) }], { value: group.name, place: group.place }, options),
  );
  return bothWays(wayRules(attached, 'arriving', options), wayRules(attached, 'leaving', options));
}

function membersOf({ id, name, place }: SecurityGroup, { members }: SecurityGroupOptions): IntervalSet {
  const own = (id === undefined ? undefined : members(id)) ?? members(name);
  if (own === undefined) throw unreadable(`group \`${name}\``, 'a group whose interfaces are known', place);
  return own;
}

type Attached = { readonly group: SecurityGroup; readonly own: IntervalSet };

const direction = { arriving: 'ingress', leaving: 'egress' } as const;

const newConnections: Box = { ...everything, flow: flowSet({ states: ['new'] }) };

function wayRules(attached: readonly Attached[], way: Way, options: SecurityGroupOptions): readonly ReadRule[] {
  const filtering = attached.filter(({ group, own }) => own.length > 0 && group.filters.includes(direction[way]));
  if (filtering.length === 0) return [];
  const opened = filtering.flatMap(({ group, own }) =>
    group[direction[way]].flatMap((permission) =>
      permission.peers.flatMap((peer) =>
        understood(
          () => [readPeer(peer, permission, { own, way, options, name: group.name })],
          { value: peer.kind === 'member' ? peer.name : peer.description, place: permission.place },
          options,
        ),
      ),
    ),
  );
  // An allow by name goes before what merely passes, whichever group it is of.
  const rank = ({ decision }: ReadRule) => (decision === 'allow' ? 0 : 1);
  return [
    ...opened.toSorted((a, b) => rank(a) - rank(b)),
    { box: { ...newConnections, [ownField[way]]: union(...filtering.map(({ own }) => own)) }, decision: 'deny' },
  ];
}

type Looking = { readonly own: IntervalSet; readonly way: Way; readonly options: SecurityGroupOptions; readonly name: string };

function readPeer(peer: Peer, { service, place }: Permission, { own, way, options, name }: Looking): ReadRule {
  const addresses = peer.kind === 'addresses' ? peer.addresses : options.members(peer.name);
  if (addresses === undefined) throw unreadable(`the peer of group \`${name}\``, 'a group or prefix list whose addresses are known', place);
  return {
    box: { ...newConnections, [ownField[way]]: own, [peerField[way]]: addresses, service },
    decision: peer.description === 'not-applicable' ? 'not-applicable' : 'allow',
    where: { line: place.line, text: name },
  };
}
