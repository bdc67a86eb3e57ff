/** `oauth.disable-app`: an application gets no tokens any more. */
import type { Activities } from '../contract.ts';
import { performSystemEffect } from '../effect/perform-system-effect.ts';
import { textParam } from '../params.ts';
import type { Ports } from '../ports.ts';

export function oauthDisableApp(ports: Ports): Activities['oauth.disable-app'] {
  return async (call) => {
    const app = textParam(call, 'app');
    const { row, target } = await performSystemEffect(ports, call, { action: 'oauth.disable-app', change: 'disable-app', params: { app } });
    return { receipt: row.key, target };
  };
}
