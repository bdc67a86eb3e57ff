/** `storage.block-public`: nobody reads a bucket from the outside any more. */
import type { Activities } from '../contract.ts';
import { performSystemEffect } from '../effect/perform-system-effect.ts';
import { textParam } from '../params.ts';
import type { Ports } from '../ports.ts';

export function storageBlockPublic(ports: Ports): Activities['storage.block-public'] {
  return async (call) => {
    const bucket = textParam(call, 'bucket');
    const { row, target } = await performSystemEffect(ports, call, {
      action: 'storage.block-public',
      change: 'block-public',
      params: { bucket },
    });
    return { receipt: row.key, target };
  };
}
