/** What each target brings to the conformance suite: one line a target, in order of name. */
import type { TargetName } from '../../../domain/policy/targets/target.ts';
import type { Conformance } from './conformance.ts';
import { awsNetworkAcl } from './aws-network-acl.ts';
import { awsSecurityGroup } from './aws-security-group.ts';
import { azureNsg } from './azure-nsg.ts';
import { checkPoint } from './check-point.ts';
import { fortinet } from './fortinet.ts';
import { cilium } from './cilium.ts';
import { ciscoIos } from './cisco-ios.ts';
import { gcpFirewall } from './gcp-firewall.ts';
import { iptables } from './iptables.ts';
import { juniperSrx } from './juniper-srx.ts';
import { kubernetes } from './kubernetes.ts';
import { nftables } from './nftables.ts';
import { openflow } from './openflow.ts';
import { panOs } from './pan-os.ts';
import { rego } from './rego.ts';
import { rfc8519 } from './rfc8519.ts';

export const conformances: { readonly [target in TargetName]?: Conformance } = {
  'aws-network-acl': awsNetworkAcl,
  'aws-security-group': awsSecurityGroup,
  'azure-nsg': azureNsg,
  'check-point': checkPoint,
  cilium,
  fortinet,
  'cisco-ios': ciscoIos,
  'gcp-firewall': gcpFirewall,
  iptables,
  'juniper-srx': juniperSrx,
  kubernetes,
  nftables,
  openflow,
  'pan-os': panOs,
  rego,
  rfc8519,
};
