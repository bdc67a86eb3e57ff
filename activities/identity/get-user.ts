/** `identity.get-user`: an account of the directory: whether it is enabled, and whether it is privileged. */
import type { Activities } from '../contract.ts';
import { requireRun } from '../effect/check-order.ts';
import { findSystem } from '../find-system.ts';
import { textParam } from '../params.ts';
import type { Ports } from '../ports.ts';

export function identityGetUser(ports: Ports): Activities['identity.get-user'] {
  return async (call) => {
    await requireRun(ports, call);
    const system = await findSystem(ports, call, 'user');
    return await system.read('user', { user: textParam(call, 'user') }, { signal: ports.caller().signal });
  };
}
