/** Azure: a network security group as an ARM template. */
import type { Target } from '../target.ts';
import { compileNsg, nsgBudget } from './compile.ts';
import { readNsg } from './read.ts';

export const azureNsgTarget: Target = {
  name: 'azure-nsg',
  kinds: ['network'],
  compile: compileNsg,
  read: readNsg,
  cannotSay: [
    'time windows: more is refused, never less',
    'ICMPv6, types of ICMP, SCTP and every protocol but TCP, UDP, ICMP, ESP and AH by itself: a rule on one of them is left out',
  ],
  budget: nsgBudget,
};
