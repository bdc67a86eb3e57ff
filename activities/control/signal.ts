/** Signals for runs under way: what a message names counts only where a door recorded it, and where it is of the run's own incident. */
import type { Activities } from '../contract.ts';
import type { Signal } from '../../domain/incident/signal.ts';
import type { SignalRow } from '../../store/port.ts';
import { requireRun } from '../effect/check-order.ts';
import type { Ports } from '../ports.ts';

export function signalActivities(ports: Ports): Pick<Activities, 'signal.read'> {
  return {
    'signal.read': async ({ run, signal }) => {
      await requireRun(ports, { run });
      const row = await ports.store.signals.ofRun(signal, run);
      if (row) return { signal: signalOf(row) };
      await ports.store.audit.append({
        actor: 'system:run',
        event: 'signal-refused',
        subject: `run/${run}`,
        detail: { signal: signal.slice(0, 200), reason: 'no door recorded it for the incident of this run' },
      });
      return {};
    },
  };
}

function signalOf({ id, kind, severity, at, title, source, destination, key, attributes }: SignalRow): Signal {
  return {
    id,
    kind,
    severity,
    at,
    title,
    ...(source === undefined ? {} : { source }),
    ...(destination === undefined ? {} : { destination }),
    key,
    attributes,
  };
}
