/** Places of the network as a condition on `context.address`, and back. */
import { printCidrs } from '../addresses.ts';
import { union } from '../intervals.ts';
import type { AddressSelector } from '../model.ts';
import type { Resolve } from '../resolve.ts';
import { anyOf, type Expression, literal, variable } from './expression.ts';

/** As few CIDRs as hold the addresses; a condition that never holds where there are none. */
export function addressRanges(selectors: readonly AddressSelector[], resolve: Resolve): Expression {
  const address = variable('context', 'address');
  const inRange = printCidrs(union(...selectors.map(resolve))).map((cidr): Expression => ({
    op: 'call',
    name: 'isInRange',
    arguments: [address, { op: 'call', name: 'ip', arguments: [literal(cidr)] }],
  }));
  // Asks for the address all the same: without one, the rule errs.
  return inRange.length === 0 ? { op: 'not-equal', left: address, right: address } : anyOf(inRange);
}
