/** What can be imported, by name: from each configuration's own text to one policy, with what was not understood. */
import type { Inventory } from '../../context/inventory.ts';
import { EdictError } from '../../errors.ts';
import type { IntervalSet } from '../intervals.ts';
import { nearest } from '../nearest.ts';
import { type Resolve, resolver } from '../resolve.ts';
import { readNetworkAcls } from '../targets/aws-network-acl/read.ts';
import { readSecurityGroups } from '../targets/aws-security-group/read.ts';
import { readSecurityGroupOfAzure } from '../targets/azure-nsg/read.ts';
import { readCheckPointLayer } from '../targets/check-point/read.ts';
import type { ReadOptions } from '../targets/cloud/reading.ts';
import { readFortiOs } from '../targets/fortinet/read.ts';
import { parseGcp } from '../targets/gcp-firewall/parse.ts';
import { readGce, readGcpHierarchical } from '../targets/gcp-firewall/read-rules.ts';
import { readJunos } from '../targets/juniper-srx/read.ts';
import { readNetworkPolicies } from '../targets/kubernetes/read-policies.ts';
import { readPaloAlto } from '../targets/pan-os/read.ts';
import { policyText } from '../targets/rego/policy-text.ts';
import { readRego } from '../targets/rego/read.ts';
import type { ReadOptions as RulebaseOptions, Rulebook } from '../targets/rulebase-reading/reading.ts';
import type { ReadRule } from '../targets/target.ts';
import { importAwsIam, importCedar } from './access.ts';
import { readCisco } from './cisco.ts';
import type { Filter, Unread } from './filter.ts';
import { type ImportedPolicy, importNetworkPolicy, type ImportNames } from './import-policy.ts';
import { readIptables } from './iptables.ts';
import { readNftRuleset } from './nftables/read.ts';
import { readOpenconfig } from './openconfig.ts';
import { readPacketFilter } from './packet-filter.ts';
import { byState } from './states.ts';
import { readWindowsFirewall } from './windows-firewall.ts';
import { readWindowsIpsec } from './windows-ipsec.ts';

type Import = (text: string, inventory: Inventory, names: ImportNames) => ImportedPolicy;

function network(read: (text: string, inventory: Inventory) => Filter): Import {
  return (text, inventory, names) => {
    const filter = read(text, inventory);
    const rules = filter.rules.map((rule) => ({ ...rule, region: byState(rule.region) }));
    return importNetworkPolicy({ ...filter, rules }, inventory, names);
  };
}

/** Readers of a cloud's own words: what they cannot read they tell, and groups and tags are those of the inventory with the same name. */
function cloud(read: (text: string, options: Required<ReadOptions> & { readonly members: Members }) => readonly ReadRule[]): Import {
  return network((text, inventory) => {
    const unread: Unread[] = [];
    const rules = read(text, { notUnderstood: (problem) => void unread.push(problem), members: membersOf(resolver(inventory)) });
    return filterOf(rules, unread);
  });
}

type Members = (name: string) => IntervalSet | undefined;

/** `web`, `tag:web` or the last part of a path, as a group, a zone, a service or an asset. */
function membersOf(resolve: Resolve): Members {
  return (name) => {
    const plain =
      name
        .replace(/^[a-z-]+:/, '')
        .split('/')
        .at(-1) ?? name;
    for (const kind of ['group', 'zone', 'service', 'asset']) {
      try {
        return resolve(`${kind}:${plain}`);
      } catch (error) {
        if (!(error instanceof EdictError) || error.code !== 'policy-name-unknown') throw error;
      }
    }
    return undefined;
  };
}

function filterOf(rules: readonly ReadRule[], unread: readonly Unread[]): Filter {
  const timezone = rules.find((rule) => rule.timezone !== undefined)?.timezone;
  const list = rules.map(({ box, decision, where }) => ({
    region: box,
    decision,
    ...(where?.line === undefined ? {} : { where: { line: where.line, text: where.text ?? '' } }),
  }));
  return { rules: list, unread, ...(timezone === undefined ? {} : { timezone }) };
}

/** Of a device between several zones or interfaces, those policies that stand between the first pair, or name none. */
function firewall(read: (text: string, file: string, options: RulebaseOptions) => Rulebook): Import {
  return network((text) => {
    const { rules, unread } = read(text, 'configuration', { isLenient: true });
    return filterOf(rules, unread);
  });
}

function readRegoData(text: string): Filter {
  const files = { 'data.json': text, 'policy.rego': policyText };
  return filterOf(readRego({ target: 'rego', digest: `sha256:${'0'.repeat(64)}`, files, sizeBytes: 0 }), []);
}

const importers: Readonly<Record<string, Import>> = {
  'aws-iam': importAwsIam,
  'aws-nacl': cloud((text, { members, ...options }) => readNetworkAcls(text, { ...options, subnets: members })),
  'aws-sg': cloud(readSecurityGroups),
  'azure-nsg': cloud(readSecurityGroupOfAzure),
  cedar: importCedar,
  'check-point': firewall(readCheckPointLayer),
  cisco: network(readCisco),
  fortinet: firewall(readFortiOs),
  gcp: cloud((text, options) =>
    parseGcp(text, 'firewall.json', options).kind === 'rules' ? readGce(text, options) : readGcpHierarchical(text, options),
  ),
  iptables: network((text) => readIptables(text, { accepted: 'not-applicable' })),
  'juniper-srx': firewall(readJunos),
  kubernetes: cloud((text, { notUnderstood }) => readNetworkPolicies(text, { notUnderstood })),
  nftables: network((text) => readNftRuleset(text, { accepted: 'not-applicable' })),
  openconfig: network(readOpenconfig),
  'pan-os': firewall(readPaloAlto),
  pf: network((text) => readPacketFilter(text, { accepted: 'not-applicable' })),
  'rego-data': network(readRegoData),
  'windows-firewall': network(readWindowsFirewall),
  'windows-ipsec': network(readWindowsIpsec),
};

export type { ImportedPolicy };

export const importSources: readonly string[] = Object.keys(importers);

/** Throws `input-invalid` for a source that is not known, and `artifact-unreadable` for text that has no structure at all. */
export function importPolicy(from: string, text: string, inventory: Inventory, names: ImportNames): ImportedPolicy {
  const run = Object.hasOwn(importers, from) ? importers[from] : undefined;
  if (run !== undefined) return run(text, inventory, names);
  const [close] = nearest(from, importSources);
  throw new EdictError('input-invalid', `nothing is imported from \`${from}\``, {
    expected: importSources.join(', '),
    ...(close === undefined ? {} : { help: `did you mean \`${close}\`?` }),
  });
}
