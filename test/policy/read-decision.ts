/** First match over what a reader reports, for requests without a time. */
import ipaddr from 'ipaddr.js';
import type { Decision, NetworkRequest } from '../../domain/policy/model.ts';
import type { AddressInterval, ReadRule } from '../../domain/policy/targets/target.ts';

export function decideRead(rules: readonly ReadRule[], { from, to, protocol, port }: NetworkRequest): Decision {
  const found = rules.find(
    (rule) =>
      rule.minutes === undefined &&
      holds(rule.source, from) &&
      holds(rule.destination, to) &&
      rule.protocols.includes(protocol) &&
      rule.ports.some(({ low, high }) => low <= port && port <= high),
  );
  return found?.decision ?? 'not-applicable';
}

function holds(intervals: readonly AddressInterval[], text: string): boolean {
  const address = ipaddr.parse(text);
  const value = BigInt(
    `0x${address
      .toByteArray()
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('')}`,
  );
  const family = address.kind() === 'ipv4' ? 4 : 6;
  return intervals.some((interval) => interval.family === family && interval.low <= value && value <= interval.high);
}
