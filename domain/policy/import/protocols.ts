/** Protocols, ICMP types and TCP flags by the names that firewalls give them (IANA's registries). */
import { anyService, icmpSet, protocolSet } from '../service-selector.ts';
import type { IntervalSet } from '../intervals.ts';
import { unreadable } from './filter.ts';
import { numberSet } from './region.ts';

const numbers: ReadonlyMap<string, number> = new Map(
  Object.entries({
    hopopt: 0,
    'ipv6-hopopt': 0,
    hbh: 0,
    icmp: 1,
    icmpv4: 1,
    igmp: 2,
    ggp: 3,
    ipip: 4,
    ipencap: 4,
    ipinip: 4,
    tcp: 6,
    egp: 8,
    igp: 9,
    igrp: 9,
    udp: 17,
    rdp: 27,
    dccp: 33,
    ipv6: 41,
    'ipv6-route': 43,
    fragment: 44,
    'ipv6-frag': 44,
    rsvp: 46,
    gre: 47,
    esp: 50,
    'ipsec-esp': 50,
    ah: 51,
    ahp: 51,
    icmpv6: 58,
    'ipv6-icmp': 58,
    icmp6: 58,
    'ipv6-nonxt': 59,
    'ipv6-opts': 60,
    eigrp: 88,
    ospf: 89,
    nos: 94,
    pim: 103,
    pcp: 108,
    comp: 108,
    vrrp: 112,
    l2tp: 115,
    sctp: 132,
    udplite: 136,
  }),
);

/** A protocol's number by name or number; `undefined` for no protocol. */
export function protocolNumber(text: string): number | undefined {
  if (/^(?:0|[1-9][0-9]{0,2})$/.test(text)) return Number(text) <= 255 ? Number(text) : undefined;
  return numbers.get(text.toLowerCase());
}

/** A protocol whole; the words for "all" are each language's own. */
export function protocolService(text: string, all: readonly string[]): IntervalSet {
  if (all.includes(text.toLowerCase())) return anyService;
  const number = protocolNumber(text);
  if (number === undefined) throw unreadable(`unknown protocol \`${text}\``);
  return protocolSet(number);
}

export const tcpFlags: Readonly<Record<string, number>> = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 };

/** Flags of which those in `mask` are just as in `set`. */
export function flagsWith(mask: number, set: number): IntervalSet {
  const all = Array.from({ length: 64 }, (_, flags) => flags).filter((flags) => (flags & mask) === set);
  return numberSet(all.map((flags) => ({ low: flags, high: flags })));
}

/** Packets of a connection that is under way, as stateless filters tell: ACK or RST is set. */
export const establishedFlags: IntervalSet = numberSet(
  Array.from({ length: 64 }, (_, flags) => flags)
    .filter((flags) => (flags & 20) !== 0)
    .map((flags) => ({ low: flags, high: flags })),
);

