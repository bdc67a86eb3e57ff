/**
 * Regions: boxes over the network's request space and over what lies beyond it (interfaces, TCP flags, tags, …), which other firewalls
 * match on and the model does not. A dimension that a region does not name is not restricted.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { type Box, everything, fields } from '../boxes.ts';
import { type IntervalSet, intersect, intervalSet, isEqual, isSubset, subtract, union } from '../intervals.ts';
import { anyService, hasPorts, lastDetail, protocolSet, serviceSet, servicesOf } from '../service-selector.ts';

export type Region = { readonly [dimension: string]: IntervalSet };

/** Numbers beyond the request space, and how many there are of each. Every other dimension beyond it holds words. */
const sizes: Readonly<Record<string, bigint>> = {
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32 (RFC 9293). */
  'tcp-flags': 64n,
  /** The more-fragments bit times 8,192, plus the offset in units of 8 octets (RFC 791). */
  fragment: 16_384n,
  'packet-length': 65_536n,
  dscp: 64n,
  precedence: 8n,
  ttl: 256n,
  'ether-type': 65_536n,
};

/** Words of up to 128 octets lie on their line at the number that their octets make. */
const longestWord = 128;
const words: IntervalSet = [{ low: 0n, high: (1n << BigInt(8 * longestWord)) - 1n }];

export function wholeOf(dimension: string): IntervalSet {
  const size = sizes[dimension];
  if (size !== undefined) return [{ low: 0n, high: size - 1n }];
  return Object.hasOwn(everything, dimension) ? everything[dimension as keyof Box] : words;
}

export function wordSet(texts: readonly string[]): IntervalSet {
  return intervalSet(texts.map(wordPoint).map((point) => ({ low: point, high: point })));
}

function wordPoint(text: string): bigint {
  return utf8ToBytes(text)
    .subarray(0, longestWord)
    .reduce((value, byte) => value * 256n + BigInt(byte), 0n);
}

export function numberSet(ranges: readonly { readonly low: number; readonly high: number }[]): IntervalSet {
  return intervalSet(ranges.map(({ low, high }) => ({ low: BigInt(low), high: BigInt(high) })));
}

/** Everything of a dimension but the given. */
export function otherThan(dimension: string, set: IntervalSet): IntervalSet {
  return subtract(wholeOf(dimension), set);
}

export function isNowhere(region: Region): boolean {
  return Object.values(region).some((set) => set.length === 0);
}

export function meet(...regions: readonly Region[]): Region {
  const met: Record<string, IntervalSet> = {};
  for (const region of regions) {
    for (const [dimension, set] of Object.entries(region)) {
      const held = met[dimension];
      met[dimension] = held === undefined ? set : intersect(held, set);
    }
  }
  return met;
}

/** The packets that answer those of a region: sides and ports change places. Messages of ICMP answer as any of their protocol. */
export function mirrored({ source, destination, service, sourcePort, ...rest }: Region): readonly Region[] {
  const sides = {
    ...rest,
    ...(destination === undefined ? {} : { source: destination }),
    ...(source === undefined ? {} : { destination: source }),
  };
  const anyPort = sourcePort === undefined || isSubset(everyPort, sourcePort);
  if (service === undefined && anyPort) return [sides];
  return servicesOf(service ?? anyService).map(({ protocol, low, high }) => {
    if (!hasPorts(protocol)) return { ...sides, service: protocolSet(protocol) };
    const isWhole = low === 0 && high === lastDetail(protocol);
    const answered = anyPort
      ? protocolSet(protocol)
      : union(
          ...intersect(sourcePort, everyPort).map((ports) => serviceSet({ protocol, low: Number(ports.low), high: Number(ports.high) })),
        );
    return { ...sides, service: answered, ...(isWhole ? {} : { sourcePort: numberSet([{ low, high }]) }) };
  });
}

const everyPort: IntervalSet = [{ low: 0n, high: 65_535n }];

/** What of `region` lies outside of `hole`, as disjoint regions. */
export function cutOut(region: Region, hole: Region): readonly Region[] {
  if (isNowhere(meet(region, hole))) return isNowhere(region) ? [] : [region];
  const left: Region[] = [];
  let rest = region;
  for (const [dimension, set] of Object.entries(hole)) {
    const held = rest[dimension] ?? wholeOf(dimension);
    const outside = subtract(held, set);
    if (outside.length > 0) left.push({ ...rest, [dimension]: outside });
    rest = { ...rest, [dimension]: intersect(held, set) };
  }
  return left;
}

export function cutOutAll(regions: readonly Region[], holes: readonly Region[]): readonly Region[] {
  return holes.reduce<readonly Region[]>((left, hole) => left.flatMap((region) => cutOut(region, hole)), regions);
}

/** The dimensions beyond the request space that a region really restricts. */
export function beyond(region: Region): readonly string[] {
  return Object.keys(region).filter(
    (dimension) => !(fields as readonly string[]).includes(dimension) && !isEqual(region[dimension] ?? [], wholeOf(dimension)),
  );
}

/** The region as a box of requests; what lies beyond is not looked at. */
export function boxOfRegion(region: Region): Box {
  const box: Record<string, IntervalSet> = { ...everything };
  for (const field of fields) box[field] = region[field] ?? everything[field];
  return box as Box;
}
