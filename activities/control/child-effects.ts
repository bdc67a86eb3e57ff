/** What a run that has ended left in force and can be taken back: its own effects, and what the runs did that it called; oldest first. */
import { errorTable } from '../../domain/errors.ts';
import type { EffectToUndo } from '../../domain/playbook/engine/state.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import type { EffectRow, RunRow, Store } from '../../store/port.ts';
import { planOf, stepId } from '../effect/check-order.ts';

type Left = { readonly at: string; readonly effect: EffectToUndo };

export async function leftInForce(store: Store, run: RunRow): Promise<readonly EffectToUndo[]> {
  const plan = await planOf(store, run);
  const effects = (await allEffects(store, run.run)).flatMap((row) => ofEffect(plan, row));
  const children = (await store.runs.broughtBy(run.run)).flatMap((row) => ofChild(plan, row));
  return [...effects, ...children].toSorted((a, b) => a.at.localeCompare(b.at)).map(({ effect }) => effect);
}

async function allEffects(store: Store, run: string): Promise<readonly EffectRow[]> {
  const rows: EffectRow[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.effects.list({ run }, { limit: 500, ...(cursor === undefined ? {} : { cursor }) });
    rows.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return rows;
}

function ofEffect(plan: Plan, row: EffectRow): readonly Left[] {
  const step = plan.steps[stepId(row.step)];
  if (step?.kind !== 'action' || step.undo === undefined || !mayHold(row)) return [];
  const effect = { step: row.step, undo: step.undo, params: row.params, key: row.key };
  return [{ at: row.confirmedAt ?? row.appliedAt ?? row.intendedAt, effect }];
}

/** What failed may have happened all the same, unless it was refused before anything was done. */
function mayHold({ status, error }: EffectRow): boolean {
  if (status === 'undone' || status === 'denied') return false;
  return status !== 'failed' || error === undefined || error.code === 'cancelled' || errorTable[error.code].status >= 500;
}

/** A detached run is on its own, and one that failed or was cancelled has taken back what it did. */
function ofChild(plan: Plan, row: RunRow): readonly Left[] {
  const { kind, step = '' } = row.origin ?? {};
  const planned = plan.steps[stepId(step)];
  if (kind !== 'child' || planned?.kind !== 'playbook' || planned.undo === undefined) return [];
  if (row.status === 'ended' && (row.outcome === 'failed' || row.outcome === 'cancelled')) return [];
  return [{ at: row.endedAt ?? row.orderedAt, effect: { step, child: row.run, params: {} } }];
}
