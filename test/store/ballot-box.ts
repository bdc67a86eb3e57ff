/** Approvals and statements for tests of the store: a plan of two effects that hold for a time, managers, and votes as doors state them. */
import { digestOf } from '../../domain/digest.ts';
import type { ApprovalPlan, ApprovalRecord, Narrow, Statement } from '../../domain/playbook/approval.ts';
import { votedPlan } from '../../domain/playbook/approval/narrow.ts';
import type { OpenedApproval } from '../../store/port/approvals.ts';
import type { Role, Store } from '../../store/port.ts';

export const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

export function person(store: Store, id: string, roles: readonly Role[], disabled = false): Promise<void> {
  return store.people.put({ id, name: id, roles, disabled }, 'system:test');
}

export function planOf(step: string, run = 'r1'): ApprovalPlan {
  const effect = (id: string, asset: string) => ({
    step: id,
    action: 'network.isolate',
    params: { asset },
    lease: '4h',
    undo: 'network.release',
  });
  return { run, playbook: 'p', version: '1.0.0', step, effects: [effect('first', 'h1'), effect('second', 'h2')] };
}

type Opening = Partial<OpenedApproval> & { readonly step?: string };

export async function openApproval(store: Store, { step = 'ask', ...more }: Opening = {}): Promise<ApprovalRecord> {
  const plan = more.plan ?? planOf(step);
  return store.approvals.open({
    plan,
    digest: digestOf(plan),
    summary: 's',
    facts: {},
    roles: ['manager'],
    quorum: 1,
    requester: 'rae',
    expiresAt: inMs(60_000),
    ...more,
  });
}

let ticks = 0;

/** Each its own, to the letter. */
export function stated(
  approval: ApprovalRecord,
  by: string,
  { narrow, ...more }: Partial<Statement> & { readonly narrow?: Narrow } = {},
): Statement {
  ticks += 1;
  const digest = digestOf(votedPlan(approval.plan, narrow));
  return { approval: approval.id, digest, decision: 'approve', by, at: inMs(ticks), ...(narrow ? { narrow } : {}), ...more };
}
