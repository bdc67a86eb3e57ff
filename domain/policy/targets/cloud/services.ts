/** Sets of services as cloud firewalls have them: protocols as a whole, with runs of ports or ICMP types for those that it looks into. */
import { type IntervalSet, intersect, isSubset, subtract, union } from '../../intervals.ts';
import { anyService, protocolSet, type Service, servicesOf } from '../../service-selector.ts';

export type ServiceWords = {
  /** Protocols of which a part can be said. */
  readonly parts: readonly number[];
  /** Protocols that can be said as a whole; every one unless told. */
  readonly wholes?: readonly number[] | undefined;
};

const protocolCount = 256;

const numbers = Array.from({ length: protocolCount }, (_, protocol) => protocol);

/**
 * The part of each protocol that can be said. A protocol without a word of its own can only be said as part of everything, which is what
 * stands around a set of most protocols; around a few, such a protocol is left out.
 */
export function sayable({ parts, wholes }: ServiceWords): (set: IntervalSet, how: 'within' | 'around') => IntervalSet {
  return (set, how) => {
    if (isSubset(anyService, set)) return set;
    const held = protocolsIn(set);
    if (how === 'around' && wholes !== undefined && held.length > protocolCount / 2) return anyService;
    const kept = held.flatMap((protocol) => {
      const whole = protocolSet(protocol);
      if (parts.includes(protocol)) return [intersect(set, whole)];
      if (wholes !== undefined && !wholes.includes(protocol)) return [];
      return how === 'around' || subtract(whole, set).length === 0 ? [whole] : [];
    });
    return union(...kept);
  };
}

function protocolsIn(set: IntervalSet): readonly number[] {
  return numbers.filter((protocol) => {
    const base = BigInt(protocol) << 16n;
    return set.some(({ low, high }) => low <= base + 65_535n && high >= base);
  });
}

/** By protocol; `ports` absent where the whole of it is meant. */
export type ProtocolPart = { readonly protocol: number; readonly runs: readonly Pick<Service, 'low' | 'high'>[] | undefined };

export function protocolParts(set: IntervalSet): 'any' | readonly ProtocolPart[] {
  if (isSubset(anyService, set)) return 'any';
  const runs = new Map<number, Service[]>();
  for (const run of servicesOf(set)) runs.set(run.protocol, [...(runs.get(run.protocol) ?? []), run]);
  return [...runs].map(([protocol, list]) => ({
    protocol,
    runs: subtract(protocolSet(protocol), set).length === 0 ? undefined : list.map(({ low, high }) => ({ low, high })),
  }));
}

export function rangeText({ low, high }: { readonly low: number; readonly high: number }): string {
  return low === high ? `${low}` : `${low}-${high}`;
}

/** A run of ICMP's `type * 256 + code` as types, -1 standing for every code. */
export function icmpRuns({
  low,
  high,
}: {
  readonly low: number;
  readonly high: number;
}): readonly { readonly type: number; readonly code: number }[] {
  const found: { readonly type: number; readonly code: number }[] = [];
  for (let at = low; at <= high;) {
    const isWhole = at % 256 === 0 && at + 255 <= high;
    found.push({ type: Math.floor(at / 256), code: isWhole ? -1 : at % 256 });
    at += isWhole ? 256 : 1;
  }
  return found;
}
