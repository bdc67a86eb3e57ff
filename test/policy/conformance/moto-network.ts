/**
 * Security groups and network ACLs before moto: each is made through AWS's own library, described again, and what is described must mean
 * what was made. moto keeps them; it carries no packets.
 */
import { fileURLToPath } from 'node:url';
import { parseAddresses } from '../../../domain/policy/addresses.ts';
import { networkDimensions } from '../../../domain/policy/boxes.ts';
import type { NetworkClause } from '../../../domain/policy/clauses.ts';
import { firstMatch, wholeBox } from '../../../domain/policy/compare.ts';
import { buildDiagram, newStore } from '../../../domain/policy/diagram.ts';
import { element } from '../../../domain/policy/element.ts';
import { type IntervalSet, union } from '../../../domain/policy/intervals.ts';
import { spaceOf } from '../../../domain/policy/space.ts';
import { readNetworkAcls } from '../../../domain/policy/targets/aws-network-acl/read.ts';
import { readSecurityGroups } from '../../../domain/policy/targets/aws-security-group/read.ts';
import type { Artifact, ReadRule } from '../../../domain/policy/targets/target.ts';
import { engineProgram } from '../../engines/engines.ts';
import { lineProcess } from './line-process.ts';

type Fields = { [key: string]: any };

/** One process for all questions: boto3 alone takes a second to load. */
export function motoAccount(): ReturnType<typeof lineProcess<Fields>> {
  const script = fileURLToPath(new URL('moto-network.py', import.meta.url));
  return lineProcess<Fields>(() => [engineProgram('moto', 'python'), script]);
}

type Ask = (document: object) => Promise<Fields>;

export async function validateGroups({ files }: Artifact, ask: Ask): Promise<string> {
  const made = files['security-groups.json']!;
  const described = await ask(JSON.parse(made));
  if (described['complaint'] !== undefined) return described['complaint'];
  const members = attached(files['attachments.json']!, 'Attachments', 'GroupName');
  const read = (text: string) => readSecurityGroups(text, { members });
  return sameMeaning(read(made), read(JSON.stringify(described)));
}

/** An ACL's addresses stand in for its subnets. */
export async function validateAcls({ files }: Artifact, ask: Ask): Promise<string> {
  const made = JSON.parse(files['network-acls.json']!) as Fields;
  const described = await ask(made);
  if (described['complaint'] !== undefined) return described['complaint'];
  const subnets = attached(files['associations.json']!, 'Associations', 'NetworkAcl');
  const associate = ({ NetworkAcls }: Fields): string =>
    JSON.stringify({
      NetworkAcls: NetworkAcls.map((acl: Fields) => ({ ...withTypes(acl, made), Associations: [{ SubnetId: nameOf(acl) }] })),
    });
  return sameMeaning(readNetworkAcls(associate(made), { subnets }), readNetworkAcls(associate(described), { subnets }));
}

function nameOf({ Tags }: Fields): string {
  return Tags.find(({ Key }: Fields) => Key === 'Name').Value;
}

/** moto takes the types of ICMP and forgets them. */
function withTypes(acl: Fields, { NetworkAcls }: Fields): Fields {
  const made: readonly Fields[] = NetworkAcls.find((each: Fields) => nameOf(each) === nameOf(acl))['Entries'];
  const same = ({ RuleNumber, Egress }: Fields) => made.find((each) => each['RuleNumber'] === RuleNumber && each['Egress'] === Egress);
  const typed = (entry: Fields) =>
    ['1', '58'].includes(entry['Protocol']) ? { ...entry, IcmpTypeCode: same(entry)?.['IcmpTypeCode'] } : entry;
  return { ...acl, Entries: acl['Entries'].map(typed) };
}

function attached(text: string, list: string, key: string): (name: string) => IntervalSet | undefined {
  const entries: readonly Fields[] = JSON.parse(text)[list];
  const sets = new Map(entries.map((entry) => [entry[key], union(...entry['Addresses'].map(parseAddresses))]));
  return (name) => sets.get(name);
}

function sameMeaning(made: readonly ReadRule[], described: readonly ReadRule[]): string {
  const [one, other] = [made, described].map((list) => list.map(({ box }, rule): NetworkClause => ({ role: 'match', rule, box })));
  const boxes = [...one!, ...other!].map(({ box }) => box);
  const store = newStore(spaceOf(networkDimensions, boxes, wholeBox));
  const reading = (list: readonly ReadRule[]) => firstMatch((rule) => element(list, rule).decision);
  const roots = [buildDiagram(store, one!, reading(made)), buildDiagram(store, other!, reading(described))];
  return JSON.stringify(roots[0]) === JSON.stringify(roots[1]) ? '' : 'what is described means something else';
}
