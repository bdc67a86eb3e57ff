/** For each platform that aerleon writes for: what its text means, over the same space as the policy. */
import { anyAddress, type Family, familyLine } from '../../domain/policy/addresses.ts';
import { flowSet } from '../../domain/policy/request/flow.ts';
import { readCisco } from '../../domain/policy/import/cisco.ts';
import type { Filter, FilterRule, Unread } from '../../domain/policy/import/filter.ts';
import { readIptables } from '../../domain/policy/import/iptables.ts';
import { readNftRuleset } from '../../domain/policy/import/nftables/read.ts';
import { readOpenconfig } from '../../domain/policy/import/openconfig.ts';
import { readPacketFilter } from '../../domain/policy/import/packet-filter.ts';
import { meet, type Region, wordSet } from '../../domain/policy/import/region.ts';
import { readWindowsFirewall } from '../../domain/policy/import/windows-firewall.ts';
import { readWindowsIpsec } from '../../domain/policy/import/windows-ipsec.ts';
import { type GcpRule, parseGcp } from '../../domain/policy/targets/gcp-firewall/parse.ts';
import { type Cluster, parseKubernetes } from '../../domain/policy/targets/kubernetes/parse.ts';
import { directionRules } from '../../domain/policy/targets/kubernetes/read-policies.ts';

type Read = (text: string, family: Family) => Filter;

export const readers: { readonly [platform: string]: Read } = {
  cisco: readCisco,
  ciscoasa: readCisco,
  cisconx: readCisco,
  ciscoxr: readCisco,
  iptables: (text, family) => readIptables(text, { accepted: 'allow', family }),
  ipset: (text, family) => readIptables(text, { accepted: 'allow', family }),
  speedway: (text, family) => readIptables(text, { accepted: 'allow', family }),
  nftables: (text) => readNftRuleset(text, { accepted: 'allow' }),
  openconfig: readOpenconfig,
  packetfilter: (text) => readPacketFilter(text, { accepted: 'allow' }),
  windows_advfirewall: readWindowsFirewall,
  windows_ipsec: readWindowsIpsec,
  gce: readGoogle,
  gcp_hf: readGoogle,
  k8s: readKubernetes,
};

/** By priority; of one priority a deny goes first. Members and networks stay names: they lie beyond the request space. */
function readGoogle(text: string): Filter {
  const unread: Unread[] = [];
  const { rules } = parseGcp(text, 'firewall.json', { notUnderstood: (problem) => void unread.push(problem) });
  const ordered = rules.toSorted((a, b) => a.priority - b.priority || Number(a.action !== 'deny') - Number(b.action !== 'deny'));
  return { rules: ordered.flatMap(googleRules), unread };
}

function googleRules(rule: GcpRule): readonly FilterRule[] {
  const ingress = rule.direction === 'INGRESS';
  const base: Region = { service: rule.services, flow: flowSet({ directions: [ingress ? 'in' : 'out'] }) };
  const decision = rule.action === 'next' ? 'not-applicable' : rule.action;
  const targets = rule.targetMembers.map((member) => memberRegion(ingress ? 'destination-tag' : 'source-tag', member));
  return [peersOf(rule), ownOf(rule), targets]
    .map((alternatives) => (alternatives.length === 0 ? [{}] : alternatives))
    .reduce<readonly Region[]>((regions, more) => regions.flatMap((region) => more.map((each) => meet(region, each))), [base])
    .map((region) => ({ region, decision, where: { line: rule.place.line, text: rule.name } }));
}

/** The other side. A rule that names none is for every IPv4 address. */
function peersOf({ direction, source, destination, sourceMembers }: GcpRule): readonly Region[] {
  const every = [familyLine[4]];
  if (direction === 'EGRESS') return [{ destination: destination ?? every }];
  const members = sourceMembers.map((member) => memberRegion('source-tag', member));
  return source === undefined && members.length > 0 ? members : [{ source: source ?? every }, ...members];
}

function ownOf({ direction, source, destination }: GcpRule): readonly Region[] {
  if (direction === 'INGRESS') return destination === undefined ? [] : [{ destination }];
  return source === undefined ? [] : [{ source }];
}

/** `network:…/projects/P/global/networks/N` is P/N. */
function memberRegion(tag: string, member: string): Region {
  const [, kind, name = ''] = /^(tag|service-account|network):(.*)$/s.exec(member) ?? [];
  if (kind === 'tag') return { [`${tag} ${name}`]: wordSet(['on']) };
  if (kind === 'service-account') return { 'service-account': wordSet([name]) };
  const [, project, network] = /projects\/([^/]+)\/global\/networks\/([^/]+)$/.exec(name) ?? [];
  return { 'target-network': wordSet([`${project}/${network}`]) };
}

/** One pod that has every address. */
const everybody: Cluster = { namespaces: {}, pods: [{ namespace: 'default', labels: {}, addresses: anyAddress, ports: {} }] };

function readKubernetes(text: string): Filter {
  const unread: Unread[] = [];
  const { policies } = parseKubernetes(text, 'policies.yaml', { notUnderstood: (problem) => void unread.push(problem) });
  const rules = (['ingress', 'egress'] as const).flatMap((direction) =>
    directionRules(policies, everybody, direction).map(({ box, decision }): FilterRule => {
      return { region: { ...box, flow: flowSet({ directions: [direction === 'ingress' ? 'in' : 'out'] }) }, decision };
    }),
  );
  return { rules, unread };
}
