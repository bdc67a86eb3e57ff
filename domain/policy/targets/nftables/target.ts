/** nftables (≥ 1.0.6): one file that replaces the table `inet edict_policy` as a whole. */
import type { Target } from '../target.ts';
import { compileNftables } from './compile.ts';
import { readNftables } from './read.ts';

export const nftablesTarget: Target = {
  name: 'nftables',
  kinds: ['network'],
  compile: compileNftables,
  read: readNftables,
  cannotSay: ['time windows: the kernel tells time by a zone that no ruleset sets, so that more is refused, never less'],
};
