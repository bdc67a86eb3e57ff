/** Cisco IOS and IOS XE: extended access lists for IPv4 and IPv6, with object groups (IOS 12.4(20)T and later) and time ranges. */
import type { Target } from '../target.ts';
import { compileCiscoIos } from './compile.ts';
import { readCiscoIosArtifact } from './read.ts';

export const ciscoIosTarget: Target = {
  name: 'cisco-ios',
  kinds: ['network'],
  compile: compileCiscoIos,
  read: readCiscoIosArtifact,
  cannotSay: [
    'Connection state: every packet of TCP with ACK or RST passes as an answer, answers of other protocols are looked at like any packet.',
    'Rules on states alone, or on traffic of the device itself: they are left out.',
    'Ports of other protocols than TCP and UDP: a deny or claim refuses the whole protocol, an allow leaves that part out.',
    'Time windows in any zone but UTC: the exception is left out of a deny or claim, and holds at every time on an allow.',
  ],
};
