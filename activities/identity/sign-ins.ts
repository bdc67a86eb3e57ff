/** `identity.sign-ins`: where an account signed in from within the last hours. */
import type { ActionCall, Activities } from '../contract.ts';
import { requireRun } from '../effect/check-order.ts';
import { findSystem } from '../find-system.ts';
import { integerParam, textParam } from '../params.ts';
import type { Ports } from '../ports.ts';

const defaultHours = 24;
const hourMs = 3_600_000;

export function identitySignIns(ports: Ports): Activities['identity.sign-ins'] {
  return async (call) => {
    await requireRun(ports, call);
    const system = await findSystem(ports, call, 'sign-ins');
    const params = { user: textParam(call, 'user'), since: hoursAgo(ports, call, defaultHours) };
    return await system.read('sign-ins', params, { signal: ports.caller().signal });
  };
}

/** The instant `hours` before now. */
export function hoursAgo(ports: Ports, call: ActionCall, otherwise: number): string {
  const hours = call.params['hours'] === undefined ? otherwise : integerParam(call, 'hours');
  return new Date(ports.now().getTime() - hours * hourMs).toISOString();
}
