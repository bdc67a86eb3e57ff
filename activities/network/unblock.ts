/** `network.unblock`: takes exactly the block of the receipt away, whatever else was put in force since. */
import type { Activities } from '../contract.ts';
import { withoutIsolation } from '../effect/desired-state.ts';
import { undoEffect } from '../effect/undo-effect.ts';
import type { Ports } from '../ports.ts';

export function networkUnblock(ports: Ports): Activities['network.unblock'] {
  return async (call) =>
    undoEffect(ports, call, {
      action: 'network.unblock',
      of: 'network.block',
      without: (point, key) => withoutIsolation(point.desired, key),
    });
}
