/** IP addresses as context data writes them: canonical text in, canonical text out. Only four-part decimal IPv4 is accepted; no zone ids. */
import ipaddr from 'ipaddr.js';

/** Canonical text of an address, or undefined. IPv4-mapped IPv6 is IPv4. */
export function canonicalAddress(text: string): string | undefined {
  const parsed = parseAddress(text.trim());
  return parsed === undefined ? undefined : addressText(parsed);
}

/** Canonical text of a CIDR (or of a single address as a host prefix); undefined when it is none or has bits below its prefix. */
export function canonicalCidr(text: string): string | undefined {
  const read = readCidr(text);
  return read !== undefined && read.network === read.address ? `${read.network}/${read.prefix}` : undefined;
}

/** Address, network address and prefix of a CIDR in text. */
export function readCidr(text: string): { readonly address: string; readonly network: string; readonly prefix: number } | undefined {
  const [left = '', right, ...rest] = text.trim().split('/');
  const parsed = parseAddress(left);
  if (parsed === undefined || rest.length > 0) return undefined;
  const width = parsed.kind() === 'ipv4' ? 32 : 128;
  const prefix = right === undefined ? width : prefixLength(right, width);
  if (prefix === undefined) return undefined;
  return { address: addressText(parsed), network: networkOf(parsed, prefix), prefix };
}

/** Whether any of the CIDRs (or plain addresses) holds an address. They are parsed once, and answers are remembered. */
export function matcherOf(cidrs: readonly string[]): (address: string) => boolean {
  const networks = cidrs.flatMap((cidr) => {
    const read = readCidr(cidr);
    const network = read === undefined ? undefined : parseAddress(read.network);
    return read === undefined || network === undefined ? [] : [{ network, prefix: read.prefix }];
  });
  const remembered = new Map<string, boolean>();
  return (address) => {
    const known = remembered.get(address);
    if (known !== undefined) return known;
    const parsed = parseAddress(address);
    const answer =
      parsed !== undefined && networks.some(({ network, prefix }) => network.kind() === parsed.kind() && parsed.match(network, prefix));
    remembered.set(address, answer);
    return answer;
  };
}

export function isMulticastOrBroadcast(address: string): boolean {
  const range = parseAddress(address)?.range();
  return range === 'multicast' || range === 'broadcast';
}

function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (text.length > 45 || text.includes('%')) return undefined;
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.process(text);
}

function addressText(parsed: ipaddr.IPv4 | ipaddr.IPv6): string {
  return parsed.kind() === 'ipv4' ? parsed.toString() : (parsed as ipaddr.IPv6).toRFC5952String();
}

function prefixLength(text: string, width: number): number | undefined {
  if (!/^\d{1,3}$/.test(text)) return undefined;
  const prefix = Number(text);
  return prefix <= width ? prefix : undefined;
}

function networkOf(parsed: ipaddr.IPv4 | ipaddr.IPv6, prefix: number): string {
  const bytes = parsed.toByteArray().map((byte, index) => byte & maskByte(prefix - index * 8));
  return addressText(ipaddr.fromByteArray(bytes));
}

function maskByte(bits: number): number {
  if (bits >= 8) return 255;
  return bits <= 0 ? 0 : (255 << (8 - bits)) & 255;
}
