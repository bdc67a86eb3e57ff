/**
 * Temporal carries, it does not authorise: before anything is done for a run, its recorded order is looked up. The calling workflow must
 * be the run's own, the plan the one that was ordered, and the step must be in it with this action.
 */
import type { ActionCall } from '../contract.ts';
import { EdictError } from '../../domain/errors.ts';
import type { ActionName } from '../../domain/playbook/actions.ts';
import type { ActionStep, Plan, PlanStep } from '../../domain/playbook/plan.ts';
import type { RunRow, Store } from '../../store/port.ts';
import type { Ports } from '../ports.ts';
import { requireWorkflow } from '../control/caller-check.ts';

export type CheckedOrder = { readonly order: RunRow; readonly plan: Plan; readonly step: ActionStep };

/** Throws `order-missing`, `order-mismatch`, `run-state-wrong`, and `cancelled` for all but an undo. */
export async function checkOrder(ports: Ports, call: ActionCall, action: ActionName): Promise<CheckedOrder> {
  return await checkFound(ports, call, action, await ports.store.runs.get(call.run));
}

/** The same where the order was looked up already. */
export async function checkFound(ports: Ports, call: ActionCall, action: ActionName, found: RunRow | undefined): Promise<CheckedOrder> {
  const order = requireFound(ports, call, found);
  const asUndo = call.undoes !== undefined;
  const { plan, step } = await plannedStep(ports.store, order, call, action);
  if (step?.kind !== 'action' || (asUndo ? step.undo : step.action) !== action) {
    throw new EdictError('order-mismatch', `\`${action}\` is not what step \`${call.step}\` of the ordered plan does`, {
      where: `run/${call.run}`,
    });
  }
  if (order.origin?.kind === 'undo' && !asUndo)
    throw new EdictError('order-mismatch', `run \`${call.run}\` was ordered to take back, and for nothing else`);
  if (order.cancelledBy !== undefined && !asUndo)
    throw new EdictError('cancelled', `run \`${call.run}\` was cancelled by \`${order.cancelledBy}\``);
  return { order, plan, step };
}

type Planned = { readonly plan: Plan; readonly step: PlanStep | undefined };

/** What was done by a plan of before a migration is taken back as that plan says; all else goes by the plan of now. */
async function plannedStep(store: Store, order: RunRow, call: ActionCall, action: ActionName): Promise<Planned> {
  const id = stepId(call.step);
  const now = await plannedIn(store, order, id);
  if (call.undoes === undefined || isUndoneBy(now, action)) return now;
  for (const { planDigest } of [...(order.migrations ?? []), order.orderedWith ?? order]) {
    const before = await plannedIn(store, { run: order.run, planDigest }, id);
    if (isUndoneBy(before, action)) return before;
  }
  return now;
}

async function plannedIn(store: Store, order: Pick<RunRow, 'run' | 'planDigest'>, id: string): Promise<Planned> {
  const plan = await planOf(store, order);
  return { plan, step: plan.steps[id] };
}

const isUndoneBy = ({ step }: Planned, action: ActionName): boolean => step?.kind === 'action' && step.undo === action;

/**
 * The order of the calling run, not ended. Enough for what only reads. Inside a workflow task it may have ended: in that same task, whose
 * worker died of it; what is read then changes nothing any more.
 */
export async function requireRun(ports: Ports, call: Pick<ActionCall, 'run'>): Promise<RunRow> {
  return requireFound(ports, call, await ports.store.runs.get(call.run));
}

function requireFound(ports: Ports, call: Pick<ActionCall, 'run'>, order: RunRow | undefined): RunRow {
  requireWorkflow(ports, `run/${call.run}`);
  if (order === undefined) throw new EdictError('order-missing', `run \`${call.run}\` was never ordered`);
  if (order.status === 'ended' && !ports.caller().local) throw new EdictError('run-state-wrong', `run \`${call.run}\` has ended already`);
  return order;
}

/** A run takes back its own effects, and those of the run that it was ordered to take back. */
export async function mayTakeBack({ store }: Pick<Ports, 'store'>, run: string, doer: string): Promise<boolean> {
  if (run === doer) return true;
  const origin = (await store.runs.get(run))?.origin;
  return origin?.kind === 'undo' && origin.run === doer;
}

// Plans are immutable and addressed by digest: a cache cannot be stale. Bounded by dropping the oldest.
const cached = new WeakMap<Store, Map<string, Plan>>();
const cachedAtMost = 200;

export async function planOf(store: Store, order: Pick<RunRow, 'run' | 'planDigest'>): Promise<Plan> {
  const plans = cached.get(store) ?? new Map<string, Plan>();
  cached.set(store, plans);
  const known = plans.get(order.planDigest);
  if (known !== undefined) return known;
  const row = await store.playbooks.byDigest(order.planDigest);
  if (row === undefined || row.plan.digest !== order.planDigest) {
    throw new EdictError('order-mismatch', `the plan \`${order.planDigest}\` that run \`${order.run}\` was ordered with is not stored`);
  }
  if (plans.size >= cachedAtMost) plans.delete(plans.keys().next().value ?? '');
  plans.set(order.planDigest, row.plan);
  return row.plan;
}

/** `each[3].apply` → `apply`. */
export function stepId(path: string): string {
  return (path.split('.').at(-1) ?? '').replace(/\[\d+\]$/, '');
}
