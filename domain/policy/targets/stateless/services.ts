/** A set of services as a packet filter says it: whole protocols, runs of destination ports, types and codes of ICMP. */
import type { Family } from '../../addresses.ts';
import type { Box } from '../../boxes.ts';
import { type IntervalSet, intersect, isSubset, subtract, union } from '../../intervals.ts';
import { anySourcePort, noSourcePort } from '../../request/flow.ts';
import { anyService, hasPorts, maxPort, protocolSet, serviceAt } from '../../service-selector.ts';

/** The headers that a point can look into. */
export type Words = {
  readonly ports: readonly number[];
  readonly icmp: Readonly<Record<Family, number>>;
  /** The zone that the point's clock is in, where it has words for times: windows in that zone are said as they are. */
  readonly zone?: string | undefined;
};

export type Range = { readonly low: number; readonly high: number };

/** Absent `protocol`: every one. Absent `ports`, `sourcePorts`, `icmp`: all of them. */
export type Entry = {
  readonly protocol?: number | undefined;
  readonly ports?: Range | undefined;
  readonly sourcePorts?: Range | undefined;
  readonly icmp?: { readonly type: number; readonly code?: number | undefined } | undefined;
};

const allPorts: IntervalSet = [{ low: 0n, high: BigInt(maxPort) }];

/** The protocols of which a box holds a part that the point has no words for. */
export function unsaidProtocols({ service, sourcePort }: Box, family: Family, words: Words): readonly number[] {
  const free = isSubset(allPorts, sourcePort);
  if (free && isSubset(anyService, service)) return [];
  return protocolsIn(service).filter((protocol) => {
    const whole = protocolSet(protocol);
    if (intersect(service, whole).length === 0) return false;
    const isWhole = subtract(whole, service).length === 0 && (free || !hasPorts(protocol));
    return !isWhole && !words.ports.includes(protocol) && words.icmp[family] !== protocol;
  });
}

/** The protocols that the set holds a part of, in order. */
function protocolsIn(service: IntervalSet): readonly number[] {
  const held = new Set<number>();
  for (const { low, high } of service)
    for (let protocol = serviceAt(low).protocol; protocol <= serviceAt(high).protocol; protocol += 1) held.add(protocol);
  return [...held];
}

/** What is said of a box: without those protocols, or with the whole of them. */
export function saidInstead(box: Box, unsaid: readonly number[], how: 'wider' | 'narrower'): readonly Box[] {
  if (unsaid.length === 0) return [box];
  const protocols = union(...unsaid.map(protocolSet));
  const rest = { ...box, service: subtract(box.service, protocols) };
  return how === 'narrower' ? [rest] : [rest, { ...box, service: protocols, sourcePort: anySourcePort }];
}

/** The entries of a box that the point has words for. */
export function entriesOf({ service, sourcePort }: Box): readonly Entry[] {
  if (isSubset(anyService, service) && isSubset(allPorts, sourcePort)) return [{}];
  return protocolsIn(service).flatMap((protocol) => inProtocol(service, sourcePort, protocol));
}

function inProtocol(service: IntervalSet, sourcePort: IntervalSet, protocol: number): readonly Entry[] {
  const whole = protocolSet(protocol);
  const base = BigInt(protocol * (maxPort + 1));
  const details = intersect(service, whole).map(({ low, high }) => ({ low: Number(low - base), high: Number(high - base) }));
  const sources = sourceRanges(sourcePort, protocol);
  if (details.length === 0 || sources.length === 0) return [];
  if (subtract(whole, service).length === 0) return sources.map((range) => ({ protocol, ...range }));
  if (!hasPorts(protocol)) return details.flatMap((run) => icmpEntries(protocol, run));
  return details.flatMap((ports) => sources.map((range) => ({ protocol, ports, ...range })));
}

function sourceRanges(set: IntervalSet, protocol: number): readonly Pick<Entry, 'sourcePorts'>[] {
  if (!hasPorts(protocol)) return isSubset([{ low: BigInt(noSourcePort), high: BigInt(noSourcePort) }], set) ? [{}] : [];
  if (isSubset(allPorts, set)) return [{}];
  return intersect(set, allPorts).map(({ low, high }) => ({ sourcePorts: { low: Number(low), high: Number(high) } }));
}

const codes = 256;

/** Whole types where the run holds them, single codes at its ends. */
function icmpEntries(protocol: number, { low, high }: Range): readonly Entry[] {
  const found: Entry[] = [];
  for (let at = low; at <= high;) {
    const [type, code] = [Math.floor(at / codes), at % codes];
    const isType = code === 0 && at + codes - 1 <= high;
    found.push({ protocol, icmp: isType ? { type } : { type, code } });
    at += isType ? codes : 1;
  }
  return found;
}
