/** Fortinet FortiOS (≥ 7.4): CLI commands that write the policy table of a virtual domain, and the objects that it names. */
import type { Target } from '../target.ts';
import { compileFortinet } from './compile.ts';
import { readFortinet } from './read.ts';

export const fortinetTarget: Target = {
  name: 'fortinet',
  kinds: ['network'],
  compile: compileFortinet,
  read: readFortinet,
  cannotSay: [
    'messages to and from the device itself, and packets of a known connection: the policies decide connections that begin, through it',
    'ports of DCCP and UDP-Lite, and the protocol numbers 0 and 255: what names them is left out',
  ],
};
