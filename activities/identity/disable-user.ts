/** `identity.disable-user`: nobody signs in with this account any more. */
import type { Activities } from '../contract.ts';
import { performSystemEffect } from '../effect/perform-system-effect.ts';
import { textParam } from '../params.ts';
import type { Ports } from '../ports.ts';

export function identityDisableUser(ports: Ports): Activities['identity.disable-user'] {
  return async (call) => {
    const user = textParam(call, 'user');
    const { row, target } = await performSystemEffect(ports, call, {
      action: 'identity.disable-user',
      change: 'disable-user',
      params: { user },
    });
    return { receipt: row.key, target };
  };
}
