/** Numbers by lists of whole numbers, compared element by element. The lists are copied, end to end. */
import { hashOf, newChains, withRoom } from './chains.ts';

/** The first `count` numbers of `list` are meant. */
export type ListMap = {
  /** −1 for none. */
  readonly get: (list: Int32Array, count: number) => number;
  /** The list must not be there yet; values are 0 and more. */
  readonly set: (list: Int32Array, count: number, value: number) => void;
  readonly clear: () => void;
};

export function listMap(): ListMap {
  const chains = newChains();
  let [pool, ends, values] = [new Int32Array(64), new Int32Array(16), new Int32Array(16)];
  let used = 0;
  const startOf = (entry: number): number => (entry === 0 ? 0 : (ends[entry - 1] ?? 0));
  const isSame = (entry: number, list: Int32Array, count: number): boolean => {
    const start = startOf(entry);
    if ((ends[entry] ?? 0) - start !== count) return false;
    for (let index = 0; index < count; index += 1) if (pool[start + index] !== list[index]) return false;
    return true;
  };
  return {
    get: (list, count) => {
      const hash = hashOf(list, count);
      for (let entry = chains.first(hash); entry >= 0; entry = chains.next(entry, hash))
        if (isSame(entry, list, count)) return values[entry] ?? -1;
      return -1;
    },
    set: (list, count, value) => {
      const entry = chains.add(hashOf(list, count));
      pool = withRoom(pool, used + count);
      for (let index = 0; index < count; index += 1) pool[used + index] = list[index] ?? 0;
      used += count;
      [ends, values] = [withRoom(ends, entry + 1), withRoom(values, entry + 1)];
      ends[entry] = used;
      values[entry] = value;
    },
    clear: () => {
      chains.clear();
      used = 0;
    },
  };
}
