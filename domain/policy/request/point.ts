/**
 * Where a request lies on the lines of protocols, source ports and flows. A request that does not say which way it goes goes through
 * the point; one that does not say what is known of its connection begins it; ICMP without a type is an echo request.
 */
import type { Family } from '../addresses.ts';
import { type ConnectionState, type Direction, directions, flowPoint, noSourcePort, states } from './flow.ts';
import type { NetworkRequest, RequestProtocol } from '../model.ts';
import { hasPorts, isIcmp, isProtocolName, maxPort, protocolName, protocolNumbers, serviceAt, servicePoint } from '../service-selector.ts';

/** IANA keeps it for itself: it stands for a protocol that nobody names. */
const otherProtocol = 255;

const echoRequest = { 1: 8, 58: 128 } as const;

/** `icmp` is the family's own. `undefined` for what is no protocol. */
function protocolOf(protocol: unknown, family: Family): number | undefined {
  if (protocol === 'tcp') return 6;
  if (protocol === 'icmp') return family === 4 ? protocolNumbers.icmp : protocolNumbers.icmpv6;
  if (protocol === 'other') return otherProtocol;
  if (isProtocolName(protocol)) return protocolNumbers[protocol];
  const [, number] = typeof protocol === 'string' ? (/^proto\/(0|[1-9][0-9]{0,2})$/.exec(protocol) ?? []) : [];
  return number !== undefined && Number(number) <= otherProtocol ? Number(number) : undefined;
}

/** The place on the line of services; `undefined` for what cannot be read. */
export function requestService(request: NetworkRequest, family: Family): number | undefined {
  const protocol = protocolOf(request.protocol, family);
  const { port } = request;
  if (protocol === undefined || !isWithin(port, maxPort)) return undefined;
  if (hasPorts(protocol)) return servicePoint(protocol, port);
  if (!isIcmp(protocol)) return servicePoint(protocol, 0);
  if ((protocol === protocolNumbers.icmp) !== (family === 4)) return undefined;
  const { icmpType = echoRequest[protocol as 1 | 58], icmpCode = 0 } = request;
  return isWithin(icmpType, 255) && isWithin(icmpCode, 255) ? servicePoint(protocol, icmpType * 256 + icmpCode) : undefined;
}

/** The place on the line of source ports of a request with this service; `undefined` for what cannot be read. */
export function requestSourcePort({ sourcePort }: NetworkRequest, service: number): number | undefined {
  if (sourcePort === undefined) return noSourcePort;
  if (!isWithin(sourcePort, maxPort)) return undefined;
  return hasPorts(service >>> 16) ? sourcePort : noSourcePort;
}

export function requestFlow({ direction = 'forward', state = 'new' }: NetworkRequest): number | undefined {
  return directions.includes(direction) && states.includes(state) ? flowPoint(direction, state) : undefined;
}

function isWithin(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
}

/** What a request says of its service, from a place on the line. The inverse of `requestService`. */
export function serviceWords(point: bigint): Pick<NetworkRequest, 'protocol' | 'port' | 'icmpType' | 'icmpCode'> {
  const { protocol: number, detail } = serviceAt(point);
  const protocol = protocolWord(number);
  if (hasPorts(number)) return { protocol, port: detail };
  return isIcmp(number) ? { protocol, port: 0, icmpType: Math.floor(detail / 256), icmpCode: detail % 256 } : { protocol, port: 0 };
}

function protocolWord(number: number): RequestProtocol {
  if (number === otherProtocol) return 'other';
  return protocolName(number) ?? `proto/${number}`;
}

/** What a request says of its flow, from a place on the line: only what is not taken for granted. */
export function flowWords(direction: Direction, state: ConnectionState): Pick<NetworkRequest, 'direction' | 'state'> {
  return { ...(direction === 'forward' ? {} : { direction }), ...(state === 'new' ? {} : { state }) };
}
