/**
 * Where a connector may connect to. Private addresses are what it is for; addresses at which clouds hand out credentials are
 * never reached, not by a name that resolves to them either: each connection looks its name up once, here, and uses that answer.
 */
import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Of AWS, Azure, Google, Oracle and Alibaba; all link-local addresses with them. */
const forbidden = ['169.254.0.0/16', '192.0.0.192/32', '100.100.100.200/32', 'fe80::/10', 'fd00:ec2::254/128', 'fd20:ce::254/128'].map(
  (cidr) => ipaddr.parseCIDR(cidr),
);

export function isForbidden(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const plain = embedded(ipaddr.process(address));
  return forbidden.some(([network, bits]) => network.kind() === plain.kind() && plain.match(network, bits));
}

/** The IPv4 address inside a NAT64, 6to4 or IPv4-compatible one: it is where the packet ends up. */
function embedded(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (!(address instanceof ipaddr.IPv6)) return address;
  const bytes = address.toByteArray();
  const range = address.range();
  if (range === 'rfc6052' || bytes.slice(0, 12).every((byte) => byte === 0)) return new ipaddr.IPv4(bytes.slice(12));
  return range === '6to4' ? new ipaddr.IPv4(bytes.slice(2, 6)) : address;
}

export const forbiddenCode = 'EFORBIDDEN';

export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, options, (error, address, family) => {
    const found = Array.isArray(address) ? address.map((entry: { readonly address: string }) => entry.address) : [address];
    if (error === null && found.some(isForbidden)) callback(Object.assign(new Error('forbidden address'), { code: forbiddenCode }), '', 0);
    else callback(error, address, family);
  });
};
