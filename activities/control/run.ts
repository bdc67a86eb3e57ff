/** A run's beginning and end: it is loaded only where it was ordered, by the workflow that carries its id. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Activities, LoadedRun } from '../contract.ts';
import { EdictError } from '../../domain/errors.ts';
import type { RunOrigin } from '../../domain/playbook/control/origin.ts';
import { wellFormed } from '../../domain/well-formed.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import type { Ports } from '../ports.ts';
import { planOf, requireRun } from '../effect/check-order.ts';
import { requireWorkflow } from './caller-check.ts';
import { leftInForce } from './child-effects.ts';
import { orderFollowers } from './trigger.ts';
import { closeDivergences } from './divergence.ts';
import { checkedCommands } from './run-command.ts';

export function runActivities(ports: Ports): Pick<Activities, 'run.cancellation' | 'run.finish' | 'run.await'> {
  return {
    'run.cancellation': async ({ run }) => ({ by: (await requireRun(ports, { run })).cancelledBy }),
    'run.finish': async ({ run, view }) => {
      requireWorkflow(ports, `run/${run}`);
      const followers = await recordEnd(ports, run, view);
      return followers.length === 0 ? undefined : { followers };
    },
    'run.await': async ({ run }) => awaitRun(ports, run),
  };
}

/**
 * Once, however often it is told, and whatever its steps found: an end that cannot be recorded would be no end. Gives the runs that were ordered
 * because a playbook is started by it.
 */
export async function recordEnd(ports: Ports, run: string, view: RunView): Promise<readonly string[]> {
  await ports.store.runs.finish(run, wellFormed(view));
  await closeDivergences(ports, run);
  return view.status === 'ended' ? await orderFollowers(ports.store, run, view.playbook) : [];
}

export async function loadRun(ports: Ports, run: string): Promise<LoadedRun> {
  const order = await requireRun(ports, { run });
  const { store } = ports;
  const [plan, signal, recorded, following] = await Promise.all([
    planOf(store, order),
    order.signal === undefined ? undefined : store.signals.get(order.signal),
    store.commands.list(run, { status: 'ordered' }),
    store.playbooks.following(order.playbook),
    order.status === 'ended' ? undefined : store.runs.started(run),
  ]);
  const commands = await checkedCommands(ports, recorded, order);
  const { inputs, incident, requester, fork, origin } = order;
  const takesBack = origin?.kind === 'undo' ? await takenBack(ports, origin) : undefined;
  return {
    plan,
    inputs,
    signal,
    incident,
    requester,
    ...(order.status === 'ended' && order.view ? { ended: order.view } : {}),
    ...(following.length === 0 ? {} : { followed: true }),
    ...(commands.length === 0 ? {} : { commands }),
    ...(fork === undefined ? {} : { fork }),
    ...(origin === undefined ? {} : { origin }),
    ...(takesBack === undefined ? {} : { takesBack }),
  };
}

async function takenBack({ store }: Ports, { run, only }: RunOrigin): Promise<LoadedRun['takesBack']> {
  const row = await store.runs.get(run);
  const left = row === undefined ? [] : await leftInForce(store, row);
  if (only === undefined) return left;
  const ordered = (await store.effects.retriesOrdered()).map(({ key }) => key);
  return left.filter(({ key }) => key !== undefined && ordered.includes(key));
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
