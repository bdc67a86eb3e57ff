/** Whether an effect holds whose end nobody knows: asked of its targets, recorded in the ledger, and nothing done. */
import { EdictError } from '../../domain/errors.ts';
import type { EffectRow } from '../../store/port.ts';
import { diverged } from '../control/divergence.ts';
import type { Ports } from '../ports.ts';
import { planOf, stepId } from './check-order.ts';
import type { EffectWork } from './effect-work.ts';

export type Seen = 'nowhere' | 'somewhere' | 'everywhere';

/** Only the watch looks in this way, and only at what nobody is at work on. */
export async function unsettledRow(ports: Ports, key: string): Promise<EffectRow> {
  if (!ports.caller().workflowId?.startsWith('watch/')) throw new EdictError('order-mismatch', 'only the watch looks after effects');
  const row = (await ports.store.effects.unsettled()).find((one) => one.key === key);
  if (row === undefined) throw new EdictError('effect-state-wrong', `effect \`${key}\` is not unsettled`);
  return row;
}

/** What does not hold has failed. What holds is up to its run while that goes on; after it, it is a divergence that people are told of. */
export async function settle(ports: Ports, row: EffectRow, seen: Seen): Promise<EffectRow> {
  const { store } = ports;
  const told = {
    code: row.error?.code ?? 'effect-failed',
    message: `${row.error?.message ?? 'its end was not recorded'}; seen since: it holds ${seen}`,
  } as const;
  if (seen === 'nowhere') return store.effects.failed(row.key, told);
  const order = await store.runs.get(row.run);
  if (order === undefined || order.status !== 'ended') return row;
  const step = (await planOf(store, order)).steps[stepId(row.step)];
  // What cannot be undone is no divergence by holding.
  if (step?.kind === 'action' && step.undo === undefined && seen === 'everywhere') return row;
  await diverged(ports, row, { run: row.run, error: told });
  return row;
}

/** At enforcement points: by each point's own word, under its lock. */
export async function observeAtPoints({ ports, spec, key }: EffectWork): Promise<EffectRow> {
  const row = await unsettledRow(ports, key);
  let holds = 0;
  for (const name of row.targets) {
    const landed = await ports.store.effects.lockedAt(key, name, async ({ desired }) => {
      if (desired === undefined) return false;
      const observed = await (await ports.connector(name)).observe({ signal: ports.caller().signal });
      return spec.landed(observed, spec.desire(desired, key), key);
    });
    if (landed) holds += 1;
  }
  return settle(ports, row, holds === 0 ? 'nowhere' : holds === row.targets.length ? 'everywhere' : 'somewhere');
}
