/** Sets of addresses as what a device's address objects can hold: a CIDR where an interval is one, else a range. */
import { cidrsOf, type Family, familyLine, familyOf, printAddress } from '../../addresses.ts';
import type { Interval, IntervalSet } from '../../intervals.ts';
import { mark } from './names.ts';

export type AddressElement = {
  /** By what it holds; not yet cut to a device's length. An IPv6 address that begins with `::` gives `edict---`. */
  readonly name: string;
  readonly family: Family;
  readonly first: string;
  readonly last: string;
  /** Prefix length, where the element is a CIDR. */
  readonly bits: number | undefined;
};

const hostBits: Readonly<Record<Family, number>> = { 4: 32, 6: 128 };

/** `ranges`: the families for which the device has ranges; of the others, an interval is as many CIDRs as it takes. */
export function elementsOf(set: IntervalSet, ranges: readonly Family[]): readonly AddressElement[] {
  return set.flatMap((interval) => {
    const family = familyOf(interval.low);
    const bits = prefixLength(interval, family);
    if (bits !== undefined || ranges.includes(family)) return [elementOf(interval, family, bits)];
    return cidrsOf([interval]).map(({ low, bits }) =>
      elementOf({ low, high: low + (1n << BigInt(hostBits[family] - bits)) - 1n }, family, bits),
    );
  });
}

/** Of an interval that is one CIDR. */
function prefixLength({ low, high }: Interval, family: Family): number | undefined {
  const size = high - low + 1n;
  const isCidr = (size & (size - 1n)) === 0n && (low - familyLine[family].low) % size === 0n;
  return isCidr ? hostBits[family] - (size.toString(2).length - 1) : undefined;
}

function elementOf({ low, high }: Interval, family: Family, bits: number | undefined): AddressElement {
  const [first, last] = [printAddress(low), printAddress(high)];
  return { name: `${mark}${nameText({ first, last, bits, family })}`, family, first, last, bits };
}

/** Colons are no characters of a name on most devices; no address holds a `-`. */
function nameText({ first, last, bits, family }: Omit<AddressElement, 'name'>): string {
  const [from, to] = [first.replaceAll(':', '-'), last.replaceAll(':', '-')];
  if (bits === undefined) return `${from}_to_${to}`;
  return bits === hostBits[family] ? from : `${from}_${bits}`;
}

/** `10.1.0.0/16`; only where the element is a CIDR. */
export function cidrText({ first, bits }: AddressElement): string {
  return `${first}/${bits}`;
}

export function isHost({ bits, family }: AddressElement): boolean {
  return bits === hostBits[family];
}
