/**
 * Where the plan says that an approval covers a step, nothing is done unless the store holds one that was granted for exactly this
 * effect, by people who may still grant it now. What the workflow says of the approval counts for nothing but its id.
 */
import type { ActionCall } from '../contract.ts';
import { digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { ApprovalRecord } from '../../domain/playbook/approval.ts';
import type { ActionStep } from '../../domain/playbook/plan.ts';
import type { RunRow, Store } from '../../store/port.ts';
import type { Ports } from '../ports.ts';
import { stepId } from './check-order.ts';

/** The approval, or undefined where the plan asks for none. Throws the approval-* codes. */
export async function checkApproval(ports: Ports, call: ActionCall, step: ActionStep, order: RunRow): Promise<ApprovalRecord | undefined> {
  if (step.approval === undefined) return undefined;
  if (call.approval === undefined) throw missing(call, 'the plan asks for one');
  const record = await ports.store.approvals.get(call.approval);
  if (record === undefined) throw missing(call, `there is no \`${call.approval}\``);
  requireGranted(call, step, record);
  requireCovered(call, step.action, record);
  await requireQuorum(ports.store, record, order);
  return record;
}

function requireGranted(call: ActionCall, step: ActionStep, record: ApprovalRecord): void {
  if (record.run !== call.run || record.plan.run !== call.run || stepId(record.plan.step) !== step.approval)
    throw missing(call, `\`${record.id}\` is of another step`);
  if (record.status === 'expired') throw new EdictError('approval-expired', `approval \`${record.id}\` has expired`, { where: call.step });
  if (record.status !== 'approved') throw missing(call, `\`${record.id}\` is ${record.status}`);
  if (digestOf(record.plan) !== record.digest)
    throw new EdictError('approval-digest-changed', `approval \`${record.id}\` is not of the plan that it holds`, { where: call.step });
}

function requireCovered(call: ActionCall, action: string, record: ApprovalRecord): void {
  const planned = record.plan.effects.filter((effect) => effect.step === call.step);
  const now = digestOf({ action, params: call.params });
  if (planned.length === 1 && planned.every((effect) => digestOf({ action: effect.action, params: effect.params }) === now)) return;
  throw new EdictError('approval-digest-changed', `approval \`${record.id}\` is not of what step \`${call.step}\` would do now`, {
    where: call.step,
    help: 'ask again: what was approved has changed',
  });
}

/** Rights are checked at the decision, and here again: a role that was taken away since no longer counts. */
async function requireQuorum(store: Store, record: ApprovalRecord, order: RunRow): Promise<void> {
  const voters = new Set(
    record.votes.filter((vote) => vote.decision === 'approve' && vote.digest === record.digest).map((vote) => vote.by),
  );
  if (voters.has(order.requester))
    throw new EdictError('approval-by-requester', `\`${order.requester}\` asked for run \`${record.run}\` and approved it`);
  let counted = 0;
  for (const voter of voters) {
    const person = await store.people.get(voter);
    if (person !== undefined && !person.disabled && person.roles.some((role) => record.roles.includes(role))) counted += 1;
  }
  if (counted >= record.quorum) return;
  throw new EdictError(
    'approval-role-missing',
    `approval \`${record.id}\` has ${counted} of ${record.quorum} votes of people who may give one now`,
  );
}

function missing(call: ActionCall, why: string): EdictError {
  return new EdictError('approval-missing', `step \`${call.step}\` of run \`${call.run}\` has no approval: ${why}`);
}
