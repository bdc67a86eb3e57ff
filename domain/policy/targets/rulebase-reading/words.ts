/** Words that firewalls' configurations have in common: addresses, ports, times of day, as sets. */
import { type Family, familyLine, familyOf, parseAddress } from '../../addresses.ts';
import type { IntervalSet } from '../../intervals.ts';
import { intervalSet } from '../../intervals.ts';
import { unreadable } from './reading.ts';

const widthOf: Readonly<Record<Family, number>> = { 4: 32, 6: 128 };

/** `10.1.0.0/16` or one address. Bits behind the prefix mean nothing to a device, and nothing here. */
export function readPrefix(text: string): IntervalSet {
  const [base = '', bits, ...more] = text.split('/');
  const value = readAddress(base);
  const family = familyOf(value);
  if (bits === undefined) return [{ low: value, high: value }];
  if (more.length > 0 || !/^[0-9]{1,3}$/.test(bits) || Number(bits) > widthOf[family]) throw unreadable(`\`${text}\``, 'a prefix');
  return prefixSet(value, Number(bits));
}

/** `255.255.255.0` as a netmask. */
export function readNetmask(address: string, mask: string): IntervalSet {
  const [value, maskValue] = [readAddress(address), readAddress(mask)];
  const zeros = (1n << 32n) - 1n - maskValue;
  if (familyOf(value) !== 4 || familyOf(maskValue) !== 4 || (zeros & (zeros + 1n)) !== 0n)
    throw unreadable(`\`${address} ${mask}\``, 'an IPv4 address and a netmask without gaps');
  return prefixSet(value, 32 - (zeros === 0n ? 0 : zeros.toString(2).length));
}

function prefixSet(value: bigint, bits: number): IntervalSet {
  const family = familyOf(value);
  const size = 1n << BigInt(widthOf[family] - bits);
  const low = value - ((value - familyLine[family].low) % size);
  return [{ low, high: low + size - 1n }];
}

export function readRange(first: string, last: string): IntervalSet {
  const [low, high] = [readAddress(first), readAddress(last)];
  if (familyOf(low) !== familyOf(high) || low > high)
    throw unreadable(`\`${first}\` to \`${last}\``, 'a range that ascends, of one family');
  return [{ low, high }];
}

export function readAddress(text: string): bigint {
  const value = parseAddress(text);
  if (value === undefined) throw unreadable(`\`${text}\``, 'an IPv4 or IPv6 address');
  return value;
}

export type PortRange = { readonly low: number; readonly high: number };

/** `443`, `8000-8099`. */
export function readPorts(text: string, most = 65_535): PortRange {
  const [, from, to = from] = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(text) ?? [];
  const [low, high] = [Number(from), Number(to)];
  if (!(low <= high && high <= most)) throw unreadable(`\`${text}\``, `a number or an ascending range up to ${most}`);
  return { low, high };
}

export function portSet(ranges: readonly PortRange[]): IntervalSet {
  return intervalSet(ranges.map(({ low, high }) => ({ low: BigInt(low), high: BigInt(high) })));
}

export function readNumber(text: string, most: number): number {
  const value = /^[0-9]{1,5}$/.test(text) ? Number(text) : -1;
  if (value < 0 || value > most) throw unreadable(`\`${text}\``, `a number up to ${most}`);
  return value;
}

/** Minutes of the day of `06:05` or `06:05:00`. */
export function readClock(text: string): number {
  const [, hours, minutes, seconds = '00'] = /^([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?$/.exec(text) ?? [];
  const value = Number(hours) * 60 + Number(minutes);
  if (!(Number(hours) <= 24 && Number(minutes) < 60 && value <= 1_440) || seconds !== '00')
    throw unreadable(`\`${text}\``, 'a time of day, to the minute');
  return value;
}

/** A span of one day, Monday = 0, its end exclusive. */
export function daySpan(day: number, start: number, end: number): IntervalSet {
  if (start >= end) throw unreadable('a time span that does not ascend', 'a start before the end');
  return [{ low: BigInt(day * 1_440 + start), high: BigInt(day * 1_440 + end - 1) }];
}

/** A list of names, written as a text with blanks between them. */
export function namesIn(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
