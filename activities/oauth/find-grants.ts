/** `oauth.find-grants`: what people have granted to an application. */
import type { Activities } from '../contract.ts';
import { requireRun } from '../effect/check-order.ts';
import { findSystem } from '../find-system.ts';
import { textParam } from '../params.ts';
import type { Ports } from '../ports.ts';

export function oauthFindGrants(ports: Ports): Activities['oauth.find-grants'] {
  return async (call) => {
    await requireRun(ports, call);
    const system = await findSystem(ports, call, 'app-grants');
    return await system.read('app-grants', { app: textParam(call, 'app') }, { signal: ports.caller().signal });
  };
}
