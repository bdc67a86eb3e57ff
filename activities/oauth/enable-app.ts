/** `oauth.enable-app`: the application is as it was before. */
import type { Activities } from '../contract.ts';
import { undoSystemEffect } from '../effect/undo-system-effect.ts';
import type { Ports } from '../ports.ts';

export function oauthEnableApp(ports: Ports): Activities['oauth.enable-app'] {
  return async (call) => undoSystemEffect(ports, call, { action: 'oauth.enable-app', of: 'oauth.disable-app' });
}
