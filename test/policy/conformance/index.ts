/** What each target brings to the conformance suite: one line a target, in order of name. */
import type { TargetName } from '../../../domain/policy/targets/target.ts';
import type { Conformance } from './conformance.ts';
import { checkPoint } from './check-point.ts';
import { fortinet } from './fortinet.ts';
import { ciscoIos } from './cisco-ios.ts';
import { iptables } from './iptables.ts';
import { juniperSrx } from './juniper-srx.ts';
import { nftables } from './nftables.ts';
import { openflow } from './openflow.ts';
import { panOs } from './pan-os.ts';
import { rego } from './rego.ts';
import { rfc8519 } from './rfc8519.ts';

export const conformances: { readonly [target in TargetName]?: Conformance } = {
  'check-point': checkPoint,
  fortinet,
  'cisco-ios': ciscoIos,
  iptables,
  'juniper-srx': juniperSrx,
  nftables,
  openflow,
  'pan-os': panOs,
  rego,
  rfc8519,
};
