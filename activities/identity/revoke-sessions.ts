/** `identity.revoke-sessions`: sessions and refresh tokens that began before now are not taken any more. */
import type { Activities } from '../contract.ts';
import { performSystemEffect } from '../effect/perform-system-effect.ts';
import { textParam } from '../params.ts';
import type { Ports } from '../ports.ts';

export function identityRevokeSessions(ports: Ports): Activities['identity.revoke-sessions'] {
  return async (call) => {
    const user = textParam(call, 'user');
    const { row, target } = await performSystemEffect(ports, call, {
      action: 'identity.revoke-sessions',
      change: 'revoke-sessions',
      params: { user },
    });
    return { receipt: row.key, target };
  };
}
