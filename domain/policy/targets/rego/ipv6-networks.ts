/** IPv6 addresses to names by the longest prefix that is listed: few prefixes, of few lengths. */
import { type Cidr, familyLine, printAddress, printCidr } from '../../addresses.ts';
import { element } from '../../element.ts';
import type { Segment } from './lines.ts';

export type Ipv6Table = {
  /** By whole address, in canonical text (RFC 5952). */
  readonly hosts: { readonly [address: string]: string };
  /** The lengths of shorter prefixes that there are, the longest first. */
  readonly bits: readonly number[];
  readonly networks: { readonly [cidr: string]: string };
};

/** Networks no larger than of so many bits are listed address by address. */
const smallest = 124;

/** `segments` cover all of IPv6. */
export function ipv6Table(segments: readonly Segment[]): Ipv6Table {
  const found: (readonly [Cidr, string])[] = [];
  list(found, { low: familyLine[6].low, bits: 0 }, { segments, inherited: undefined });
  const networks = found.filter(([cidr]) => cidr.bits < smallest);
  const hosts: { [address: string]: string } = {};
  // A network comes before those within it.
  for (const [{ low, bits }, name] of found.filter(([cidr]) => cidr.bits >= smallest))
    for (let at = 0n; at < 1n << BigInt(128 - bits); at += 1n) hosts[printAddress(low + at)] = name;
  return {
    hosts,
    bits: [...new Set(networks.map(([cidr]) => cidr.bits))].toSorted((a, b) => b - a),
    networks: Object.fromEntries(networks.map(([cidr, name]) => [printCidr(cidr), name])),
  };
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
