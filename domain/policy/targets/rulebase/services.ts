/**
 * Sets of services and source ports as what a device's service objects can hold: one protocol with one run of destination ports and
 * at most one of source ports, one ICMP type with at most one code, or a protocol as a whole.
 */
import { noSourcePort } from '../../request/flow.ts';
import { type IntervalSet, intersect } from '../../intervals.ts';
import { anyService, hasPorts, isIcmp, lastDetail, protocolName, type Service, servicesOf } from '../../service-selector.ts';
import type { ServiceSelector } from '../../model.ts';
import { mark } from './names.ts';

export type PortRange = { readonly low: number; readonly high: number };

export type ServiceEntry = {
  /** By what it holds: `edict-tcp-443`. */
  readonly name: string;
  readonly protocol: number;
  /** Absent: every port. */
  readonly ports?: PortRange | undefined;
  /** Absent: every source port. */
  readonly sourcePorts?: PortRange | undefined;
  /** Absent: every type. */
  readonly icmp?: { readonly type: number; readonly code: number | undefined } | undefined;
};

export function serviceEntries(service: IntervalSet, sourcePort: IntervalSet): 'any' | readonly ServiceEntry[] {
  const sources = sourceRanges(sourcePort);
  if (sources === undefined && isWhole(service)) return 'any';
  return servicesOf(service).flatMap((run) => entriesOf(run, sources));
}

function isWhole(service: IntervalSet): boolean {
  const [only, ...more] = service;
  return more.length === 0 && only?.low === anyService[0]?.low && only?.high === anyService[0]?.high;
}

const everyPort: IntervalSet = [{ low: 0n, high: 65_535n }];

/** `undefined`: every source port, and none at all. */
function sourceRanges(sourcePort: IntervalSet): readonly PortRange[] | undefined {
  const [only, ...more] = sourcePort;
  if (more.length === 0 && only?.low === 0n && only.high >= BigInt(noSourcePort - 1)) return undefined;
  return intersect(sourcePort, everyPort).map(({ low, high }) => ({ low: Number(low), high: Number(high) }));
}

function entriesOf(run: Service, sources: readonly PortRange[] | undefined): readonly ServiceEntry[] {
  if (isIcmp(run.protocol)) return icmpEntries(run);
  if (!hasPorts(run.protocol)) return [named({ protocol: run.protocol })];
  const ports = run.low === 0 && run.high === lastDetail(run.protocol) ? {} : { ports: { low: run.low, high: run.high } };
  if (sources === undefined) return [named({ protocol: run.protocol, ...ports })];
  return sources.map((sourcePorts) => named({ protocol: run.protocol, ...ports, sourcePorts }));
}

/** A whole type is one entry; what is left of a type is one for each code. */
function icmpEntries({ protocol, low, high }: Service): readonly ServiceEntry[] {
  if (low === 0 && high === lastDetail(protocol)) return [named({ protocol })];
  const entries: ServiceEntry[] = [];
  for (let at = low; at <= high;) {
    const type = Math.floor(at / 256);
    const isWholeType = at % 256 === 0 && at + 255 <= high;
    entries.push(named({ protocol, icmp: { type, code: isWholeType ? undefined : at % 256 } }));
    at += isWholeType ? 256 : 1;
  }
  return entries;
}

function named(entry: Omit<ServiceEntry, 'name'>): ServiceEntry {
  const { protocol, ports, sourcePorts, icmp } = entry;
  const parts = [
    protocolName(protocol) ?? `proto-${protocol}`,
    ...(ports === undefined ? [] : [rangeText(ports)]),
    ...(icmp === undefined ? [] : [`${icmp.type}`]),
    ...(icmp?.code === undefined ? [] : [`${icmp.code}`]),
    ...(sourcePorts === undefined ? [] : ['from', rangeText(sourcePorts)]),
  ];
  return { name: `${mark}${parts.join('-')}`, ...entry };
}

/** The entry in the policies' own words, of every source port. */
export function selectorOf({ protocol, ports, icmp }: ServiceEntry): ServiceSelector {
  const details = [ports === undefined ? icmp?.type : rangeText(ports), icmp?.code].filter((detail) => detail !== undefined);
  return [protocolName(protocol) ?? `proto/${protocol}`, ...details].join('/');
}

export function rangeText({ low, high }: PortRange): string {
  return low === high ? `${low}` : `${low}-${high}`;
}
