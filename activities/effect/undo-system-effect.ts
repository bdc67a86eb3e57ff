/**
 * The road back from an effect on an outside system: order → the effect's row → under the object's lock what was before → undone. What another
 * effect of ours still holds stays in force, and goes with that one.
 */
import type { ActionCall } from '../contract.ts';
import type { Prepared } from '../../connectors/system.ts';
import type { ActionName } from '../../domain/playbook/actions.ts';
import type { EffectRow } from '../../store/port.ts';
import type { Ports } from '../ports.ts';
import { checkOrder } from './check-order.ts';
import { heldByOthers } from './perform-system-effect.ts';
import { undoneRow } from './undo-effect.ts';

type SystemUndoSpec = {
  readonly action: ActionName;
  /** The action whose effects it undoes. */
  readonly of: ActionName;
};

export type SystemUndone = {
  readonly target: string;
  /** False where there was nothing to take back, or where another effect still holds it. */
  readonly restored: boolean;
};

export async function undoSystemEffect(ports: Ports, call: ActionCall, spec: SystemUndoSpec): Promise<SystemUndone> {
  const { order } = await checkOrder(ports, call, spec.action);
  const row = await undoneRow(ports, call, spec);
  const [target = ''] = row?.targets ?? [];
  if (row === undefined || row.status === 'undone') return { target, restored: false };
  return await ports.store.systems.locked(target, async () => {
    const restored = await takeBack(ports, row, target);
    // INVARIANT: marked under the lock, so that a late attempt of the effect itself sees it.
    await ports.store.effects.undone(row.key, order.requester);
    return { target, restored };
  });
}

async function takeBack(ports: Ports, { key }: EffectRow, target: string): Promise<boolean> {
  const prepared = (await ports.store.systems.prepared(key)) as Prepared | undefined;
  if (prepared === undefined || prepared.already) return false;
  if (await heldByOthers(ports, target, key, prepared)) return false;
  const system = await ports.system(target.split('/')[0] ?? '');
  await system.undo(prepared, key, { signal: ports.caller().signal });
  return true;
}
