/**
 * Policies to AWS network ACLs: `network-acls.json`, the ACLs as `describe-network-acls` lists them, and `associations.json`, which subnets
 * have which ACL, by address.
 *
 * - An ACL is for a class of addresses of the inventory. Entries are asked by number; what no rule speaks of passes by entries whose number
 *   ends in 5, the others end in 0.
 * - An ACL keeps no state: an answer is a packet like any other. A refusal of what arrives is also one of answers to what left before.
 *   Refusals are kept, so that more is refused, never less.
 * - Networks within networks come first: `10.0.0.0/8` one way, then `0.0.0.0/0` the other way. They are as few as can be.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { EdictError } from '../../../errors.ts';
import { anyAddress, cidrsOf, families, type Family, inFamily, printCidr } from '../../addresses.ts';
import { type Box, isEmpty } from '../../boxes.ts';
import { type IntervalSet, subtract, union } from '../../intervals.ts';
import type { Policy } from '../../model.ts';
import { isIcmp } from '../../service-selector.ts';
import { artifactOf } from '../artifact.ts';
import { printRanges } from '../cloud/address-ranges.ts';
import { boxAt, type EndpointClass, endpointsOf, type Region, type WayRules } from '../cloud/endpoints.ts';
import { entriesOf, type Language } from '../cloud/entries.ts';
import { everyCandidate, planLosses, type Said } from '../cloud/plan-losses.ts';
import { icmpRuns, type ProtocolPart, protocolParts, sayable } from '../cloud/services.ts';
import type { Way } from '../cloud/ways.ts';
import type { Budget, Compilation } from '../target.ts';
import { connectionsAnsweredBy } from './answers.ts';
import { prefixesOf } from './prefixes.ts';

/** Of each direction and address family of one ACL ("Amazon VPC quotas": 20, up to 40 on request). */
export const networkAclBudget = { rules: 40 } satisfies Budget;

const partial = [1, 6, 17, 58];

const language: Language = {
  sourcePorts: false,
  services: sayable({ parts: partial }),
  lacks: 'it looks into TCP, UDP, ICMP and ICMPv6 alone: of other protocols it says all or nothing',
};

export function compileNetworkAcls(policies: readonly Policy[], inventory: Inventory): Compilation {
  const { entries, inexact } = entriesOf(policies, inventory, language);
  const { classes, inside } = endpointsOf(entries, inventory);
  const speaking = classes.filter(({ arriving, leaving }) => arriving.rules.length + leaving.rules.length > 0);
  const given = { policies, inventory };
  const files = {
    'network-acls.json': printJson({ NetworkAcls: speaking.map((endpoint) => printAcl(endpoint, inside)) }),
    'associations.json': printJson({
      Associations: speaking.map(({ name, own }) => ({ NetworkAcl: aclName(name), Addresses: printRanges(own) })),
    }),
  };
  const first = speaking.flatMap(({ arriving, leaving }) => [...arriving.rules, ...leaving.rules])[0];
  const unspoken = first === undefined ? [] : [{ rule: first, direction: 'under-permits', covers: 'unspoken', reason: stateless } as const];
  return {
    artifact: artifactOf('aws-network-acl', files),
    losses: planLosses('aws-network-acl', given, saidOf(speaking), [...unspoken, ...everyCandidate(given, inexact, elsewhere)]),
  };
}

const stateless = 'it keeps no state: answers to a port that a rule refuses are refused too';

const elsewhere = `${stateless}; it filters at subnets of the inventory, not between hosts that are elsewhere`;

function printJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function aclName(name: string): string {
  return `edict-${name}`;
}

type Decision = 'allow' | 'deny' | 'unspoken';

type Line = { readonly decision: Decision; readonly family: Family; readonly cidr: string; readonly key: object };

function printAcl({ name, arriving, leaving }: EndpointClass, inside: IntervalSet): object {
  const linesOf = (way: Way): readonly Line[] =>
    way === 'arriving' ? regionLines(arriving) : [...(leaving.rules.length === 0 ? [] : innerLines(inside)), ...regionLines(leaving)];
  return {
    Tags: [{ Key: 'Name', Value: aclName(name) }],
    Entries: (['arriving', 'leaving'] as const).flatMap((way) => numbered(linesOf(way), { name, isEgress: way === 'leaving' })),
  };
}

