/** Palo Alto PAN-OS (≥ 10.1): the configuration of a virtual system, as XML. */
import type { Target } from '../target.ts';
import { compilePanOs } from './compile.ts';
import { readPanOs } from './read.ts';

export const panOsTarget: Target = {
  name: 'pan-os',
  kinds: ['network'],
  compile: compilePanOs,
  read: readPanOs,
  cannotSay: [
    'messages to and from the device itself, and packets of a known connection: the rulebase decides connections that begin, through it',
    'IPv6 addresses of ::/96 of which the IPv4 twin is not meant as well: the device takes the one for the other',
    'ports of SCTP, DCCP and UDP-Lite: what names them is left out',
    'the last minute of a day by itself: a time window that ends at midnight ends with 23:59, the last time that the device can name',
  ],
};
