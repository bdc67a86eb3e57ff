/** Whether a vote counts, and what it does. The row of the approval is locked from the first look to the commit. */
import type { Selectable } from 'kysely';
import { canonicalJson } from '../domain/digest.ts';
import { EdictError, type ErrorCode } from '../domain/errors.ts';
import type { ApprovalStatus, Vote } from '../domain/playbook/approval.ts';
import type { AuditEntry } from './chain/append.ts';
import { now, type Tx } from './postgres/database.ts';
import type { Tables } from './postgres/tables.ts';

type RefusalCode = Extract<
  ErrorCode,
  `approval-${'closed' | 'expired' | 'digest-changed' | 'by-requester' | 'role-missing' | 'vote-repeated'}`
>;

export type VoteRefusal = { readonly code: RefusalCode; readonly expected?: string | undefined };

/** A refusal commits too: it is recorded, and an approval that is found expired is closed. */
export type CountedVote = { readonly entries: readonly AuditEntry[]; readonly refusal?: VoteRefusal | undefined };

type Approval = Selectable<Tables['approvals']> & { readonly expired: boolean };

export async function countVote(tx: Tx, vote: Vote): Promise<CountedVote> {
  const approval = await lockWithClock(tx, vote.approval);
  const before = await tx
    .selectFrom('approval_votes')
    .select(['voter', 'approves', 'document'])
    .where('approval', '=', vote.approval)
    .execute();
  const own = before.find(({ voter }) => voter === vote.by);
  // The same vote again, to the letter, is a retry of a call whose answer was lost: it counts once and is no fault.
  if (own !== undefined && canonicalJson(own.document) === canonicalJson(vote)) return { entries: [] };
  const refusal = refusalOf(approval, vote, own !== undefined) ?? (await roleRefusal(tx, approval, vote));
  if (refusal !== undefined) return await refuse(tx, vote, refusal);
  return await accept(tx, { approval, vote, position: before.length + 1, approvals: before.filter(({ approves }) => approves).length });
}

/** Two statements: the clock is read once the lock is had, not while waiting for it. */
async function lockWithClock(tx: Tx, id: string): Promise<Approval> {
  const locked = await tx.selectFrom('approvals').select('id').where('id', '=', id).forUpdate().executeTakeFirst();
  if (locked === undefined) throw new EdictError('not-found', `there is no approval \`${id}\``);
  return await tx
    .selectFrom('approvals')
    .selectAll()
    .select((eb) => eb('expires_at', '<=', now()).as('expired'))
    .where('id', '=', id)
    .$castTo<Approval>()
    .executeTakeFirstOrThrow();
}

function refusalOf(approval: Approval, vote: Vote, voted: boolean): VoteRefusal | undefined {
  if (approval.status === 'expired') return { code: 'approval-expired' };
  if (approval.status !== 'open') return { code: 'approval-closed' };
  if (approval.expired) return { code: 'approval-expired' };
  if (approval.digest !== vote.digest) return { code: 'approval-digest-changed', expected: approval.digest };
  if (approval.requester === vote.by) return { code: 'approval-by-requester' };
  return voted ? { code: 'approval-vote-repeated' } : undefined;
}

async function roleRefusal(tx: Tx, approval: Approval, vote: Vote): Promise<VoteRefusal | undefined> {
  const voter = await tx.selectFrom('people').select('roles').where('id', '=', vote.by).where('disabled', '=', false).executeTakeFirst();
  const roles: readonly string[] = voter?.roles ?? [];
  return approval.roles.some((role) => roles.includes(role))
    ? undefined
    : { code: 'approval-role-missing', expected: approval.roles.join(' or ') };
}

async function refuse(tx: Tx, vote: Vote, refusal: VoteRefusal): Promise<CountedVote> {
  const entries: AuditEntry[] = [entryOf('approval-vote-refused', vote, { decision: vote.decision, code: refusal.code })];
  if (refusal.code === 'approval-expired') {
    const closed = await tx
      .updateTable('approvals')
      .set({ status: 'expired', closed_at: now() })
      .where('id', '=', vote.approval)
      .where('status', '=', 'open')
      .executeTakeFirst();
    if (closed.numUpdatedRows > 0n) entries.push({ ...entryOf('approval-expired', vote, {}), actor: 'system:approvals' });
  }
  return { entries, refusal };
}

type Accepted = { readonly approval: Approval; readonly vote: Vote; readonly position: number; readonly approvals: number };

async function accept(tx: Tx, { approval, vote, position, approvals }: Accepted): Promise<CountedVote> {
  const approves = vote.decision === 'approve';
  await tx
    .insertInto('approval_votes')
    .values({ approval: vote.approval, voter: vote.by, position, approves, document: canonicalJson(vote) })
    .execute();
  const status = statusAfter(approves, approvals + (approves ? 1 : 0), approval.quorum);
  if (status !== 'open') await tx.updateTable('approvals').set({ status, closed_at: now() }).where('id', '=', vote.approval).execute();
  const reason = vote.reason === undefined ? {} : { reason: vote.reason };
  const entries = [entryOf('approval-voted', vote, { decision: vote.decision, digest: vote.digest, at: vote.at, ...reason })];
  if (status !== 'open')
    entries.push({
      ...entryOf(`approval-${status}`, vote, { run: approval.run, step: approval.step, digest: approval.digest }),
      actor: 'system:approvals',
    });
  return { entries };
}

function statusAfter(approves: boolean, approvals: number, quorum: number): ApprovalStatus {
  if (!approves) return 'denied';
  return approvals >= quorum ? 'approved' : 'open';
}

function entryOf(event: string, vote: Vote, detail: AuditEntry['detail']): AuditEntry {
  return { actor: vote.by, event, subject: `approval/${vote.approval}`, detail };
}
