/** Numbers by lists of whole numbers, compared element by element: a hash finds candidates, and no two lists are ever confused. */
export type ListMap = {
  readonly get: (list: ArrayLike<number>) => number | undefined;
  /** The list must not change afterwards, and must not be there yet. */
  readonly set: (list: ArrayLike<number>, value: number) => void;
};

export function listMap(): ListMap {
  const heads = new Map<number, number>();
  const lists: ArrayLike<number>[] = [];
  const values: number[] = [];
  /** The entry behind it with the same hash; -1 for none. */
  const next: number[] = [];
  return {
    get: (list) => {
      for (let at = heads.get(hashOf(list)) ?? -1; at >= 0; at = next[at] ?? -1) {
        const held = lists[at];
        if (held !== undefined && isSame(held, list)) return values[at];
      }
      return undefined;
    },
    set: (list, value) => {
      const hash = hashOf(list);
      next.push(heads.get(hash) ?? -1);
      heads.set(hash, lists.length);
      lists.push(list);
      values.push(value);
    },
  };
}

/** FNV-1a over whole numbers. */
function hashOf(list: ArrayLike<number>): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < list.length; index += 1) hash = Math.imul(hash ^ (list[index] ?? 0), 0x01000193);
  return hash ^ (hash >>> 15);
}

function isSame(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false;
  return true;
}
