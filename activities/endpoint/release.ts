/** `endpoint.release`: the machine is on the network again. */
import type { Activities } from '../contract.ts';
import { undoSystemEffect } from '../effect/undo-system-effect.ts';
import type { Ports } from '../ports.ts';

export function endpointRelease(ports: Ports): Activities['endpoint.release'] {
  return async (call) => undoSystemEffect(ports, call, { action: 'endpoint.release', of: 'endpoint.isolate' });
}
