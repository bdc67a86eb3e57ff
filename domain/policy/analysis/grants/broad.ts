/** Allows that open much: to anybody without a condition, or everything of two of who, what and on what. */
import { type SlotName } from '../../access/space/atom.ts';
import { slotNames } from '../../access/space/lines.ts';
import type { Path } from '../../compare.ts';
import { element } from '../../element.ts';
import type { AccessSubject } from '../access.ts';
import { matchRuns, regionOf } from '../decisive.ts';
import { walkTogether } from '../walk.ts';

export type BroadGrant = {
  readonly rule: number;
  /** What it holds all of. */
  readonly all: readonly SlotName[];
  /** To a request of it. */
  readonly path: Path | undefined;
};

export function broadGrants({ set, found }: AccessSubject): readonly BroadGrant[] {
  return set.rules.flatMap(({ effect }, rule): readonly BroadGrant[] => {
    if (effect !== 'allow') return [];
    const all = slotNames.filter((_slot, level) => matchRuns(found, { rule, level, part: 0 }).full);
    const isOpen = all.includes('principal') && element(found.clausesOf, rule).length === 1;
    return isOpen || all.length > 1 ? [{ rule, all, path: pathInto({ found }, rule) }] : [];
  });
}

function pathInto({ found }: Pick<AccessSubject, 'found'>, rule: number): Path | undefined {
  let path: Path | undefined;
  walkTogether(found.store, [regionOf(found, rule)], {
    within: (region) => found.store.terminals[region] !== '',
    atLeaf: (_, place) => {
      path = place;
      return true;
    },
  });
  return path;
}
