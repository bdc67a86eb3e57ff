/** Juniper SRX (Junos OS ≥ 18.2): `set` commands that replace the configuration group `edict` as a whole. */
import type { Target } from '../target.ts';
import { compileJuniperSrx, srxBudget } from './compile.ts';
import { readJuniperSrx } from './read.ts';

export const juniperSrxTarget: Target = {
  name: 'juniper-srx',
  kinds: ['network'],
  compile: compileJuniperSrx,
  read: readJuniperSrx,
  budget: srxBudget,
  cannotSay: [
    'messages to and from the device itself, and packets of a known connection: the policies decide connections that begin, through it',
    'ports of SCTP, DCCP and UDP-Lite: what names them is left out',
    'the last second of a day in a time window that ends at midnight: the window ends at 23:59:59',
  ],
};
