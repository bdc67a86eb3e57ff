/** Google Cloud: VPC firewall rules as one list. */
import type { Target } from '../target.ts';
import { compileGcp } from './compile.ts';
import { readGcp } from './read.ts';

export const gcpFirewallTarget: Target = {
  name: 'gcp-firewall',
  kinds: ['network'],
  compile: compileGcp,
  read: readGcp,
  cannotSay: [
    'time windows and source ports: more is refused, never less',
    'types of ICMP, and ports of DCCP and UDP-Lite: an allow of a part is left out, a deny of a part refuses the whole protocol',
  ],
};
