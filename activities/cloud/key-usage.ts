/** `cloud.key-usage`: whose an access key is, whether it works, and when it was last used for what. */
import type { Activities } from '../contract.ts';
import { requireRun } from '../effect/check-order.ts';
import { findSystem } from '../find-system.ts';
import { textParam } from '../params.ts';
import type { Ports } from '../ports.ts';

export function cloudKeyUsage(ports: Ports): Activities['cloud.key-usage'] {
  return async (call) => {
    await requireRun(ports, call);
    const system = await findSystem(ports, call, 'key-usage');
    return await system.read('key-usage', { key: textParam(call, 'key') }, { signal: ports.caller().signal });
  };
}
