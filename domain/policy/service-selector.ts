/** Services on one line: TCP ports at 0–65535, UDP ports behind them, then ICMP, then every other protocol as one point. */
import { EdictError } from '../errors.ts';
import type { IntervalSet } from './intervals.ts';
import type { NetworkRequest, ServiceSelector } from './model.ts';

export type Protocol = NetworkRequest['protocol'];

export type Service = { readonly protocol: Protocol | 'any'; readonly low: number; readonly high: number };

export const protocols: readonly Protocol[] = ['tcp', 'udp', 'icmp', 'other'];

export const maxPort = 65_535;

const start: Readonly<Record<Protocol, number>> = { tcp: 0, udp: 65_536, icmp: 131_072, other: 131_073 };

export const anyService: IntervalSet = [{ low: 0n, high: 131_073n }];

export function isProtocol(text: unknown): text is Protocol {
  return typeof text === 'string' && Object.hasOwn(start, text);
}

export function hasPorts(protocol: Protocol): boolean {
  return protocol === 'tcp' || protocol === 'udp';
}

export function parseService(text: ServiceSelector): Service {
  if (text === 'any') return { protocol: 'any', low: 0, high: maxPort };
  if (text === 'icmp') return { protocol: 'icmp', low: 0, high: 0 };
  const parts = /^(tcp|udp)(?:\/(0|[1-9][0-9]{0,4})(?:-(0|[1-9][0-9]{0,4}))?)?$/.exec(text);
  const [, protocol, from, to] = parts ?? [];
  if (protocol !== 'tcp' && protocol !== 'udp') throw unreadable(text);
  if (from === undefined) return { protocol, low: 0, high: maxPort };
  const low = Number(from);
  const high = to === undefined ? low : Number(to);
  if (low > high || high > maxPort) throw unreadable(text);
  return { protocol, low, high };
}

function unreadable(text: string): EdictError {
  return new EdictError('policy-invalid', `\`${text}\` is not a service`, {
    expected: '`any`, `tcp/5432`, `udp/53`, `tcp/8000-8099`, `tcp`, `udp` or `icmp`',
  });
}

export function serviceSet({ protocol, low, high }: Service): IntervalSet {
  if (protocol === 'any') return anyService;
  const base = start[protocol];
  return hasPorts(protocol) ? [{ low: BigInt(base + low), high: BigInt(base + high) }] : [{ low: BigInt(base), high: BigInt(base) }];
}

export function servicePoint(protocol: Protocol, port: number): number {
  return hasPorts(protocol) ? start[protocol] + port : start[protocol];
}

/** The set in the services' own words, at most one entry for each run of ports. */
export function servicesOf(set: IntervalSet): readonly (Service & { readonly protocol: Protocol })[] {
  return protocols.flatMap((protocol) => {
    const base = start[protocol];
    const last = hasPorts(protocol) ? base + maxPort : base;
    return set.flatMap(({ low, high }) => {
      const from = Math.max(Number(low), base);
      const to = Math.min(Number(high), last);
      return from <= to ? [{ protocol, low: from - base, high: to - base }] : [];
    });
  });
}
