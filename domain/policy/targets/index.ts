/** Every target that there is, by name. */
import { EdictError } from '../../errors.ts';
import { awsNetworkAclTarget } from './aws-network-acl/target.ts';
import { awsSecurityGroupTarget } from './aws-security-group/target.ts';
import { azureNsgTarget } from './azure-nsg/target.ts';
import { checkPointTarget } from './check-point/target.ts';
import { fortinetTarget } from './fortinet/target.ts';
import { ciliumTarget } from './cilium/target.ts';
import { ciscoIosTarget } from './cisco-ios/target.ts';
import { gcpFirewallTarget } from './gcp-firewall/target.ts';
import { iptablesTarget } from './iptables/target.ts';
import { juniperSrxTarget } from './juniper-srx/target.ts';
import { kubernetesTarget } from './kubernetes/target.ts';
import { nftablesTarget } from './nftables/target.ts';
import { openflowTarget } from './openflow/target.ts';
import { panOsTarget } from './pan-os/target.ts';
import { regoTarget } from './rego/target.ts';
import { rfc8519Target } from './rfc8519/target.ts';
import type { Target, TargetName } from './target.ts';

export const targets = {
  'aws-network-acl': awsNetworkAclTarget,
  'aws-security-group': awsSecurityGroupTarget,
  'azure-nsg': azureNsgTarget,
  'check-point': checkPointTarget,
  cilium: ciliumTarget,
  fortinet: fortinetTarget,
  'cisco-ios': ciscoIosTarget,
  'gcp-firewall': gcpFirewallTarget,
  iptables: iptablesTarget,
  'juniper-srx': juniperSrxTarget,
  kubernetes: kubernetesTarget,
  nftables: nftablesTarget,
  openflow: openflowTarget,
  'pan-os': panOsTarget,
  rego: regoTarget,
  rfc8519: rfc8519Target,
} satisfies { readonly [name in TargetName]?: Target };

/** What the connectors of ours put in force: every policy is compiled to these. */
export const enforcedTargets: readonly Target[] = [regoTarget, nftablesTarget];

export type KnownTarget = keyof typeof targets;

/** Throws `target-unknown`. */
export function targetOf(name: string): Target {
  if (Object.hasOwn(targets, name)) return targets[name as KnownTarget];
  throw new EdictError('target-unknown', `no target \`${name}\``, { expected: Object.keys(targets).join(', ') });
}
