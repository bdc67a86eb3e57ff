/** Continuous monitoring: looks at every enforcement point and runs every detector, until something is found or the time is up. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ActionActivities, Activities, EndedException } from '../contract.ts';
import { EdictError } from '../../domain/errors.ts';
import { reconcileEffects } from './reconcile.ts';
import { observePoint } from '../effect/observe-point.ts';
import type { Ports } from '../ports.ts';
import { requireWorkflow } from './caller-check.ts';
import { detect } from './detect.ts';
import { endedExceptions, orderEnd } from './ended-exceptions.ts';

type Found = { readonly drifted: readonly string[]; readonly signals: readonly string[]; readonly ended: readonly EndedException[] };

const playbook = 'monitor';
const actor = 'system:watch';

export function monitorActivities(
  ports: Ports,
  performs: ActionActivities,
): Pick<Activities, 'monitor.watch' | 'monitor.order' | 'monitor.end'> {
  return {
    'monitor.watch': async ({ scope, forMs, intervalMs }) => {
      requireWorkflow(ports, `watch/${scope}`);
      return watch(ports, performs, { untilMs: ports.now().getTime() + forMs, intervalMs });
    },
    'monitor.order': async ({ point, at }) => orderHealing(ports, point, at),
    'monitor.end': async (ended) => orderEnd(ports, ended),
  };
}

type Watch = { readonly untilMs: number; readonly intervalMs: number };

async function watch(ports: Ports, performs: ActionActivities, { untilMs, intervalMs }: Watch): Promise<Found> {
  const { signal, heartbeat } = ports.caller();
  for (;;) {
    heartbeat();
    await reconcileEffects(ports, performs);
    const found = { drifted: await driftedPoints(ports), signals: await detect(ports), ended: await endedExceptions(ports) };
    if (found.drifted.length > 0 || found.signals.length > 0 || found.ended.length > 0 || ports.now().getTime() >= untilMs) return found;
    await sleep(intervalMs, undefined, { signal });
  }
}

/** A point that cannot be reached is recorded as such and does not keep the others from being watched. */
async function driftedPoints(ports: Ports): Promise<readonly string[]> {
  const drifted: string[] = [];
  for (const point of await ports.store.points.list()) {
    ports.caller().heartbeat({ point: point.name });
    try {
      const { drift } = await observePoint(ports, point.name);
      if (drift.length > 0 && !(await isUnderWay(ports, point.name))) drifted.push(point.name);
    } catch (error) {
      if (!(error instanceof EdictError)) throw error;
    }
  }
  return drifted;
}

/** An effect whose attempt died half way is not drift: the next attempt finishes it, or its undo. */
const underWayMs = 120_000;

async function isUnderWay({ store, now }: Ports, point: string): Promise<boolean> {
  for (const status of ['intended', 'applied'] as const) {
    const { items } = await store.effects.list({ status }, { limit: 100 });
    if (items.some((row) => row.targets.includes(point) && now().getTime() - Date.parse(row.intendedAt) < underWayMs)) return true;
  }
  return false;
}

async function orderHealing(ports: Ports, point: string, at: number): Promise<{ readonly run: string }> {
  const { store } = ports;
  if (!ports.caller().workflowId?.startsWith('watch/')) throw new EdictError('order-mismatch', 'only the watch orders healing by itself');
  if ((await store.points.get(point)) === undefined) throw new EdictError('enforcement-point-unknown', `no enforcement point \`${point}\``);
  const row = await store.playbooks.get(playbook);
  if (row === undefined) throw new EdictError('not-found', `no playbook \`${playbook}\` is published`);
  const run = `${playbook}-${point}-${at}`;
  await store.runs.order({ run, playbook, version: row.version, planDigest: row.digest, inputs: { point }, requester: actor }, actor);
  return { run };
}
