/** `oauth.revoke-grant`: grants of one application are taken back. */
import type { Activities } from '../contract.ts';
import { performSystemEffect } from '../effect/perform-system-effect.ts';
import { textParam, textsParam } from '../params.ts';
import type { Ports } from '../ports.ts';

export function oauthRevokeGrant(ports: Ports): Activities['oauth.revoke-grant'] {
  return async (call) => {
    const params = { app: textParam(call, 'app'), grants: textsParam(call, 'grants') };
    const { row, target } = await performSystemEffect(ports, call, { action: 'oauth.revoke-grant', change: 'revoke-grants', params });
    return { receipt: row.key, target };
  };
}
