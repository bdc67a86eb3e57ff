/** `network.release`: takes exactly the isolation of the receipt away, whatever else was put in force since. */
import type { Activities } from '../contract.ts';
import { withoutIsolation } from '../effect/desired-state.ts';
import { undoEffect } from '../effect/undo-effect.ts';
import type { Ports } from '../ports.ts';

export function networkRelease(ports: Ports): Activities['network.release'] {
  return async (call) =>
    undoEffect(ports, call, {
      action: 'network.release',
      of: 'network.isolate',
      without: (point, key) => withoutIsolation(point.desired, key),
    });
}
