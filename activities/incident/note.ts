/** `incident.note`: adds a note to the incident of the run; a run without an incident has nowhere to note. */
import type { Activities } from '../contract.ts';
import { requireRun } from '../effect/check-order.ts';
import { textParam } from '../params.ts';
import type { Ports } from '../ports.ts';

export function incidentNote(ports: Ports): Activities['incident.note'] {
  return async (call) => {
    const order = await requireRun(ports, call);
    const text = textParam(call, 'text');
    if (order.incident !== undefined) await ports.store.incidents.note(order.incident, text, `system:run/${call.run}`);
    return {};
  };
}
