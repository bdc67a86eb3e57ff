/** `endpoint.isolate`: the machine’s own agent lets it talk to nobody but the service. */
import type { Activities } from '../contract.ts';
import { performSystemEffect } from '../effect/perform-system-effect.ts';
import { hostParam } from '../find-asset.ts';
import type { Ports } from '../ports.ts';

export function endpointIsolate(ports: Ports): Activities['endpoint.isolate'] {
  return async (call) => {
    const params = { machine: hostParam(call, 'asset') };
    const { row, target } = await performSystemEffect(ports, call, { action: 'endpoint.isolate', change: 'isolate-machine', params });
    return { receipt: row.key, target };
  };
}
