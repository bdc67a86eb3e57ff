/** OpenFlow 1.3: flows of table 0, as `ovs-ofctl add-flows` takes them. */
import type { Target } from '../target.ts';
import { compileOpenFlow } from './compile.ts';
import { readOpenFlow } from './read.ts';

export const openflowTarget: Target = {
  name: 'openflow',
  kinds: ['network'],
  compile: compileOpenFlow,
  read: readOpenFlow,
  cannotSay: [
    'connection state: each packet is looked at by itself, so that answers pass where no rule refuses the way back, and a rule on established connections alone is left out',
    'time windows: an exception in one is left out of a deny or claim, and holds at every time on an allow',
    'ports of DCCP and UDP-Lite: the whole protocol is refused where a part of it is, and none of it is allowed',
    'refusing with an answer: what is refused is dropped',
    'neighbour discovery apart from other ICMPv6: where a claim holds for any address, allow `icmpv6/133` to `icmpv6/137` by a rule',
  ],
};
