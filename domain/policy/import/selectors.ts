/** Sets in the words of the policy model: names of the inventory where a set is exactly one, else addresses, services, ports and windows. */
import type { Inventory } from '../../context/inventory.ts';
import { anyAddress, families, type Family, familyLine, familyOf, inFamily, printAddress, printCidrs } from '../addresses.ts';
import { type Interval, type IntervalSet, intersect, isEqual, isSubset, subtract } from '../intervals.ts';
import type { AddressSelector, PortSelector, RuleExcept, ServiceSelector, TimeWindow } from '../model.ts';
import { maxPort } from '../service-selector.ts';
import { hasPorts, isIcmp, lastDetail, protocolName, protocolNumbers, protocolSet, type Service, servicesOf } from '../service-selector.ts';
import { anyMinute, minutesOfWeek } from '../time-window.ts';
import { resolver, selectorsOf } from '../resolve.ts';

export type Names = (set: IntervalSet) => AddressSelector | undefined;

/** Zones before groups, services and assets, as the inventory lists them. A name without addresses stands for nothing. */
export function namesOf(inventory: Inventory): Names {
  const resolve = resolver(inventory);
  const known = new Map<string, AddressSelector>();
  for (const selector of selectorsOf(inventory)) {
    const set = addressesOf(selector, resolve);
    if (set !== undefined && !known.has(keyOf(set))) known.set(keyOf(set), selector);
  }
  return (set) => known.get(keyOf(set));
}

function addressesOf(selector: AddressSelector, resolve: (selector: AddressSelector) => IntervalSet): IntervalSet | undefined {
  try {
    return resolve(selector);
  } catch {
    return undefined;
  }
}

function keyOf(set: IntervalSet): string {
  return set.map(({ low, high }) => `${low}-${high}`).join(' ');
}

/** Sides of a rule, each as the selectors of which any may hold. A side that is the whole of the other's family needs no word. */
export function sidesOf(source: IntervalSet, destination: IntervalSet, names: Names): readonly Pick<RuleExcept, 'from' | 'to'>[] {
  const met = families.filter((family) => inFamily(source, family).length > 0 && inFamily(destination, family).length > 0);
  const [from, to] = [clip(source, met), clip(destination, met)];
  const [wholeFrom, wholeTo] = [isWholeOf(from, met), isWholeOf(to, met)];
  const both = met.length === families.length;
  const left = wholeFrom && (both || !wholeTo) ? ['any'] : addressSelectors(from, names);
  const right = wholeTo && (both || !wholeFrom || left[0] !== 'any') ? ['any'] : addressSelectors(to, names);
  return left.flatMap((each) => right.map((other) => ({ from: each, to: other })));
}

function clip(set: IntervalSet, met: readonly Family[]): IntervalSet {
  return intersect(
    set,
    met.map((family) => familyLine[family]),
  );
}

function isWholeOf(set: IntervalSet, met: readonly Family[]): boolean {
  return met.every((family) => isEqual(inFamily(set, family), [familyLine[family]]));
}

function addressSelectors(set: IntervalSet, names: Names): readonly AddressSelector[] {
  if (isEqual(set, anyAddress)) return ['any'];
  const name = names(set);
  return name === undefined ? set.map((interval) => names([interval]) ?? printInterval(interval)) : [name];
}

function printInterval(interval: Interval): AddressSelector {
  const [cidr, ...more] = printCidrs([interval]);
  if (cidr === undefined || more.length > 0) return `${printAddress(interval.low)}-${printAddress(interval.high)}`;
  return interval.low === interval.high ? printAddress(interval.low) : cidr;
}

/** The longest selector that a policy's file takes. */
const longestSelector = 200;

/** Selectors that make up the set, of messages from such sources: what those of one family cannot be needs no telling. */
export function serviceSelectors(set: IntervalSet, source: IntervalSet): readonly ServiceSelector[] {
  const met = new Set(source.map(({ low }) => familyOf(low)));
  const foreign = [...(met.has(6) ? [] : [protocolNumbers.icmpv6]), ...(met.has(4) ? [] : [protocolNumbers.icmp])];
  const told = foreign.reduce<IntervalSet>((rest, protocol) => subtract(rest, protocolSet(protocol)), set);
  const services = servicesOf(told);
  const whole = new Set(services.filter(isWholeProtocol).map(({ protocol }) => protocol));
  if (whole.size + foreign.length >= 256) return ['any'];
  const anyIcmp = (whole.has(protocolNumbers.icmp) || !met.has(4)) && (whole.has(protocolNumbers.icmpv6) || !met.has(6));
  return chunks([...new Set(services.flatMap((service) => printService(service, anyIcmp)))]);
}

function chunks(words: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (const word of words) {
    const last = found.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= longestSelector) found[found.length - 1] = `${last},${word}`;
    else found.push(word);
  }
  return found;
}

function isWholeProtocol({ protocol, low, high }: Service): boolean {
  return low === 0 && high === lastDetail(protocol);
}

function printService(service: Service, anyIcmp: boolean): readonly string[] {
  const { protocol, low, high } = service;
  const name = protocolName(protocol) ?? `proto/${protocol}`;
  if (isWholeProtocol(service))
    return [isIcmp(protocol) ? (anyIcmp ? 'icmp' : protocol === protocolNumbers.icmp ? 'proto/1' : name) : name];
  if (isIcmp(protocol)) return printMessages(name, low, high);
  return hasPorts(protocol) ? [`${name}/${low === high ? low : `${low}-${high}`}`] : [name];
}

const codes = 256;

function printMessages(name: string, low: number, high: number): readonly string[] {
  const found: string[] = [];
  for (let at = low; at <= high;) {
    const isType = at % codes === 0 && at + codes - 1 <= high;
    found.push(`${name}/${Math.floor(at / codes)}${isType ? '' : `/${at % codes}`}`);
    at += isType ? codes : 1;
  }
  return found;
}

const allPorts: IntervalSet = [{ low: 0n, high: BigInt(maxPort) }];

/** `undefined`: any, also where the protocol has none. */
export function portSelector(set: IntervalSet): PortSelector | undefined {
  if (isSubset(allPorts, set)) return undefined;
  return intersect(set, allPorts)
    .map(({ low, high }) => (low === high ? String(low) : `${low}-${high}`))
    .join(',');
}

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const minutesOfDay = minutesOfWeek / 7;

/** Windows in a zone that make up the minutes, each within a day. Empty: every minute. */
export function windowsOf(minutes: IntervalSet, timezone: string): readonly TimeWindow[] {
  if (isSubset(anyMinute, minutes)) return [];
  return minutes.flatMap(({ low, high }) => {
    const windows: TimeWindow[] = [];
    for (let from = Number(low); from <= Math.min(Number(high), minutesOfWeek - 1);) {
      const day = Math.floor(from / minutesOfDay);
      const to = Math.min(Number(high), (day + 1) * minutesOfDay - 1);
      windows.push(`${days[day]} ${clock(from - day * minutesOfDay)}-${clock(to + 1 - day * minutesOfDay)} ${timezone}`);
      from = to + 1;
    }
    return windows;
  });
}

function clock(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
