/**
 * A hash table of entries that are held elsewhere: their numbers by hash. Whoever asks compares what the entries stand for, so that no
 * two are ever confused. Columns of numbers, which cost a tenth of the objects that a `Map` makes.
 */
export type Chains = {
  /** The latest entry of a hash; −1 for none. */
  readonly first: (hash: number) => number;
  /** The one before it of the same hash; −1 for none. */
  readonly next: (entry: number, hash: number) => number;
  /** The new entry's number: they are numbered from 0. */
  readonly add: (hash: number) => number;
  /** Forgets every entry, as quickly as a small table is made. */
  readonly clear: () => void;
};

const fewest = 16;

export function newChains(): Chains {
  let heads = new Int32Array(fewest).fill(-1);
  let mask = fewest - 1;
  let [links, hashes] = [new Int32Array(fewest), new Int32Array(fewest)];
  let size = 0;
  const alike = (from: number, hash: number): number => {
    let entry = from;
    while (entry >= 0 && hashes[entry] !== hash) entry = links[entry] ?? -1;
    return entry;
  };
  const link = (entry: number, hash: number): void => {
    links[entry] = heads[hash & mask] ?? -1;
    heads[hash & mask] = entry;
  };
  const spread = (): void => {
    mask = 2 * mask + 1;
    if (mask >= heads.length) heads = new Int32Array(mask + 1);
    heads.fill(-1, 0, mask + 1);
    for (let entry = 0; entry < size; entry += 1) link(entry, hashes[entry] ?? 0);
  };
  return {
    first: (hash) => alike(heads[hash & mask] ?? -1, hash),
    next: (entry, hash) => alike(links[entry] ?? -1, hash),
    add: (hash) => {
      if (size > mask) spread();
      [links, hashes] = [withRoom(links, size + 1), withRoom(hashes, size + 1)];
      hashes[size] = hash;
      link(size, hash);
      return size++;
    },
    clear: () => {
      [size, mask] = [0, fewest - 1];
      heads.fill(-1, 0, fewest);
    },
  };
}

/** The same numbers, with room for so many at least. */
export function withRoom(numbers: Int32Array<ArrayBuffer>, count: number): Int32Array<ArrayBuffer> {
  if (count <= numbers.length) return numbers;
  const wider = new Int32Array(Math.max(count, 2 * numbers.length));
  wider.set(numbers);
  return wider;
}

const offset = 0x811c9dc5;

/** FNV-1a over whole numbers. */
export function mixed(hash: number, number: number): number {
  return Math.imul(hash ^ number, 0x01000193);
}

export function hashOf(numbers: Int32Array, count: number): number {
  let hash: number = offset;
  for (let index = 0; index < count; index += 1) hash = mixed(hash, numbers[index] ?? 0);
  return settled(hash);
}

/** Of FNV, the high bits are the good ones, and tables take the low (the finaliser of MurmurHash3, by Appleby, in part). */
export function settled(hash: number): number {
  const folded = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return folded ^ (folded >>> 13);
}
