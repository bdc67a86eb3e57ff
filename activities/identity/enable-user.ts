/** `identity.enable-user`: the account is as it was before. */
import type { Activities } from '../contract.ts';
import { undoSystemEffect } from '../effect/undo-system-effect.ts';
import type { Ports } from '../ports.ts';

export function identityEnableUser(ports: Ports): Activities['identity.enable-user'] {
  return async (call) => undoSystemEffect(ports, call, { action: 'identity.enable-user', of: 'identity.disable-user' });
}
