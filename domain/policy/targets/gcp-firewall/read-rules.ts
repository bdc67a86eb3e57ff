/**
 * What Google Cloud's firewall rules and policies do, in order.
 *
 * - Rules of one direction are asked by priority, the lowest number first. Of VPC firewall rules of one priority a deny goes before an
 *   allow; in a policy each priority is there once ("VPC firewall rules": cloud.google.com/firewall/docs/firewalls).
 * - A rule for INGRESS that names no source at all is for `0.0.0.0/0`, one for EGRESS without a destination likewise.
 * - `goto_next` leaves a request to the next level, which is "not applicable", like what no rule matches: the implied rules (INGRESS
 *   denied, EGRESS allowed, at the lowest priority) belong to the network, not to these rules.
 * - Rules keep state: they are asked about new connections, and what belongs to an allowed one passes.
 */
import { familyLine } from '../../addresses.ts';
import { everything } from '../../boxes.ts';
import { flowSet } from '../../request/flow.ts';
import { type IntervalSet, union } from '../../intervals.ts';
import { bothWays } from '../cloud/two-ways.ts';
import { type ReadOptions, understood, unreadable } from '../cloud/reading.ts';
import type { ReadRule } from '../target.ts';
import { type GcpDirection, type GcpDocument, type GcpRule, parseGcp } from './parse.ts';

export type GcpReadOptions = ReadOptions & {
  /** The addresses of `tag:<network tag>`, `service-account:<e-mail>` and `network:<URL>`; unknown ones are unreadable. */
  readonly members?: ((name: string) => IntervalSet | undefined) | undefined;
};

/** VPC firewall rules, as aerleon's `gce` writes them and `gcloud compute firewall-rules list --format=json` lists them. */
export function readGce(text: string, options: GcpReadOptions = {}): readonly ReadRule[] {
  return readBoth(text, 'rules', options);
}

/** A firewall policy, as aerleon's `gcp_hf` writes it. */
export function readGcpHierarchical(text: string, options: GcpReadOptions = {}): readonly ReadRule[] {
  return readBoth(text, 'policy', options);
}

function readBoth(text: string, kind: GcpDocument['kind'], options: GcpReadOptions): readonly ReadRule[] {
  const document = parseGcp(text, 'firewall.json', options);
  if (document.kind !== kind && document.rules.length > 0)
    throw unreadable(`firewall ${document.kind}`, kind === 'rules' ? 'VPC firewall rules' : 'a firewall policy', {
      file: 'firewall.json',
      line: 1,
    });
  return bothWays(rulesOf(document, 'INGRESS', options), rulesOf(document, 'EGRESS', options));
}

/** The rules of one direction in the order in which they are asked. */
export function rulesOf({ kind, rules }: GcpDocument, direction: GcpDirection, options: GcpReadOptions = {}): readonly ReadRule[] {
  const asked = rules.filter((rule) => rule.direction === direction).toSorted((a, b) => a.priority - b.priority || rank(a) - rank(b));
  if (kind === 'policy') checkPriorities(asked);
  return asked.flatMap((rule) => understood(() => [readRule(rule, options)], { value: rule.name, place: rule.place }, options));
}

function rank({ action }: GcpRule): number {
  return action === 'deny' ? 0 : 1;
}

function checkPriorities(asked: readonly GcpRule[]): void {
  const twice = asked.find(({ priority }, index) => asked[index - 1]?.priority === priority);
  if (twice !== undefined)
    throw unreadable(`priority ${twice.priority}, which is there twice`, 'each priority once in a policy', twice.place);
}

const anyIpv4: IntervalSet = [familyLine[4]];

function readRule(rule: GcpRule, options: GcpReadOptions): ReadRule {
  return {
    box: { ...everything, ...endsOf(rule, options), service: rule.services, flow: flowSet({ states: ['new'] }) },
    decision: rule.action === 'next' ? 'not-applicable' : rule.action,
    where: { line: rule.place.line, text: rule.name },
  };
}

type Ends = Pick<ReadRule['box'], 'source' | 'destination'>;

function endsOf(rule: GcpRule, options: GcpReadOptions): Ends {
  const { direction, source, destination, sourceMembers, targetMembers, place } = rule;
  const membersOf = (names: readonly string[]) => union(...names.map((name) => addressesOf(name, rule, options)));
  const own = targetMembers.length === 0 ? undefined : membersOf(targetMembers);
  const target = targetOf(own, direction === 'INGRESS' ? destination : source, rule);
  if (direction === 'INGRESS') {
    const sources = sourceMembers.length === 0 ? source : union(source ?? [], membersOf(sourceMembers));
    return { source: sources ?? anyIpv4, destination: target };
  }
  if (sourceMembers.length > 0) throw unreadable('a source tag of EGRESS', 'target tags', place);
  return { source: target, destination: destination ?? anyIpv4 };
}

function targetOf(members: IntervalSet | undefined, ranges: IntervalSet | undefined, { name, place }: GcpRule): IntervalSet {
  if (members !== undefined && ranges !== undefined)
    throw unreadable(`rule \`${name}\``, 'targets, or ranges of the targets’ own addresses', place);
  return members ?? ranges ?? everything.source;
}

function addressesOf(name: string, { place }: GcpRule, { members }: GcpReadOptions): IntervalSet {
  const found = members?.(name);
  if (found === undefined) throw unreadable(`\`${name}\``, 'a member whose addresses are known', place);
  return found;
}
