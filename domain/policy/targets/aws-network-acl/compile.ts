/**
 * Policies to AWS network ACLs: `network-acls.json`, the ACLs as `describe-network-acls` lists them, and `associations.json`, which subnets
 * have which ACL, by address.
 *
 * - An ACL is for a class of addresses of the inventory. Entries are asked by number; what no rule speaks of passes by entries whose number
 *   ends in 5, the others end in 0.
 * - An ACL keeps no state: an answer is a packet like any other, and goes to the port that the connection came from. Where the rest is
 *   refused, answers to what rules allow are let through, TCP and UDP from port 1024 on (the ephemeral ports of the guide), behind every
 *   entry for a service of its own. That also lets connections begin there: a loss.
 * - Networks within networks come first: `10.0.0.0/8` one way, then `0.0.0.0/0` the other way. They are as few as can be.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { EdictError } from '../../../errors.ts';
import { anyAddress, cidrsOf, families, type Family, inFamily, printCidr } from '../../addresses.ts';
import { everything, isEmpty } from '../../boxes.ts';
import { allRules } from '../../clauses.ts';
import { intersect, type IntervalSet, isSubset, union } from '../../intervals.ts';
import type { Policy } from '../../model.ts';
import { anyService, icmpSet, isIcmp, protocolSet, serviceSet, servicesOf } from '../../service-selector.ts';
import { artifactOf } from '../artifact.ts';
import { printRanges } from '../cloud/address-ranges.ts';
import { boxAt, endpointsOf, type Region, rulesOf, type WayRules } from '../cloud/endpoints.ts';
import { entriesOf, type Entry, type Language } from '../cloud/entries.ts';
import { type Candidate, everyCandidate, type Given, planLosses, type Said } from '../cloud/plan-losses.ts';
import { icmpRuns, type ProtocolPart, protocolParts, sayable } from '../cloud/services.ts';
import { ownField, peerField, type Way } from '../cloud/ways.ts';
import type { Budget, Compilation } from '../target.ts';
import { withAnswers } from './answers.ts';
import { prefixesOf } from './prefixes.ts';

/** Of each direction and address family of one ACL ("Amazon VPC quotas": 20, up to 40 on request). */
export const networkAclBudget = { rules: 40 } satisfies Budget;

const partial = [1, 6, 17, 58];

const language: Language = {
  sourcePorts: false,
  services: sayable({ parts: partial }),
  lacks: 'it looks into TCP, UDP, ICMP and ICMPv6 alone: of other protocols it says all or nothing',
  flows: 'it looks at each packet by itself, whichever way its connection goes and whatever its state',
  about: everything.flow,
};

export function compileNetworkAcls(policies: readonly Policy[], inventory: Inventory): Compilation {
  const { entries, inexact } = entriesOf(policies, inventory, language);
  const { classes, inside, outside } = endpointsOf(entries, inventory);
  const acls = classes
    .filter(({ arriving, leaving }) => arriving.rules.length + leaving.rules.length > 0)
    .map(({ name, own, arriving, leaving }): Acl => ({
      name,
      own,
      arriving: fittingStatements(arriving, answersFor(entries, own, { way: 'arriving', peers: anyAddress })),
      leaving: fittingStatements(leaving, answersFor(entries, own, { way: 'leaving', peers: outside })),
      rules: [...arriving.rules, ...leaving.rules],
      told: rulesOf({ arriving, leaving }, 256),
    }));
  const given = { policies, inventory };
  const files = {
    'network-acls.json': printJson({ NetworkAcls: acls.map((acl) => printAcl(acl, inside)) }),
    'associations.json': printJson({
      Associations: acls.map(({ name, own }) => ({ NetworkAcl: aclName(name), Addresses: printRanges(own) })),
    }),
  };
  return {
    artifact: artifactOf('aws-network-acl', files),
    losses: planLosses('aws-network-acl', given, saidOf(acls), [
      ...unspoken(acls),
      ...answerCandidates(given, acls),
      ...everyCandidate(given, inexact, elsewhere),
    ]),
  };
}

const answerPorts = { low: 1_024, high: 65_535 };

const stateless =
  'it keeps no state: answers to what rules allow are let in from port 1024 on, whoever begins, and not to a port that a rule refuses';

