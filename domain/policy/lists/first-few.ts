import { element } from '../element.ts';

/** The first few in order, of many that are offered; of equal ones those that came first. */
export function firstFew<T>(
  most: number,
  order: (a: T, b: T) => number,
): { readonly kept: readonly T[]; readonly offer: (one: T) => void } {
  const kept: T[] = [];
  return {
    kept,
    offer: (one) => {
      if (kept.length === most && order(element(kept, most - 1), one) <= 0) return;
      const place = kept.findIndex((held) => order(held, one) > 0);
      kept.splice(place < 0 ? kept.length : place, 0, one);
      if (kept.length > most) kept.pop();
    },
  };
}
