/**
 * Addresses as numbers on one line: IPv4 lies at its own value, IPv6 behind it with a gap, so that no interval spans both
 * families. Text is strict: dotted quads in decimal only (`010.0.0.1` and `0x7f.1` are refused, other readers disagree on
 * them), no IPv6 zone ids; an IPv4-mapped IPv6 address is the IPv4 address.
 */
import { element } from './element.ts';
import ipaddr from 'ipaddr.js';
import { EdictError } from '../errors.ts';
import { type Interval, type IntervalSet, intersect, intervalSet } from './intervals.ts';
import type { AddressInterval } from './targets/target.ts';

export type Family = 4 | 6;

const ipv6Base = 1n << 40n;

export const families: readonly Family[] = [4, 6];

export const familyLine: Readonly<Record<Family, Interval>> = {
  4: { low: 0n, high: (1n << 32n) - 1n },
  6: { low: ipv6Base, high: ipv6Base + (1n << 128n) - 1n },
};

export const anyAddress: IntervalSet = [familyLine[4], familyLine[6]];

const widthOf: Readonly<Record<Family, number>> = { 4: 32, 6: 128 };

/** The address's place on the line; `undefined` for what is not one address. */
export function parseAddress(text: string): bigint | undefined {
  const quad = parseQuad(text);
  if (quad >= 0) return BigInt(quad);
  if (!text.includes(':') || text.includes('%')) return undefined;
  const groups = text.includes('.') ? parseMixed(text) : parseHextets(text);
  return groups === undefined ? undefined : lineOfGroups(groups);
}

/** With a dotted quad at its end. Not by ipaddr.js, which takes `::10.0.0.1` for IPv4, and nobody else does. */
function parseMixed(text: string): readonly number[] | undefined {
  const start = text.lastIndexOf(':') + 1;
  const quad = parseQuad(text.slice(start));
  if (quad < 0) return undefined;
  return parseHextets(`${text.slice(0, start)}${Math.floor(quad / 65_536).toString(16)}:${(quad % 65_536).toString(16)}`);
}

/** Eight groups of 16 bits, by hand like the dotted quad. `::` stands for at least one group, as in RFC 5952. */
function parseHextets(text: string): readonly number[] | undefined {
  const groups: number[] = [];
  let gap = text.startsWith('::') ? 0 : -1;
  for (let at = gap === 0 ? 2 : 0; at < text.length;) {
    const end = endOfHex(text, at);
    if (end === at || end - at > 4) return undefined;
    groups.push(hexValue(text, at, end));
    at = end + 1;
    if (end === text.length) break;
    if (text.charCodeAt(end) !== colon || at === text.length) return undefined;
    if (text.charCodeAt(at) !== colon) continue;
    if (gap >= 0) return undefined;
    gap = groups.length;
    at += 1;
  }
  return fillGap(groups, gap);
}

const colon = 58;

function endOfHex(text: string, start: number): number {
  let end = start;
  while (end < text.length && hexDigit(text.charCodeAt(end)) >= 0) end += 1;
  return end;
}

function hexValue(text: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) value = value * 16 + hexDigit(text.charCodeAt(at));
  return value;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = (code | 32) - 97;
  return letter >= 0 && letter < 6 && code >= 65 ? letter + 10 : -1;
}

function fillGap(groups: readonly number[], gap: number): readonly number[] | undefined {
  if (gap < 0) return groups.length === 8 ? groups : undefined;
  if (groups.length > 7) return undefined;
  return [...groups.slice(0, gap), ...Array.from({ length: 8 - groups.length }, () => 0), ...groups.slice(gap)];
}

function lineOfGroups(groups: readonly number[]): bigint {
  const word = (index: number) => (groups[index] ?? 0) * 65_536 + (groups[index + 1] ?? 0);
  const [first, second, third, last] = [word(0), word(2), word(4), word(6)];
  const isMapped = first === 0 && second === 0 && third === 0xffff;
  if (isMapped) return BigInt(last);
  return ipv6Base + ((BigInt(first * 4_294_967_296) + BigInt(second)) << 64n) + ((BigInt(third) << 32n) | BigInt(last));
}

/** A dotted quad in decimal, without leading zeros, as an unsigned number; -1 for anything else. By hand: it is on the path of every decision. */
export function parseQuad(text: string): number {
  let value = 0;
  let part = -1;
  let dots = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 46) {
      if (part < 0 || dots === 3) return -1;
      value = value * 256 + part;
      part = -1;
      dots += 1;
    } else {
      part = quadDigit(part, code - 48);
      if (part < 0) return -1;
    }
  }
  return dots === 3 && part >= 0 ? value * 256 + part : -1;
}