/** What no rule speaks of, in either direction, put down to the first rule that makes the ACL. */
function unspoken(acls: readonly Acl[]): readonly Candidate[] {
  const first = acls.flatMap(({ rules }) => rules)[0];
  if (first === undefined) return [];
  return (['under-permits', 'over-permits'] as const).map((direction) => ({
    rule: first,
    direction,
    covers: 'unspoken',
    reason: stateless,
  }));
}

/** Narrower than a whole rule: an allow fails for source ports that no answer reaches, a refusal for the ports that answers go to. */
function answerCandidates(given: Given, acls: readonly Acl[]): readonly Candidate[] {
  const refused = union(...acls.flatMap(({ arriving, leaving }) => [...arriving, ...leaving]).map(refusedPorts));
  if (refused.length === 0) return [];
  const sourcePorts = refused.map(({ low, high }) => (low === high ? `${low}` : `${low}-${high}`)).join(',');
  return everyCandidate(given, [], stateless)
    .filter(({ direction, rule }) => direction === 'over-permits' || isAllow(given, rule))
    .map((candidate) => ({
      ...candidate,
      covers: candidate.direction === 'over-permits' ? { service: 'tcp/1024-65535,udp/1024-65535,icmp/0,icmpv6/129' } : { sourcePorts },
    }));
}

function isAllow({ policies }: Given, id: string): boolean {
  return allRules(policies).some((each) => each.id === id && each.rule.effect === 'allow');
}

const belowAnswers: IntervalSet = [{ low: 0n, high: BigInt(answerPorts.low - 1) }];

/** Of TCP and UDP, of a service of its own; the rest is refused below the ports of answers. */
function refusedPorts({ service, isRest, peers }: Statement): IntervalSet {
  if (isRest || peers.deny.length === 0) return belowAnswers;
  return union(
    belowAnswers,
    servicesOf(service)
      .filter(({ protocol }) => protocol === 6 || protocol === 17)
      .map(({ low, high }) => ({ low: BigInt(low), high: BigInt(high) })),
  );
}

const elsewhere = `${stateless}; it filters at subnets of the inventory, not between hosts that are elsewhere`;

function printJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function aclName(name: string): string {
  return `edict-${name}`;
}

type Decision = 'allow' | 'deny' | 'unspoken';

type Line = { readonly decision: Decision; readonly family: Family; readonly cidr: string; readonly key: object };

/** A division of peers for some services; what it holds of no peer is left to what follows. */
type Statement = { readonly service: IntervalSet; readonly isRest: boolean; readonly peers: Readonly<Record<Decision, IntervalSet>> };

type Acl = {
  readonly name: string;
  readonly own: IntervalSet;
  readonly arriving: readonly Statement[];
  readonly leaving: readonly Statement[];
  readonly rules: readonly string[];
  readonly told: string;
};

/** With answers as long as they fit. */
function fittingStatements(rules: WayRules, answers: readonly Answer[]): readonly Statement[] {
  const whole = statementsOf(rules, answers);
  return isWithinBudget(whole.flatMap(statementLines)) ? whole : statementsOf(rules, []);
}

/** Services that have a rule of their own, then answers, then the rest: the services that most protocols are in. */
function statementsOf({ regions }: WayRules, answers: readonly Answer[]): readonly Statement[] {
  const sized = regions.map((region) => ({ region, count: protocolCount(region.service) }));
  const most = Math.max(...sized.map(({ count }) => count));
  const rest = sized.find(({ count }) => count === most)?.region;
  const statement = ({ service, ...peers }: Region): Statement => ({ service, isRest: false, peers });
  if (rest === undefined) return [];
  const needed = answers
    .map(({ service, peers }) => ({ service, peers: intersect(peers, rest.deny) }))
    .filter(({ peers }) => peers.length > 0)
    .map(({ service, peers }): Statement => ({ service, isRest: false, peers: { allow: peers, deny: [], unspoken: [] } }));
  return [
    ...regions.filter((region) => region !== rest).map(statement),
    ...needed,
    { ...statement(rest), service: anyService, isRest: true },
  ];
}

function protocolCount(service: IntervalSet): number {
  const parts = protocolParts(service);
  return parts === 'any' ? 256 : parts.length;
}

type Answer = { readonly service: IntervalSet; readonly peers: IntervalSet };

type Looking = { readonly way: Way; readonly peers: IntervalSet };

