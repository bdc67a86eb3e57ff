/** Cisco ASA (9.5(2) and later): global access rules for IPv4 and IPv6, with network objects, object groups and time ranges. */
import type { Target } from '../target.ts';
import { compileCiscoAsa } from './compile.ts';
import { readCiscoAsa } from './read.ts';

export const ciscoAsaTarget: Target = {
  name: 'cisco-asa',
  kinds: ['network'],
  compile: compileCiscoAsa,
  read: readCiscoAsa,
  cannotSay: [
    'messages to and from the device itself, and packets of a known connection: access rules decide connections that begin, through it',
    'ports of DCCP and UDP-Lite, and protocol number 0, which means every protocol: what names them is left out',
    'the time zone of the device: the file says which one its time ranges are meant for, and who loads it sees to it',
  ],
};
