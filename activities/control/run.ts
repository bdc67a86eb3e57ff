/** A run's beginning and end: it is loaded only where it was ordered, by the workflow that carries its id. */
import type { Activities, LoadedRun } from '../contract.ts';
import type { Ports } from '../ports.ts';
import { planOf, requireRun } from '../effect/check-order.ts';
import { requireWorkflow } from './caller-check.ts';

export function runActivities(ports: Ports): Pick<Activities, 'run.load' | 'run.finish'> {
  return {
    'run.load': async ({ run }) => loadRun(ports, run),
    'run.finish': async ({ run, view }) => {
      requireWorkflow(ports, `run/${run}`);
      await ports.store.runs.finish(run, view);
    },
  };
}

async function loadRun(ports: Ports, run: string): Promise<LoadedRun> {
  const order = await requireRun(ports, { run });
  const plan = await planOf(ports.store, order);
  const signal = order.signal === undefined ? undefined : await ports.store.signals.get(order.signal);
  await ports.store.runs.started(run);
  return { plan, inputs: order.inputs, signal, incident: order.incident, requester: order.requester };
}
