/** An approval while it is decided on: its row, held, and how a decision is written. */
import type { Selectable } from 'kysely';
import { canonicalJson } from '../../domain/digest.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { ApprovalStatus, Granted, Statement } from '../../domain/playbook/approval.ts';
import { votedPlan } from '../../domain/playbook/approval/narrow.ts';
import type { AuditEntry } from '../chain/append.ts';
import { now, type Tx } from '../postgres/database.ts';
import type { Tables } from '../postgres/tables.ts';

type RefusalCode = Extract<
  ErrorCode,
  | `approval-${'closed' | 'expired' | 'digest-changed' | 'by-requester' | 'role-missing' | 'vote-repeated' | 'reason-missing'}`
  | `approval-${'delegation-missing' | 'not-narrower'}`
  | 'statement-expired'
  | 'break-glass-denied'
>;

export type VoteRefusal = { readonly code: RefusalCode; readonly expected?: string | undefined };

/** A refusal commits too: it is recorded, and an approval that is found expired is closed. */
export type CountedVote = { readonly entries: readonly AuditEntry[]; readonly refusal?: VoteRefusal | undefined };

/** `stale`: the statement was not signed just now, by the database's clock. `cancelled`: its run is. */
export type LockedApproval = Selectable<Tables['approvals']> & {
  readonly expired: boolean;
  readonly stale: boolean;
  readonly cancelled: boolean;
};

/** What a statement grants, of the whole plan or a narrower one. */
export function grantedBy({ plan }: LockedApproval, { narrow, digest }: Statement, by: Granted['by']): Granted {
  return { digest, plan: votedPlan(plan, narrow), by };
}

export async function closeAs(tx: Tx, id: string, status: ApprovalStatus, granted: Granted | undefined): Promise<void> {
  const given = granted === undefined ? {} : { granted: canonicalJson(granted) };
  await tx
    .updateTable('approvals')
    .set({ status, closed_at: now(), ...given })
    .where('id', '=', id)
    .execute();
}

export function isBlank(text: string | undefined): boolean {
  return (text ?? '').trim() === '';
}

export function entryOf(event: string, { by, approval }: Statement, detail: AuditEntry['detail']): AuditEntry {
  return { actor: by, event, subject: `approval/${approval}`, detail };
}
