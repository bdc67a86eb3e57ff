/** What each target brings to the conformance suite: one line a target, in order of name. */
import type { TargetName } from '../../../domain/policy/targets/target.ts';
import type { Conformance } from './conformance.ts';
import { awsIam, awsScp } from './aws-access.ts';
import { awsNetworkAcl } from './aws-network-acl.ts';
import { awsSecurityGroup } from './aws-security-group.ts';
import { azureNsg } from './azure-nsg.ts';
import { cedar } from './cedar.ts';
import { checkPoint } from './check-point.ts';
import { fortinet } from './fortinet.ts';
import { cilium } from './cilium.ts';
import { ciscoAsa } from './cisco-asa.ts';
import { ciscoIos } from './cisco-ios.ts';
import { gcpFirewall } from './gcp-firewall.ts';
import { iptables } from './iptables.ts';
import { juniperSrx } from './juniper-srx.ts';
import { kubernetes } from './kubernetes.ts';
import { nftables } from './nftables.ts';
import { openfga } from './openfga.ts';
import { openflow } from './openflow.ts';
import { panOs } from './pan-os.ts';
import { postgresql } from './postgresql.ts';
import { rego } from './rego.ts';
import { regoAccess } from './rego-access.ts';
import { rfc8519 } from './rfc8519.ts';

export const conformances: { readonly [target in TargetName]?: Conformance } = {
  'aws-iam': awsIam,
  'aws-network-acl': awsNetworkAcl,
  'aws-scp': awsScp,
  'aws-security-group': awsSecurityGroup,
  'azure-nsg': azureNsg,
  cedar,
  'check-point': checkPoint,
  cilium,
  fortinet,
  'cisco-asa': ciscoAsa,
  'cisco-ios': ciscoIos,
  'gcp-firewall': gcpFirewall,
  iptables,
  'juniper-srx': juniperSrx,
  kubernetes,
  nftables,
  openfga,
  openflow,
  'pan-os': panOs,
  postgresql,
  rego,
  'rego-access': regoAccess,
  rfc8519,
};