/** Packets that answer connections which rules allow the other way. */
function answersFor(entries: readonly Entry[], own: IntervalSet, { way, peers }: Looking): readonly Answer[] {
  const allowed = entries.filter(({ decision, box }) => decision === 'allow' && isSubset(own, box[peerField[way]]));
  const among = (service: IntervalSet) =>
    intersect(
      peers,
      union(...allowed.filter(({ box }) => intersect(box.service, service).length > 0).map(({ box }) => box[ownField[way]])),
    );
  const answers = [
    ...[6, 17].map((protocol) => ({ service: serviceSet({ protocol, ...answerPorts }), peers: among(protocolSet(protocol)) })),
    { service: icmpSet(4, 0), peers: among(icmpSet(4, 8)) },
    { service: icmpSet(6, 129), peers: among(icmpSet(6, 128)) },
  ];
  return answers.filter((answer) => answer.peers.length > 0);
}

function printAcl({ name, arriving, leaving, told }: Acl, inside: IntervalSet): object {
  const lines: Readonly<Record<Way, readonly Line[]>> = {
    arriving: arriving.flatMap(statementLines),
    leaving: [
      ...(leaving.some(({ peers }) => peers.allow.length + peers.deny.length > 0) ? innerLines(inside) : []),
      ...leaving.flatMap(statementLines),
    ],
  };
  return {
    Tags: [
      { Key: 'Name', Value: aclName(name) },
      { Key: 'edict-rules', Value: told },
    ],
    Entries: (['arriving', 'leaving'] as const).flatMap((way) => numbered(lines[way], { name, isEgress: way === 'leaving' })),
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

function isWithinBudget(lines: readonly Line[]): boolean {
  return families.every((family) => lines.filter((line) => line.family === family).length <= networkAclBudget.rules);
}

function numbered(lines: readonly Line[], { name, isEgress }: { readonly name: string; readonly isEgress: boolean }): readonly object[] {
  if (!isWithinBudget(lines))
    throw new EdictError('policy-invalid', `${lines.length} entries in one direction of a network ACL`, {
      where: aclName(name),
      expected: `at most ${networkAclBudget.rules} for each address family`,
      help: 'name wider networks, or fewer services',
    });
  return lines.map(({ decision, family, cidr, key }, index) => ({
    RuleNumber: 100 + index * 10 + (decision === 'unspoken' ? 5 : 0),
    ...key,
    RuleAction: decision === 'deny' ? 'deny' : 'allow',
    Egress: isEgress,
    [family === 4 ? 'CidrBlock' : 'Ipv6CidrBlock']: cidr,
  }));
}

const decisions: readonly Decision[] = ['allow', 'deny', 'unspoken'];

/** Only the rest divides all peers there are: of others, what is left open stays open for what follows. */
function statementLines({ service, isRest, peers }: Statement): readonly Line[] {
  const parts = isRest ? 'any' : protocolParts(service);
  const keys = parts === 'any' ? [{ Protocol: '-1' }] : parts.flatMap(serviceKeys);
  const division = decisions.map((decision) => ({ label: decision, set: peers[decision] }));
  const isAnswer = peers.deny.length + peers.unspoken.length === 0 && !isRest;
  return families.flatMap((family) => {
    const lines = isAnswer
      ? cidrsOf(inFamily(peers.allow, family)).map((cidr) => ({ label: 'allow' as const, cidr }))
      : prefixesOf(division, family);
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

function saidOf(acls: readonly Acl[]): readonly Said[] {
  const [arriving, leaving] = (['arriving', 'leaving'] as const).map((way) =>
    acls.flatMap(({ own, ...acl }) =>
      acl[way].flatMap(({ service, peers }) =>
        decisions
          .map((decision) => ({
            box: { ...boxAt(way, own, peers[decision], service), flow: everything.flow },
            decision: decisionOf[decision],
          }))
          .filter(({ box }) => !isEmpty(box)),
      ),
    ),
  );
  const connections: readonly Said[] = [...(arriving ?? []), ...(leaving ?? [])];
  const nothing: Said = { box: everything, decision: 'not-applicable' };
  return [arriving ?? [], leaving ?? []].reduce<readonly Said[]>((said, packets) => withAnswers(said, packets, nothing), connections);
}

const decisionOf = { allow: 'allow', deny: 'deny', unspoken: 'not-applicable' } as const;
