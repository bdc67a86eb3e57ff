/**
 * Where the plan says that an approval covers a step, nothing is done unless the store holds one that was granted for exactly this
 * effect, by people who may still grant it now. What the workflow says of the approval counts for nothing but its id.
 */
import type { ActionCall } from '../contract.ts';
import { digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { ApprovalRecord, Granted } from '../../domain/playbook/approval.ts';
import { isWithin } from '../../domain/playbook/approval/narrow.ts';
import { countingVotes } from '../../domain/playbook/approval/standing.ts';
import { sameWhileUnderWay } from '../../domain/playbook/control/migration.ts';
import type { ActionStep, Plan } from '../../domain/playbook/plan.ts';
import type { RunRow, Store } from '../../store/port.ts';
import type { Ports } from '../ports.ts';
import { planOf, stepId } from './check-order.ts';

/** The approval, or undefined where the plan asks for none. Throws the approval-* codes. */
export async function checkApproval(ports: Ports, call: ActionCall, step: ActionStep, order: RunRow): Promise<ApprovalRecord | undefined> {
  if (step.approval === undefined) return undefined;
  if (call.approval === undefined) throw missing(call, 'the plan asks for one');
  const record = await ports.store.approvals.get(call.approval);
  if (record === undefined) throw missing(call, `there is no \`${call.approval}\``);
  const granted = requireGranted({ call, step }, record);
  if (!(await isOfRun(ports.store, { step, order }, record))) throw changed(call, record);
  requireCovered(call, step.action, record, granted);
  if (granted.by === 'quorum') await requireQuorum(ports.store, record, granted);
  else await requireGlass(ports.store, record, await planOf(ports.store, order));
  return record;
}

type Asking = { readonly call: ActionCall; readonly step: ActionStep };

function requireGranted({ call, step }: Asking, record: ApprovalRecord): Granted {
  if (record.run !== call.run || record.plan.run !== call.run || stepId(record.plan.step) !== step.approval)
    throw missing(call, `\`${record.id}\` is of another step`);
  if (record.status === 'expired') throw new EdictError('approval-expired', `approval \`${record.id}\` has expired`, { where: call.step });
  if (record.status !== 'approved') throw missing(call, `\`${record.id}\` is ${record.status}`);
  // Those that were approved before it was written down were approved as a whole.
  const granted: Granted = record.granted ?? { digest: record.digest, plan: record.plan, by: 'quorum' };
  const holds = digestOf(record.plan) === record.digest && digestOf(granted.plan) === granted.digest && isWithin(record.plan, granted.plan);
  if (!holds) throw changed(call, record);
  return granted;
}

/** Of the version that the run goes by now; or of one that it went by before, where approval and step are the same in both. */
async function isOfRun(store: Store, { step, order }: { readonly step: ActionStep; readonly order: RunRow }, { plan }: ApprovalRecord) {
  if (plan.playbook !== order.playbook) return false;
  if (plan.version === order.version) return true;
  const earlier = [order.orderedWith, ...(order.migrations ?? [])].find((one) => one?.version === plan.version);
  if (earlier === undefined) return false;
  const [then, now] = [await planOf(store, { run: order.run, planDigest: earlier.planDigest }), await planOf(store, order)];
  return [step.id, step.approval ?? ''].every((id) => sameWhileUnderWay(then.steps[id], now.steps[id]));
}

/** Also for how long it holds, where that is bound: a longer lease is another effect. */
// oxlint-disable-next-line max-params -- the call, and the three that it is held against
function requireCovered(call: ActionCall, action: string, record: ApprovalRecord, { plan }: Granted): void {
  const bound = plan.shown !== undefined;
  const now = digestOf({ action, params: call.params, ...(bound ? { lease: call.lease } : {}) });
  const [planned, ...more] = plan.effects.filter((effect) => effect.step === call.step);
  if (planned !== undefined && more.length === 0) {
    const { action: approved, params, lease } = planned;
    if (digestOf({ action: approved, params, ...(bound ? { lease } : {}) }) === now) return;
  }
  throw changed(call, record);
}

/** Rights are checked at the decision, and here again: a role that was taken away since, or a delegation that has ended, no longer counts. */
async function requireQuorum(store: Store, record: ApprovalRecord, { digest }: Granted): Promise<void> {
  const votes = record.votes.filter((vote) => vote.decision === 'approve' && vote.digest === digest);
  const excluded = votes.find(({ by, onBehalfOf }) => [by, onBehalfOf].some((one) => one !== undefined && record.excluded.includes(one)));
  if (excluded !== undefined)
    throw new EdictError('approval-by-requester', `\`${excluded.by}\` asked for run \`${record.run}\` and approved it`);
  const counted = countingVotes(record, digest, await store.approvals.rights(votes)).length;
  if (counted >= record.quorum) return;
  throw new EdictError(
    'approval-role-missing',
    `approval \`${record.id}\` has ${counted} of ${record.quorum} votes of people who may give one now`,
  );
}

/** The same for glass that was broken: by a right that still holds and that the ordered plan gives, and nobody has rejected it since. */
async function requireGlass(store: Store, record: ApprovalRecord, plan: Plan): Promise<void> {
  const { review } = record;
  const step = plan.steps[stepId(record.plan.step)];
  const roles = step?.kind === 'approval' ? (step.breakGlass?.roles ?? []) : [];
  if (review === undefined) throw new EdictError('break-glass-denied', `nobody is on record for breaking the glass of \`${record.id}\``);
  if (review.status === 'rejected')
    throw new EdictError(
      'approval-review-rejected',
      `\`${review.closedBy ?? ''}\` rejected that \`${review.by}\` broke the glass of \`${record.id}\``,
    );
  if (record.excluded.includes(review.by))
    throw new EdictError('approval-by-requester', `\`${review.by}\` asked for run \`${record.run}\` and broke the glass`);
  const own = (await store.approvals.rights([{ by: review.by }])).roles(review.by) ?? [];
  if (roles.some((role) => own.includes(role))) return;
  throw new EdictError('break-glass-denied', `\`${review.by}\` may not break the glass of \`${record.id}\` any more`, {
    expected: roles.join(' or '),
  });
}

function changed(call: ActionCall, record: ApprovalRecord): EdictError {
  return new EdictError('approval-digest-changed', `approval \`${record.id}\` is not of what step \`${call.step}\` would do now`, {
    where: call.step,
    help: 'ask again: what was approved has changed',
  });
}

function missing(call: ActionCall, why: string): EdictError {
  return new EdictError('approval-missing', `step \`${call.step}\` of run \`${call.run}\` has no approval: ${why}`);
}
