/** `storage.public-access`: whether public access to a bucket is blocked. */
import type { Activities } from '../contract.ts';
import { requireRun } from '../effect/check-order.ts';
import { findSystem } from '../find-system.ts';
import { textParam } from '../params.ts';
import type { Ports } from '../ports.ts';

export function storagePublicAccess(ports: Ports): Activities['storage.public-access'] {
  return async (call) => {
    await requireRun(ports, call);
    const system = await findSystem(ports, call, 'public-access');
    return await system.read('public-access', { bucket: textParam(call, 'bucket') }, { signal: ports.caller().signal });
  };
}
