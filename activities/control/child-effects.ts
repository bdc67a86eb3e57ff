/** What a run that has ended left in force and can be taken back: its own effects, and what the runs did that it called; oldest first. */
import { errorTable } from '../../domain/errors.ts';
import type { EffectToUndo } from '../../domain/playbook/engine/state.ts';
import type { Plan, Template } from '../../domain/playbook/plan.ts';
import type { TaskRecord } from '../../domain/playbook/task.ts';
import type { EffectRow, RunRow, Store } from '../../store/port.ts';
import { planOf, stepId } from '../effect/check-order.ts';

type Left = { readonly at: string; readonly effect: EffectToUndo };

export async function leftInForce(store: Store, run: RunRow): Promise<readonly EffectToUndo[]> {
  const plan = await planOf(store, run);
  const effects = (await allEffects(store, run.run)).flatMap((row) => ofEffect(plan, row));
  const children = (await store.runs.broughtBy(run.run)).flatMap((row) => ofChild(plan, row));
  const tasks = (await answeredTasks(store, run.run)).flatMap((task, _, all) => ofTask(plan, task, all));
  return [...effects, ...tasks, ...children].toSorted((a, b) => a.at.localeCompare(b.at)).map(({ effect }) => effect);
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

async function answeredTasks(store: Store, run: string): Promise<readonly TaskRecord[]> {
  return (await store.tasks.list({ run, status: 'answered' }, { limit: 500 })).items;
}

/** What a person did by a task whose plan says how a person takes it back, and nobody did. */
function ofTask(plan: Plan, task: TaskRecord, all: readonly TaskRecord[]): readonly Left[] {
  const step = plan.steps[stepId(task.step)];
  const takenBack = all.some(({ undo, step: key, invocation }) => undo && key === task.step && invocation === task.invocation);
  if (step?.kind !== 'manual' || !step.undo || task.undo || takenBack) return [];
  const { instructions, expires } = step.undo;
  const did = `take back what \`${task.title}\` of run \`${task.run}\` did: ${JSON.stringify(task.answer ?? {})}`;
  const params = { instructions: literal(instructions) ?? did.slice(0, 4_000), expires: literal(expires) ?? '24h' };
  return [{ at: task.closedAt ?? task.openedAt, effect: { step: task.step, manual: true, params } }];
}

/** What reads values of a run that has ended is said in other words. */
const literal = (template: Template): string | undefined =>
  template.is === 'value' && typeof template.value === 'string' ? template.value : undefined;
