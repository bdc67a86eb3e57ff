/** `system.check`: whether an outside system is reached and takes our credentials. */
import type { Activities } from '../contract.ts';
import { systemKinds } from '../../domain/systems/catalogue.ts';
import { requireRun } from '../effect/check-order.ts';
import { textParam } from '../params.ts';
import type { Ports } from '../ports.ts';

export function systemCheck(ports: Ports): Activities['system.check'] {
  return async (call) => {
    await requireRun(ports, call);
    const system = await ports.system(textParam(call, 'system'));
    const says = await system.check({ signal: ports.caller().signal });
    return { kind: system.kind, says, capabilities: systemKinds[system.kind].capabilities };
  };
}
