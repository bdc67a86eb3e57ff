/** First match over what a reader reports. Points are taken anew here, from the meaning of the lines; a line with a time needs one. */
import ipaddr from 'ipaddr.js';
import { holds } from '../../domain/policy/intervals.ts';
import type { Decision, NetworkRequest } from '../../domain/policy/model.ts';
import type { ReadRule } from '../../domain/policy/targets/target.ts';
import { weekClock } from '../../domain/policy/time-window.ts';

export function decideRead(rules: readonly ReadRule[], request: NetworkRequest): Decision {
  const found = rules.find(
    ({ box, timezone }) =>
      (timezone === undefined || (request.at !== undefined && holds(box.minute, minutePoint(request.at, timezone)))) &&
      holds(box.source, addressPoint(request.from)) &&
      holds(box.destination, addressPoint(request.to)) &&
      holds(box.service, servicePoint(request)) &&
      holds(box.sourcePort, sourcePoint(request)) &&
      holds(box.flow, flowPoint(request)),
  );
  return found?.decision ?? 'not-applicable';
}

const numbers = { igmp: 2, ipip: 4, tcp: 6, udp: 17, dccp: 33, gre: 47, esp: 50, ah: 51, icmpv6: 58, sctp: 132, udplite: 136, other: 255 };

function servicePoint({ from, protocol, port, icmpType, icmpCode = 0 }: NetworkRequest): bigint {
  const number = protocol === 'icmp' ? (from.includes(':') ? 58 : 1) : ((numbers as any)[protocol] ?? Number(protocol.split('/')[1]));
  const type = icmpType ?? (number === 58 ? 128 : 8);
  const detail = [1, 58].includes(number) ? type * 256 + icmpCode : [6, 17, 33, 132, 136].includes(number) ? port : 0;
  return BigInt(number * 65_536 + detail);
}

function sourcePoint(request: NetworkRequest): bigint {
  const number = Number(servicePoint(request) >> 16n);
  return BigInt([6, 17, 33, 132, 136].includes(number) ? (request.sourcePort ?? 65_536) : 65_536);
}

function flowPoint({ direction = 'forward', state = 'new' }: NetworkRequest): bigint {
  return BigInt(['in', 'out', 'forward'].indexOf(direction) * 4 + ['new', 'established', 'related', 'invalid'].indexOf(state));
}

function minutePoint(at: string, timezone: string): bigint {
  return BigInt(weekClock(timezone)(Date.parse(at)));
}

function addressPoint(text: string): bigint {
  const address = ipaddr.parse(text);
  const bytes = address.toByteArray().map((byte) => byte.toString(16).padStart(2, '0'));
  return BigInt(`0x${bytes.join('')}`) + (address.kind() === 'ipv4' ? 0n : 1n << 40n);
}
