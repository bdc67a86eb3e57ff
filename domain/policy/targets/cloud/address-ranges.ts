/** Sets of addresses as attachments have them. */
import { cidrsOf, printAddress, printCidr } from '../../addresses.ts';
import type { IntervalSet } from '../../intervals.ts';

/** Each interval as an address, a CIDR or a range `a-b`, in order. */
export function printRanges(set: IntervalSet): readonly string[] {
  return set.map((interval) => {
    const [cidr, ...more] = cidrsOf([interval]);
    if (interval.low === interval.high) return printAddress(interval.low);
    return cidr !== undefined && more.length === 0 ? printCidr(cidr) : `${printAddress(interval.low)}-${printAddress(interval.high)}`;
  });
}
