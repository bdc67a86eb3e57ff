/** A run's beginning and end: it is loaded only where it was ordered, by the workflow that carries its id. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Activities, LoadedRun } from '../contract.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Ports } from '../ports.ts';
import { planOf, requireRun } from '../effect/check-order.ts';
import { requireWorkflow } from './caller-check.ts';

export function runActivities(ports: Ports): Pick<Activities, 'run.load' | 'run.cancellation' | 'run.finish' | 'run.await'> {
  return {
    'run.load': async ({ run }) => loadRun(ports, run),
    'run.cancellation': async ({ run }) => ({ by: (await requireRun(ports, { run })).cancelledBy }),
    'run.finish': async ({ run, view }) => {
      requireWorkflow(ports, `run/${run}`);
      await ports.store.runs.finish(run, view);
    },
    'run.await': async ({ run }) => awaitRun(ports, run),
  };
}

async function loadRun(ports: Ports, run: string): Promise<LoadedRun> {
  const order = await requireRun(ports, { run });
  const plan = await planOf(ports.store, order);
  const signal = order.signal === undefined ? undefined : await ports.store.signals.get(order.signal);
  await ports.store.runs.started(run);
  return { plan, inputs: order.inputs, signal, incident: order.incident, requester: order.requester };
}

const pollMs = 500;

async function awaitRun(
  { store, caller }: Ports,
  run: string,
): Promise<{ readonly outcome: string; readonly reason?: string | undefined }> {
  for (;;) {
    caller().heartbeat({ run });
    const row = await store.runs.get(run);
    if (row === undefined) throw new EdictError('order-missing', `run \`${run}\` was never ordered`);
    if (row.status === 'ended') return { outcome: row.outcome ?? 'failed', reason: row.view?.error?.message };
    await sleep(pollMs, undefined, { signal: caller().signal });
  }
}
