/**
 * Services on one line: `protocol * 65536 + detail`. The protocol is IANA's number ("Assigned Internet Protocol Numbers"); the detail
 * is the destination port where the protocol has ports, `type * 256 + code` for ICMP and ICMPv6, and 0 for every other.
 */
import { EdictError } from '../errors.ts';
import { type Interval, type IntervalSet, intervalSet } from './intervals.ts';
import type { ServiceSelector } from './model.ts';

/** Names of protocols in a rule and in a request, by IANA's number. `icmp` in a rule is ICMP and ICMPv6; see `serviceSet`. */
export const protocolNumbers = {
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  eigrp: 88,
  ospf: 89,
  pim: 103,
  vrrp: 112,
  l2tp: 115,
  sctp: 132,
  udplite: 136,
} as const;

export type ProtocolName = keyof typeof protocolNumbers;

/** A run of one protocol's details. */
export type Service = { readonly protocol: number; readonly low: number; readonly high: number };

export const maxPort = 65_535;

const details = 65_536;
const protocolCount = 256;

export const anyService: IntervalSet = [{ low: 0n, high: BigInt(protocolCount * details - 1) }];

const portProtocols: readonly number[] = [6, 17, 33, 132, 136];
const icmpProtocols: readonly number[] = [1, 58];

export function hasPorts(protocol: number): boolean {
  return portProtocols.includes(protocol);
}

export function isIcmp(protocol: number): boolean {
  return icmpProtocols.includes(protocol);
}

/** The highest detail that a protocol's messages can have. */
export function lastDetail(protocol: number): number {
  return hasPorts(protocol) || isIcmp(protocol) ? details - 1 : 0;
}

export function isProtocolName(text: unknown): text is ProtocolName {
  return typeof text === 'string' && Object.hasOwn(protocolNumbers, text);
}

/** The name of a protocol by its number, where it has one here. */
export function protocolName(number: number): ProtocolName | undefined {
  return names.get(number);
}

const names: ReadonlyMap<number, ProtocolName> = new Map(
  Object.entries(protocolNumbers).map(([name, number]) => [number, name as ProtocolName]),
);

/**
 * `any`, or protocols with a run of details each: one, but for `icmp`, which is ICMP and ICMPv6. A list of services by comma is
 * all of them.
 */
export function parseService(text: ServiceSelector): 'any' | readonly Service[] {
  if (text === 'any') return 'any';
  return text.split(',').flatMap((part) => parseOne(part.trim(), text));
}

function parseOne(part: string, text: string): readonly Service[] {
  if (part === 'icmp') return icmpProtocols.map(wholeProtocol);
  const [word = '', detail, code, ...rest] = part.split('/');
  if (word === 'proto')
    return rest.length === 0 && code === undefined ? [wholeProtocol(numberIn(detail, protocolCount - 1, text))] : refuse(text);
  if (!isProtocolName(word) || rest.length > 0) return refuse(text);
  return namedService(protocolNumbers[word], { detail, code, text });
}

type Written = { readonly detail: string | undefined; readonly code: string | undefined; readonly text: string };

function namedService(protocol: number, { detail, code, text }: Written): readonly Service[] {
  if (detail === undefined) return [wholeProtocol(protocol)];
  if (isIcmp(protocol))
    return [icmpService(protocol, numberIn(detail, 255, text), code === undefined ? undefined : numberIn(code, 255, text))];
  if (!hasPorts(protocol) || code !== undefined) return refuse(text);
  return [{ protocol, ...portRange(detail, text) }];
}

function portRange(range: string, text: string): { readonly low: number; readonly high: number } {
  const [from, to = from, ...rest] = range.split('-');
  const [low, high] = [numberIn(from, maxPort, text), numberIn(to, maxPort, text)];
  return rest.length === 0 && low <= high ? { low, high } : refuse(text);
}

function numberIn(digits: string | undefined, most: number, text: string): number {
  return digits !== undefined && /^(?:0|[1-9][0-9]{0,4})$/.test(digits) && Number(digits) <= most ? Number(digits) : refuse(text);
}

function refuse(text: string): never {
  throw new EdictError('policy-invalid', `\`${text}\` is not a service`, {
    expected: '`any`, `tcp/5432`, `udp/53`, `tcp/8000-8099`, `tcp`, `icmp`, `icmp/8`, `icmpv6/135/0`, `sctp/2905`, `esp`, `proto/50`',
  });
}

function wholeProtocol(protocol: number): Service {
  return { protocol, low: 0, high: lastDetail(protocol) };
}

function icmpService(protocol: number, type: number, code?: number): Service {
  return { protocol, low: type * 256 + (code ?? 0), high: type * 256 + (code ?? 255) };
}

/** A run of one protocol's details, by name or number; `any` is every protocol, `icmp` is ICMP and ICMPv6 whole. */
export function serviceSet(service: {
  readonly protocol: ProtocolName | 'any' | number;
  readonly low: number;
  readonly high: number;
}): IntervalSet {
  const { protocol, low, high } = service;
  if (protocol === 'any') return anyService;
  if (protocol === 'icmp') return protocolSet('icmp');
  const number = typeof protocol === 'number' ? protocol : protocolNumbers[protocol];
  return [runOf(lastDetail(number) === 0 ? wholeProtocol(number) : { protocol: number, low, high })];
}

function runOf({ protocol, low, high }: Service): Interval {
  return { low: BigInt(protocol * details + low), high: BigInt(protocol * details + high) };
}

/** All of a protocol; `icmp` is ICMP and ICMPv6. */
export function protocolSet(protocol: number | 'icmp'): IntervalSet {
  return intervalSet((protocol === 'icmp' ? icmpProtocols : [protocol]).map((number) => runOf(wholeProtocol(number))));
}

/** Messages of ICMP (version 4) or ICMPv6 (6) of a type, and of one code where it is given. */
export function icmpSet(version: 4 | 6, type: number, code?: number): IntervalSet {
  return [runOf(icmpService(version === 4 ? 1 : 58, type, code))];
}

/** The places on the line that a message can have: `anyService` without the details that its protocol does not have. */
export const everyMessage: IntervalSet = intervalSet(
  Array.from({ length: protocolCount }, (_, protocol) => runOf(wholeProtocol(protocol))),
);

/** Everything that has ports. */
export const portServices: IntervalSet = intervalSet(portProtocols.map((number) => runOf(wholeProtocol(number))));

export function selectedServices(text: ServiceSelector): IntervalSet {
  const services = parseService(text);
  return services === 'any' ? anyService : intervalSet(services.map(runOf));
}

/** A place on the line. */
export function servicePoint(protocol: number, detail: number): number {
  return protocol * details + (lastDetail(protocol) === 0 ? 0 : detail);
}

export function serviceAt(point: bigint): { readonly protocol: number; readonly detail: number } {
  return { protocol: Math.floor(Number(point) / details), detail: Number(point) % details };
}

/** The set in protocols and runs of their details, in order: at most one entry for each protocol and run. */
export function servicesOf(set: IntervalSet): readonly Service[] {
  const found: Service[] = [];
  for (const { low, high } of set) {
    for (let protocol = serviceAt(low).protocol; protocol <= serviceAt(high).protocol; protocol += 1) {
      const base = BigInt(protocol * details);
      const last = base + BigInt(lastDetail(protocol));
      const [from, to] = [low > base ? low : base, high < last ? high : last];
      if (from <= to) found.push({ protocol, low: Number(from - base), high: Number(to - base) });
    }
  }
  return found;
}
