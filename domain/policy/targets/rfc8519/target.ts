/** RFC 8519: access control lists of NETCONF and RESTCONF, as JSON. */
import type { Target } from '../target.ts';
import { compileRfc8519 } from './compile.ts';
import { readRfc8519 } from './read.ts';

export const rfc8519Target: Target = {
  name: 'rfc8519',
  kinds: ['network'],
  compile: compileRfc8519,
  read: readRfc8519,
  cannotSay: [
    'connection state: each packet is looked at by itself, so that answers pass where no rule refuses the way back, and a rule on established connections alone is left out',
    'time windows: an exception in one is left out of a deny or claim, and holds at every time on an allow',
    'ports of SCTP, DCCP and UDP-Lite: the whole protocol is refused where a part of it is, and none of it is allowed',
    'sets of addresses and ports: each pair of networks and each range of ports is an entry of its own',
  ],
};
