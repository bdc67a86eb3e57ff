/**
 * Policies to AWS security groups: `security-groups.json`, the groups as `describe-security-groups` lists them and
 * `authorize-security-group-ingress` and `-egress` take them, and `attachments.json`, which interfaces carry which group, by address.
 *
 * - A group is for a class of addresses of the inventory; its tag `edict-filters` says which directions it filters. A direction that no
 *   rule speaks of is left to the interface's other groups.
 * - A group only allows. Where rules allow or claim, it lists what they allow. Where they only refuse, it lists the complement, and the
 *   description of such a range is `not-applicable`: it passes because no rule speaks of it.
 * - Group references would save rules, but would mean whoever is a member later on: peers are CIDRs.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { EdictError } from '../../../errors.ts';
import { cidrsOf, families, type Family, inFamily, parseAddresses, printCidr, printCidrs } from '../../addresses.ts';
import type { IntervalSet } from '../../intervals.ts';
import type { Policy } from '../../model.ts';
import { isIcmp } from '../../service-selector.ts';
import { artifactOf } from '../artifact.ts';
import { printRanges } from '../cloud/address-ranges.ts';
import { closedPlan, type ClosedClass, type Opening } from '../cloud/closing.ts';
import { endpointsOf, rulesOf } from '../cloud/endpoints.ts';
import type { Way } from '../cloud/ways.ts';
import { entriesOf, type Language } from '../cloud/entries.ts';
import { everyCandidate, planLosses } from '../cloud/plan-losses.ts';
import { icmpRuns, protocolParts, sayable } from '../cloud/services.ts';
import { followers, keepsState } from '../cloud/sessions.ts';
import type { Budget, Compilation } from '../target.ts';

/**
 * Of each direction of one group ("Amazon VPC quotas"; it can be raised), both address families together, so that it holds by whoever
 * counts them together too.
 */
export const securityGroupBudget = { rules: 60 } satisfies Budget;

const partial = [1, 6, 17, 58];

const say = sayable({ parts: partial });

/** Every service but a few would be a rule for each of the protocols that nobody has a name for. */
const sayFew = sayable({ parts: partial, wholes: [...partial, 4, 47, 50, 51, 132] });

const language: Language = {
  ...keepsState,
  sourcePorts: false,
  services: say,
  lacks: 'it looks into TCP, UDP, ICMP and ICMPv6 alone: of other protocols it says all or nothing',
};

export function compileSecurityGroups(policies: readonly Policy[], inventory: Inventory): Compilation {
  const { entries, inexact } = entriesOf(policies, inventory, language);
  const plan = closedPlan(endpointsOf(entries, inventory), { closes: true, services: openable, fit });
  const filtering = plan.classes.filter(({ openings }) => openings.arriving !== undefined || openings.leaving !== undefined);
  const given = { policies, inventory };
  const candidates = [...plan.candidates, ...everyCandidate(given, inexact, elsewhere)];
  const files = {
    'security-groups.json': printJson({ SecurityGroups: filtering.map(printGroup) }),
    'attachments.json': printJson({
      Attachments: filtering.map(({ endpoint }) => ({ GroupName: groupName(endpoint.name), Addresses: printRanges(endpoint.own) })),
    }),
  };
  return {
    artifact: artifactOf('aws-security-group', files),
    losses: planLosses('aws-security-group', given, [followers, ...plan.said], candidates),
  };
}

const elsewhere = 'it filters at interfaces of the inventory, in the services that it can list: not between hosts that are elsewhere';

function openable(set: IntervalSet): IntervalSet {
  const said = say(set, 'within');
  const parts = protocolParts(said);
  return parts !== 'any' && parts.length > 20 ? sayFew(said, 'within') : said;
}

function printJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function groupName(name: string): string {
  return `edict-${name}`;
}

function printGroup({ endpoint, openings }: ClosedClass): object {
  const filters = [openings.arriving === undefined ? [] : ['ingress'], openings.leaving === undefined ? [] : ['egress']].flat();
  const permissions = (way: Way) => permissionsOf(openings[way] ?? []);
  return {
    GroupName: groupName(endpoint.name),
    Description: 'Written by Edict; changed by hand, it is drift.',
    IpPermissions: permissions('arriving'),
    IpPermissionsEgress: permissions('leaving'),
    Tags: [
      { Key: 'edict-filters', Value: filters.join(' ') },
      { Key: 'edict-rules', Value: rulesOf(endpoint, 256) },
    ],
  };
}

type Permission = { readonly key: object; readonly ranges: Readonly<Record<Family, object[]>> };

