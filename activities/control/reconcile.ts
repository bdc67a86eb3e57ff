/**
 * Effects that nobody knows the end of: they failed for good and may hold all the same, or their run ended while they were half done. The
 * watch looks, again and again, until it knows: what does not hold has failed; what holds without a run that would take it back is an
 * incident. Nothing is done to a point or a system by it.
 */
import type { ActionActivities } from '../contract.ts';
import type { ActionName } from '../../domain/playbook/actions.ts';
import type { EffectRow, Store } from '../../store/port.ts';
import type { Ports } from '../ports.ts';

/** A point that is away is asked again after this. */
const againMs = 30_000;

// When this process looked last: only spares work.
const looked = new WeakMap<Store, Map<string, number>>();

export async function reconcileEffects(ports: Ports, performs: ActionActivities): Promise<void> {
  const { store, now, caller } = ports;
  const rows = await store.effects.unsettled();
  const last = looked.get(store) ?? new Map<string, number>();
  looked.set(store, last);
  if (rows.length === 0) return last.clear();
  for (const row of rows) {
    if (now().getTime() - (last.get(row.key) ?? -againMs) < againMs) continue;
    last.set(row.key, now().getTime());
    caller().heartbeat({ effect: row.key });
    await observe(performs, row);
  }
}

/** What cannot be seen now is looked at again. */
async function observe(performs: ActionActivities, { key, run, step, action, params }: EffectRow): Promise<void> {
  const invocation = Number(key.slice(key.lastIndexOf('/') + 1));
  const perform = Object.hasOwn(performs, action) ? performs[action as ActionName] : undefined;
  await perform?.({ run, step, invocation, params, observe: true }).catch(() => undefined);
}
