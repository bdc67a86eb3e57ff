/** A range of port numbers as the fewest value/mask pairs that make it up, in order. */
export type Masked = { readonly value: number; readonly mask: number };

const allBits = 0xffff;

export function masksOf({ low, high }: { readonly low: number; readonly high: number }): readonly Masked[] {
  const found: Masked[] = [];
  for (let from = low; from <= high;) {
    let size = 1;
    while (from % (size * 2) === 0 && from + size * 2 - 1 <= high) size *= 2;
    found.push({ value: from, mask: allBits & ~(size - 1) });
    from += size;
  }
  return found;
}