function mergedPermissions(openings: readonly Opening[]): readonly Permission[] {
  const permissions = new Map<string, Permission>();
  for (const { service, peers, decision } of openings) {
    for (const key of serviceKeys(service)) {
      const permission = permissions.get(JSON.stringify(key)) ?? { key, ranges: { 4: [], 6: [] } };
      permissions.set(JSON.stringify(key), permission);
      for (const family of families) permission.ranges[family].push(...rangesOf(peers, family, decision));
    }
  }
  return [...permissions.values()];
}

function largest(openings: readonly Opening[]): number {
  const permissions = mergedPermissions(openings);
  return permissions.reduce((sum, { ranges }) => sum + ranges[4].length + ranges[6].length, 0);
}

/**
 * What does not fit is made coarser: of what is allowed around a hole, the smallest networks go first. Where rules only refuse, the group
 * does without them instead of refusing what nobody speaks of. What leaves for the inventory always passes: it is decided there.
 */
function fit(
  openings: readonly Opening[],
  { isClosed, name }: { readonly isClosed: boolean; readonly name: string },
): readonly Opening[] | undefined {
  if (largest(openings) <= securityGroupBudget.rules) return openings;
  if (!isClosed) return undefined;
  const bits = mostBits(openings);
  if (bits !== undefined)
    return openings.map((opening) => (opening.decision === 'allow' ? { ...opening, peers: coarsened(opening.peers, bits) } : opening));
  throw new EdictError('policy-invalid', `${largest(openings)} rules in one direction of a security group`, {
    where: name,
    expected: `at most ${securityGroupBudget.rules}`,
    help: 'name wider networks, or allow fewer services',
  });
}

/** Up to how small networks around a hole all fits; `undefined` where nothing is small enough. */
function mostBits(openings: readonly Opening[]): number | undefined {
  const sized = openings.map(({ decision, peers, service }) => ({
    keys: serviceKeys(service).length,
    parts: peers.flatMap((interval) => {
      const cidrs = cidrsOf([interval]);
      return cidrs.map(({ bits }) => (cidrs.length === 1 || decision !== 'allow' ? 0 : bits));
    }),
  }));
  const count = (most: number) => sized.reduce((sum, { keys, parts }) => sum + keys * parts.filter((bits) => bits <= most).length, 0);
  for (let most = 127; most > 0; most -= 1) if (count(most) <= securityGroupBudget.rules) return most;
  return undefined;
}

/** A network that stands by itself is kept; of a range of several, those of at most so many bits. */
function coarsened(set: IntervalSet, mostBits: number): IntervalSet {
  return set.flatMap((interval) => {
    const parts = cidrsOf([interval]);
    if (parts.length === 1) return [interval];
    return parts.filter(({ bits }) => bits <= mostBits).flatMap((part) => parseAddresses(printCidr(part)));
  });
}

function permissionsOf(openings: readonly Opening[]): readonly object[] {
  return mergedPermissions(openings).map(({ key, ranges }) => ({
    ...key,
    ...(ranges[4].length === 0 ? {} : { IpRanges: ranges[4] }),
    ...(ranges[6].length === 0 ? {} : { Ipv6Ranges: ranges[6] }),
  }));
}

function rangesOf(peers: IntervalSet, family: Family, decision: Opening['decision']): readonly object[] {
  const key = family === 4 ? 'CidrIp' : 'CidrIpv6';
  return printCidrs(inFamily(peers, family)).map((cidr) => ({ [key]: cidr, ...(decision === 'allow' ? {} : { Description: decision }) }));
}

const words: { readonly [protocol: number]: string } = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6' };

/** For ICMP the ports are type and code, -1 for all. */
function serviceKeys(service: IntervalSet): readonly object[] {
  const parts = protocolParts(service);
  if (parts === 'any') return [{ IpProtocol: '-1' }];
  return parts.flatMap(({ protocol, runs }): readonly object[] => {
    const IpProtocol = words[protocol] ?? `${protocol}`;
    if (!partial.includes(protocol)) return [{ IpProtocol, FromPort: -1, ToPort: -1 }];
    if (isIcmp(protocol))
      return (runs === undefined ? [{ type: -1, code: -1 }] : runs.flatMap(icmpRuns)).map(({ type, code }) => ({
        IpProtocol,
        FromPort: type,
        ToPort: code,
      }));
    return (runs ?? [{ low: 0, high: 65_535 }]).map(({ low, high }) => ({ IpProtocol, FromPort: low, ToPort: high }));
  });
}