/** What leaves for the inside is decided where it arrives. */
function innerLines(inside: IntervalSet): readonly Line[] {
  return families.flatMap((family) =>
    cidrsOf(inFamily(inside, family)).map((cidr) => ({
      decision: 'unspoken' as const,
      family,
      cidr: printCidr(cidr),
      key: { Protocol: '-1' },
    })),
  );
}

function numbered(lines: readonly Line[], { name, isEgress }: { readonly name: string; readonly isEgress: boolean }): readonly object[] {
  for (const family of families) {
    const count = lines.filter((line) => line.family === family).length;
    if (count > networkAclBudget.rules)
      throw new EdictError('policy-invalid', `${count} entries for IPv${family} in one direction of a network ACL`, {
        where: aclName(name),
        expected: `at most ${networkAclBudget.rules}`,
        help: 'name wider networks, or fewer services',
      });
  }
  return lines.map(({ decision, family, cidr, key }, index) => ({
    RuleNumber: 100 + index * 10 + (decision === 'unspoken' ? 5 : 0),
    ...key,
    RuleAction: decision === 'deny' ? 'deny' : 'allow',
    Egress: isEgress,
    [family === 4 ? 'CidrBlock' : 'Ipv6CidrBlock']: cidr,
  }));
}

/** Services that have a rule of their own first; the rest, which most protocols are in, as every protocol at the end. */
function regionLines({ regions }: WayRules): readonly Line[] {
  const sized = regions.map((region) => ({ region, parts: protocolParts(region.service) }));
  const most = Math.max(...sized.map(({ parts }) => (parts === 'any' ? Number.POSITIVE_INFINITY : parts.length)));
  const isRest = ({ parts }: (typeof sized)[number]) => (parts === 'any' ? Number.POSITIVE_INFINITY : parts.length) === most;
  const rest = sized.find(isRest);
  const named = sized.filter((each) => each !== rest);
  return [
    ...named.flatMap(({ region, parts }) => peerLines(region, parts === 'any' ? [{ Protocol: '-1' }] : parts.flatMap(serviceKeys))),
    ...(rest === undefined ? [] : peerLines(rest.region, [{ Protocol: '-1' }])),
  ];
}

const decisions: readonly Decision[] = ['allow', 'deny', 'unspoken'];

/** What a region is not about (peers inside, of what leaves) may go either way. */
function peerLines(region: Region, keys: readonly object[]): readonly Line[] {
  const spoken = union(region.allow, region.deny, region.unspoken);
  const division = decisions.map((decision) => ({
    label: decision,
    set: decision === 'unspoken' ? union(region.unspoken, subtract(anyAddress, spoken)) : region[decision],
  }));
  return families.flatMap((family) => {
    const lines = prefixesOf(division, family);
    return keys.flatMap((key) => lines.map(({ label, cidr }) => ({ decision: label, family, cidr: printCidr(cidr), key })));
  });
}

/** For ICMP type and code, -1 for all. */
function serviceKeys({ protocol, runs }: ProtocolPart): readonly object[] {
  const Protocol = `${protocol}`;
  if (!partial.includes(protocol)) return [{ Protocol }];
  if (isIcmp(protocol))
    return (runs === undefined ? [{ type: -1, code: -1 }] : runs.flatMap(icmpRuns)).map(({ type, code }) => ({
      Protocol,
      IcmpTypeCode: { Type: type, Code: code },
    }));
  return (runs ?? [{ low: 0, high: 65_535 }]).map(({ low, high }) => ({ Protocol, PortRange: { From: low, To: high } }));
}

/** Refused: what a region refuses, and the connections whose answers it refuses. */
function saidOf(classes: readonly EndpointClass[]): readonly Said[] {
  const regions = classes.flatMap(({ own, ...endpoint }) =>
    (['arriving', 'leaving'] as const).flatMap((way) => endpoint[way].regions.map((region) => ({ own, way, region }))),
  );
  const boxes = (decision: 'allow' | 'deny'): readonly Box[] =>
    regions.map(({ own, way, region }) => boxAt(way, own, region[decision], region.service)).filter((box) => !isEmpty(box));
  const denied = boxes('deny');
  const unanswered = denied.flatMap(connectionsAnsweredBy);
  return [
    ...[...denied, ...unanswered].map((box) => ({ box, decision: 'deny' as const })),
    ...boxes('allow').map((box) => ({ box, decision: 'allow' as const })),
  ];
}
