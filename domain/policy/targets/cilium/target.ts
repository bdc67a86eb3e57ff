/** Cilium: CiliumNetworkPolicy objects of cilium.io/v2. */
import type { Target } from '../target.ts';
import { compileCilium } from './compile.ts';
import { readCilium } from './read.ts';

export const ciliumTarget: Target = {
  name: 'cilium',
  kinds: ['network'],
  compile: compileCilium,
  read: readCilium,
  cannotSay: [
    'any protocol but TCP, UDP and SCTP by itself: a rule on one of them is left out',
    'connections between two hosts that the inventory does not know: they are no pods',
    'time windows, source ports: more is refused, never less',
  ],
};
