/** IPv6 addresses to classes by the longest prefix that is listed: few prefixes, of few lengths. */
import { type Cidr, familyLine, printCidr } from '../../addresses.ts';
import { element } from '../../element.ts';
import type { Segment } from './lines.ts';

export type Networks = {
  /** The lengths that there are, the longest first. */
  readonly bits: readonly number[];
  readonly networks: { readonly [cidr: string]: string };
};

/** `segments` cover all of IPv6. */
export function networksOf(segments: readonly Segment[]): Networks {
  const found: (readonly [Cidr, string])[] = [];
  list(found, { low: familyLine[6].low, bits: 0 }, { segments, inherited: undefined });
  const bits = [...new Set(found.map(([cidr]) => cidr.bits))].toSorted((a, b) => b - a);
  return { bits, networks: Object.fromEntries(found.map(([cidr, name]) => [printCidr(cidr), name])) };
}

type Given = { readonly segments: readonly Segment[]; readonly inherited: string | undefined };

/** A network is listed where most of it is of another class than the network around it. */
function list(found: (readonly [Cidr, string])[], cidr: Cidr, { segments, inherited }: Given): void {
  const size = 1n << BigInt(128 - cidr.bits);
  const high = cidr.low + size - 1n;
  const name = segments.length === 1 ? element(segments, 0).name : largest(segments, { low: cidr.low, high }, inherited);
  if (name !== inherited) found.push([cidr, name]);
  if (segments.length === 1) return;
  const middle = cidr.low + size / 2n;
  const bits = cidr.bits + 1;
  list(found, { low: cidr.low, bits }, { segments: segments.filter(({ low }) => low < middle), inherited: name });
  list(found, { low: middle, bits }, { segments: segments.filter((segment) => segment.high >= middle), inherited: name });
}

function largest(
  segments: readonly Segment[],
  { low, high }: { readonly low: bigint; readonly high: bigint },
  inherited: string | undefined,
): string {
  const sizes = new Map<string, bigint>();
  for (const segment of segments) {
    const from = segment.low > low ? segment.low : low;
    const to = segment.high < high ? segment.high : high;
    sizes.set(segment.name, (sizes.get(segment.name) ?? 0n) + to - from + 1n);
  }
  let best = inherited !== undefined && sizes.has(inherited) ? inherited : element(segments, 0).name;
  for (const [name, size] of sizes) if (size > (sizes.get(best) ?? 0n)) best = name;
  return best;
}
