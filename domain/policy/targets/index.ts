/** Every target that there is, by name. */
import { EdictError } from '../../errors.ts';
import { awsIamTarget } from './aws-iam/target.ts';
import { awsNetworkAclTarget } from './aws-network-acl/target.ts';
import { awsScpTarget } from './aws-scp/target.ts';
import { awsSecurityGroupTarget } from './aws-security-group/target.ts';
import { azureNsgTarget } from './azure-nsg/target.ts';
import { cedarTarget } from './cedar/target.ts';
import { checkPointTarget } from './check-point/target.ts';
import { fortinetTarget } from './fortinet/target.ts';
import { ciliumTarget } from './cilium/target.ts';
import { ciscoAsaTarget } from './cisco-asa/target.ts';
import { ciscoIosTarget } from './cisco-ios/target.ts';
import { gcpFirewallTarget } from './gcp-firewall/target.ts';
import { iptablesTarget } from './iptables/target.ts';
import { juniperSrxTarget } from './juniper-srx/target.ts';
import { kubernetesTarget } from './kubernetes/target.ts';
import { nftablesTarget } from './nftables/target.ts';
import { openfgaTarget } from './openfga/target.ts';
import { openflowTarget } from './openflow/target.ts';
import { panOsTarget } from './pan-os/target.ts';
import { postgresqlTarget } from './postgresql/target.ts';
import { regoTarget } from './rego/target.ts';
import { regoAccessTarget } from './rego-access/target.ts';
import { rfc8519Target } from './rfc8519/target.ts';
import type { AccessTarget } from '../access/prove.ts';
import type { Artifact, Target, TargetName } from './target.ts';

/** Of network rules, or of access and AI rules: what their readers report differs. */
export type AnyTarget = Target | AccessTarget;

export function isNetworkTarget(target: AnyTarget): target is Target {
  return (target as Target).kinds.includes('network');
}

export const targets = {
  'aws-iam': awsIamTarget,
  'aws-network-acl': awsNetworkAclTarget,
  'aws-scp': awsScpTarget,
  'aws-security-group': awsSecurityGroupTarget,
  'azure-nsg': azureNsgTarget,
  cedar: cedarTarget,
  'check-point': checkPointTarget,
  cilium: ciliumTarget,
  fortinet: fortinetTarget,
  'cisco-asa': ciscoAsaTarget,
  'cisco-ios': ciscoIosTarget,
  'gcp-firewall': gcpFirewallTarget,
  iptables: iptablesTarget,
  'juniper-srx': juniperSrxTarget,
  kubernetes: kubernetesTarget,
  nftables: nftablesTarget,
  openfga: openfgaTarget,
  openflow: openflowTarget,
  'pan-os': panOsTarget,
  postgresql: postgresqlTarget,
  rego: regoTarget,
  'rego-access': regoAccessTarget,
  rfc8519: rfc8519Target,
} satisfies { readonly [name in TargetName]?: AnyTarget };

/** What the connectors of ours put in force: a policy is compiled to each of these that holds rules of its kinds. */
export const enforcedTargets: readonly AnyTarget[] = [regoTarget, nftablesTarget, regoAccessTarget];

export type KnownTarget = keyof typeof targets;

/** Throws `target-unknown`. */
export function targetOf(name: string): AnyTarget {
  if (Object.hasOwn(targets, name)) return targets[name as KnownTarget];
  throw new EdictError('target-unknown', `no target \`${name}\``, { expected: Object.keys(targets).join(', ') });
}

/** The lines of an artifact of network rules. Throws `target-unknown` and `artifact-unreadable`. */
export function readNetwork(artifact: Artifact): ReturnType<Target['read']> {
  const target = targetOf(artifact.target);
  if (isNetworkTarget(target)) return target.read(artifact);
  throw new EdictError('target-unknown', `\`${artifact.target}\` says nothing of the network`);
}
