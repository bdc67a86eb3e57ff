/** Every target, by name. */
import { nftablesTarget } from './nftables/target.ts';
import { regoTarget } from './rego/target.ts';
import type { Target, TargetName } from './target.ts';

export const targets: Readonly<Record<TargetName, Target>> = { rego: regoTarget, nftables: nftablesTarget };
