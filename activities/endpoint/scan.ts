/** `endpoint.scan`: the machine is scanned by its own agent. */
import type { Activities } from '../contract.ts';
import { performSystemEffect } from '../effect/perform-system-effect.ts';
import { hostParam } from '../find-asset.ts';
import type { Ports } from '../ports.ts';

export function endpointScan(ports: Ports): Activities['endpoint.scan'] {
  return async (call) => {
    const params = { machine: hostParam(call, 'asset') };
    const { row, target } = await performSystemEffect(ports, call, { action: 'endpoint.scan', change: 'scan-machine', params });
    return { receipt: row.key, target };
  };
}
