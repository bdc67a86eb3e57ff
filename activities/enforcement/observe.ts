/** `enforcement.observe`: what a point says is in force, compared with what should be; the point's health is recorded. */
import type { Activities } from '../contract.ts';
import { requireRun } from '../effect/check-order.ts';
import { observePoint } from '../effect/observe-point.ts';
import { textParam } from '../params.ts';
import type { Ports } from '../ports.ts';

export function enforcementObserve(ports: Ports): Activities['enforcement.observe'] {
  return async (call) => {
    await requireRun(ports, call);
    const { drift } = await observePoint(ports, textParam(call, 'point'));
    return { drifted: drift.length > 0, detail: drift.length > 0 ? drift.join('; ') : 'in force as approved' };
  };
}
