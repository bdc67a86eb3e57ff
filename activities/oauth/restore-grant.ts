/** `oauth.restore-grant`: what was granted is granted again, under new ids. */
import type { Activities } from '../contract.ts';
import { undoSystemEffect } from '../effect/undo-system-effect.ts';
import type { Ports } from '../ports.ts';

export function oauthRestoreGrant(ports: Ports): Activities['oauth.restore-grant'] {
  return async (call) => undoSystemEffect(ports, call, { action: 'oauth.restore-grant', of: 'oauth.revoke-grant' });
}