function quadDigit(part: number, digit: number): number {
  if (digit < 0 || digit > 9 || part === 0) return -1;
  const next = part < 0 ? digit : part * 10 + digit;
  return next > 255 ? -1 : next;
}

export function familyOf(value: bigint): Family {
  return value < ipv6Base ? 4 : 6;
}

export function isAddressText(text: string): boolean {
  return /^[0-9]+\./.test(text) || text.includes(':');
}

/** An address, a CIDR (host bits must be zero) or a range `a-b`, as intervals; throws `policy-invalid`. */
export function parseAddresses(text: string): IntervalSet {
  const range = text.split('-');
  if (range.length === 2) return [ordered(address(element(range, 0), text), address(element(range, 1), text), text)];
  const [base, prefix, ...rest] = text.split('/');
  if (rest.length > 0 || base === undefined) throw unreadable(text);
  return prefix === undefined ? [ordered(address(base, text), address(base, text), text)] : [cidr(base, prefix, text)];
}

function cidr(base: string, prefix: string, text: string): Interval {
  const low = address(base, text);
  const mapped = familyOf(low) === 4 && base.includes(':') ? 96 : 0;
  const width = widthOf[familyOf(low)];
  const bits = /^(0|[1-9][0-9]{0,2})$/.test(prefix) ? Number(prefix) - mapped : -1;
  if (bits < 0 || bits > width) throw unreadable(text);
  const size = 1n << BigInt(width - bits);
  const offset = (low - familyLine[familyOf(low)].low) % size;
  if (offset !== 0n) {
    throw new EdictError('policy-invalid', `host bits are set in \`${text}\``, {
      expected: `${printAddress(low - offset)}/${prefix}, or the single address`,
    });
  }
  return { low, high: low + size - 1n };
}

function ordered(low: bigint, high: bigint, text: string): Interval {
  if (familyOf(low) !== familyOf(high) || low > high) throw unreadable(text);
  return { low, high };
}

function address(part: string, text: string): bigint {
  const value = parseAddress(part);
  if (value === undefined) throw unreadable(text);
  return value;
}

function unreadable(text: string): EdictError {
  return new EdictError('policy-invalid', `\`${text}\` is not an address, CIDR or range`, {
    expected: '10.0.0.1, 10.0.0.0/8, 2001:db8::/32 or 10.0.0.1-10.0.0.9',
  });
}

/** Canonical text: dotted quad, or RFC 5952 for IPv6. */
export function printAddress(value: bigint): string {
  const family = familyOf(value);
  const bytes = widthOf[family] / 8;
  const number = value - familyLine[family].low;
  const octets = Array.from({ length: bytes }, (_, index) => Number((number >> BigInt(8 * (bytes - 1 - index))) & 255n));
  return family === 4 ? octets.join('.') : new ipaddr.IPv6(octets).toRFC5952String();
}

export function inFamily(set: IntervalSet, family: Family): IntervalSet {
  return intersect(set, [familyLine[family]]);
}

export type Cidr = { readonly low: bigint; readonly bits: number };

/** The fewest CIDRs that make up the set, in order. */
export function cidrsOf(set: IntervalSet): readonly Cidr[] {
  return set.flatMap(({ low, high }) => {
    const width = widthOf[familyOf(low)];
    const base = familyLine[familyOf(low)].low;
    const found: Cidr[] = [];
    for (let from = low; from <= high;) {
      let host = 0n;
      while (host < BigInt(width) && (from - base) % (2n << host) === 0n && from + (2n << host) - 1n <= high) host += 1n;
      found.push({ low: from, bits: width - Number(host) });
      from += 1n << host;
    }
    return found;
  });
}

export function printCidr({ low, bits }: Cidr): string {
  return `${printAddress(low)}/${bits}`;
}

export function printCidrs(set: IntervalSet): readonly string[] {
  return cidrsOf(set).map(printCidr);
}

/** The network of that many bits around an address. */
export function networkAround(value: bigint, bits: number): Cidr {
  const { low } = familyLine[familyOf(value)];
  const host = BigInt(widthOf[familyOf(value)] - bits);
  return { low: low + (((value - low) >> host) << host), bits };
}

/** From a target's reader: numbers within the family to the line. */
export function fromAddressIntervals(intervals: readonly AddressInterval[]): IntervalSet {
  return intervalSet(
    intervals.map(({ family, low, high }) => ({ low: low + familyLine[family].low, high: high + familyLine[family].low })),
  );
}
