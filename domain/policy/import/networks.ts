/** Addresses as firewalls write them: one, a network in which host bits may be set, or a range. Anything else is `artifact-unreadable`. */
import { familyOf, networkAround, parseAddress, parseAddresses, printCidr } from '../addresses.ts';
import type { IntervalSet } from '../intervals.ts';
import { unreadable } from './filter.ts';

/** `10.0.0.1`, `10.0.0.1/8` (the network around it), `10.0.0.1-10.0.0.9`. */
export function networkIn(text: string): IntervalSet {
  const [base = '', bits, ...more] = text.split('/');
  if (bits === undefined && text.includes('-')) return rangeIn(text);
  const value = parseAddress(base);
  if (value === undefined || more.length > 0) throw unreadable(`\`${text}\` is no address`);
  if (bits === undefined) return [{ low: value, high: value }];
  if (!/^[0-9]{1,3}$/.test(bits) || Number(bits) > (familyOf(value) === 4 ? 32 : 128)) throw unreadable(`\`${text}\` is no network`);
  return parseAddresses(printCidr(networkAround(value, Number(bits))));
}

export function rangeIn(text: string): IntervalSet {
  const [low, high, ...more] = text.split('-').map(parseAddress);
  if (low === undefined || high === undefined || more.length > 0 || familyOf(low) !== familyOf(high) || low > high)
    throw unreadable(`\`${text}\` is no range of addresses`);
  return [{ low, high }];
}
