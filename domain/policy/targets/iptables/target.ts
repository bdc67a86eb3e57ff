/** iptables and ip6tables (≥ 1.8, with the extensions comment, conntrack, iprange, multiport and time): the table `filter` as a whole. */
import type { Target } from '../target.ts';
import { compileIptables } from './compile.ts';
import { readIptablesArtifact } from './read.ts';

export const iptablesTarget: Target = {
  name: 'iptables',
  kinds: ['network'],
  compile: compileIptables,
  read: readIptablesArtifact,
  cannotSay: [
    'Time windows in any zone but UTC: the exception is left out of a deny or claim, and holds at every time on an allow.',
    'It is the whole table `filter`: rules of others in that table are replaced.',
  ],
};