/** ICMP types by name, for IPv4 and IPv6, under the names of aerleon, iptables, nft and Cisco. */
const icmpTypes: Readonly<Record<4 | 6, Readonly<Record<string, number>>>> = {
  4: {
    'echo-reply': 0,
    pong: 0,
    unreachable: 3,
    'destination-unreachable': 3,
    'source-quench': 4,
    redirect: 5,
    'alternate-address': 6,
    'echo-request': 8,
    echo: 8,
    ping: 8,
    'router-advertisement': 9,
    'router-solicitation': 10,
    'time-exceeded': 11,
    'ttl-exceeded': 11,
    'parameter-problem': 12,
    'timestamp-request': 13,
    'timestamp-reply': 14,
    'information-request': 15,
    'info-request': 15,
    'information-reply': 16,
    'info-reply': 16,
    'mask-request': 17,
    'address-mask-request': 17,
    'mask-reply': 18,
    'address-mask-reply': 18,
    traceroute: 30,
    'conversion-error': 31,
    'mobile-redirect': 32,
  },
  6: {
    'destination-unreachable': 1,
    unreachable: 1,
    'packet-too-big': 2,
    'time-exceeded': 3,
    'ttl-exceeded': 3,
    'parameter-problem': 4,
    'echo-request': 128,
    'echo-reply': 129,
    'multicast-listener-query': 130,
    'mld-listener-query': 130,
    'mld-query': 130,
    'multicast-listener-report': 131,
    'mld-listener-report': 131,
    'mld-report': 131,
    'multicast-listener-done': 132,
    'mld-listener-done': 132,
    'mld-listener-reduction': 132,
    'mld-reduction': 132,
    'router-solicit': 133,
    'router-solicitation': 133,
    'nd-router-solicit': 133,
    'router-advertisement': 134,
    'nd-router-advert': 134,
    'neighbor-solicit': 135,
    'neighbour-solicitation': 135,
    'neighbor-solicitation': 135,
    'nd-neighbor-solicit': 135,
    'nd-ns': 135,
    'neighbor-advertisement': 136,
    'neighbour-advertisement': 136,
    'nd-neighbor-advert': 136,
    'nd-na': 136,
    'redirect-message': 137,
    redirect: 137,
    'nd-redirect': 137,
    'router-renumbering': 138,
    'icmp-node-information-query': 139,
    'icmp-node-information-response': 140,
    'inverse-neighbor-discovery-solicitation': 141,
    'ind-neighbor-solicit': 141,
    'inverse-neighbor-discovery-advertisement': 142,
    'ind-neighbor-advert': 142,
    'version-2-multicast-listener-report': 143,
    'mld2-listener-report': 143,
    'home-agent-address-discovery-request': 144,
    'home-agent-address-discovery-reply': 145,
    'mobile-prefix-solicitation': 146,
    'mobile-prefix-advertisement': 147,
    'certification-path-solicitation': 148,
    'certification-path-advertisement': 149,
    'multicast-router-advertisement': 151,
    'multicast-router-solicitation': 152,
    'multicast-router-termination': 153,
  },
};

export function icmpType(text: string, version: 4 | 6): number {
  if (/^[0-9]{1,3}$/.test(text) && Number(text) <= 255) return Number(text);
  const names = icmpTypes[version];
  const number = Object.hasOwn(names, text) ? names[text] : undefined;
  if (number === undefined) throw unreadable(`unknown ICMP type \`${text}\``);
  return number;
}

/** Kinds of "unreachable" and the like that have names of their own (iptables, Cisco): type and code of ICMP. */
const icmpKinds: Readonly<Record<string, readonly [type: number, code: number]>> = {
  'network-unreachable': [3, 0],
  'net-unreachable': [3, 0],
  'host-unreachable': [3, 1],
  'protocol-unreachable': [3, 2],
  'port-unreachable': [3, 3],
  'fragmentation-needed': [3, 4],
  'packet-too-big': [3, 4],
  'source-route-failed': [3, 5],
  'network-unknown': [3, 6],
  'host-unknown': [3, 7],
  'network-prohibited': [3, 9],
  'host-prohibited': [3, 10],
  'communication-prohibited': [3, 13],
  'administratively-prohibited': [3, 13],
  'network-redirect': [5, 0],
  'net-redirect': [5, 0],
  'host-redirect': [5, 1],
  'ttl-zero-during-transit': [11, 0],
  'ttl-zero-during-reassembly': [11, 1],
  'reassembly-timeout': [11, 1],
};

/** `8`, `echo-request`, `3/4` or `host-unreachable`. */
export function icmpMessages(text: string, version: 4 | 6): IntervalSet {
  const kind = version === 4 && Object.hasOwn(icmpKinds, text) ? icmpKinds[text] : undefined;
  if (kind !== undefined) return icmpSet(4, ...kind);
  const [type = '', code, ...more] = text.split('/');
  if (more.length > 0 || (code !== undefined && !(/^[0-9]{1,3}$/.test(code) && Number(code) <= 255)))
    throw unreadable(`unknown ICMP type \`${text}\``);
  return icmpSet(version, icmpType(type, version), code === undefined ? undefined : Number(code));
}

/** Code points by name: RFC 2474 (class selectors), RFC 2597 (assured forwarding), RFC 3246 (expedited forwarding). */
export function dscpNumber(text: string): number | undefined {
  const [, kind, selector, group = 0, drop = 0] = /^(be|default|ef|cs([0-7])|af([1-4])([1-3]))$/.exec(text.toLowerCase()) ?? [];
  if (kind === undefined) return undefined;
  if (kind === 'ef') return 46;
  return selector === undefined ? Number(group) * 8 + Number(drop) * 2 : Number(selector) * 8;
}
