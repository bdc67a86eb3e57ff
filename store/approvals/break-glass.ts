/**
 * Breaking the glass: a person whom the playbook gives the right lets the plan run now, without the votes. It is their own right, passed on by
 * nobody; who asked for the run may not, for then one person alone would have asked and allowed. A review is opened that others must close.
 */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { canonicalJson } from '../../domain/digest.ts';
import type { Statement } from '../../domain/playbook/approval.ts';
import { targetsOf } from '../../domain/playbook/approval/shown.ts';
import type { AuditEntry } from '../chain/append.ts';
import type { Tx } from '../postgres/database.ts';
import { closeAs, entryOf, grantedBy, isBlank, type CountedVote, type LockedApproval, type VoteRefusal } from './ballot.ts';
import { rightsOf } from './rights.ts';

/** The same statement again, to the letter, is a retry of a call whose answer was lost. */
export async function isRecordedGlass(tx: Tx, statement: Statement): Promise<boolean> {
  const found = await tx.selectFrom('approval_reviews').select('statement').where('approval', '=', statement.approval).executeTakeFirst();
  return found !== undefined && canonicalJson(found.statement) === canonicalJson(statement);
}

export async function glassRefusal(tx: Tx, approval: LockedApproval, statement: Statement): Promise<VoteRefusal | undefined> {
  const { break_glass: allowed, excluded } = approval;
  const { by, onBehalfOf, reason } = statement;
  if (allowed === null) return { code: 'break-glass-denied', expected: 'a playbook that allows it: `break_glass`' };
  if (excluded.includes(by)) return { code: 'approval-by-requester' };
  if (onBehalfOf !== undefined) return { code: 'break-glass-denied', expected: 'a right of one’s own: this one is passed on by nobody' };
  const own = (await rightsOf(tx, [{ by }], true)).roles(by) ?? [];
  if (!allowed.roles.some((role) => own.includes(role))) return { code: 'break-glass-denied', expected: allowed.roles.join(' or ') };
  return isBlank(reason) ? { code: 'approval-reason-missing', expected: 'a reason: it will be reviewed' } : undefined;
}

export async function breakGlass(tx: Tx, approval: LockedApproval, statement: Statement): Promise<CountedVote> {
  const granted = grantedBy(approval, statement, 'break-glass');
  const { by, reason = '' } = statement;
  const reviewMs = approval.break_glass?.reviewMs ?? 0;
  await closeAs(tx, approval.id, 'approved', granted);
  const review = await tx
    .insertInto('approval_reviews')
    .values({
      id: reviewId(approval.id),
      approval: approval.id,
      run: approval.run,
      by_person: by,
      reason,
      statement: canonicalJson(statement),
      due_at: sql<string>`clock_timestamp() + make_interval(secs => ${reviewMs}::float8 / 1000)`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const { run, step, quorum } = approval;
  const targets = [...new Set(granted.plan.effects.flatMap(targetsOf))];
  const told = await tellIncident(tx, run, { by, text: `${by} broke the glass for \`${step}\` on ${targets.join(', ')}: ${reason}` });
  return {
    entries: [
      entryOf('approval-glass-broken', statement, { run, step, digest: granted.digest, reason, quorum, targets, review: review.id }),
      { ...entryOf('approval-approved', statement, { run, step, digest: granted.digest, by: 'break-glass' }), actor: 'system:approvals' },
      {
        actor: 'system:approvals',
        event: 'review-opened',
        subject: `review/${review.id}`,
        detail: { approval: approval.id, due: review.due_at },
      },
      ...told,
    ],
  };
}

/** Follows from the approval: the glass of one is broken once. */
function reviewId(approval: string): string {
  return `rev-${createHash('sha256').update(approval).digest('hex').slice(0, 16)}`;
}

/** Who works on the incident reads it there. */
async function tellIncident(tx: Tx, run: string, note: { readonly by: string; readonly text: string }): Promise<readonly AuditEntry[]> {
  const found = await tx.selectFrom('runs').select('incident').where('run', '=', run).executeTakeFirst();
  const incident = found?.incident ?? undefined;
  if (incident === undefined) return [];
  const known = await tx.selectFrom('incidents').select('id').where('id', '=', incident).executeTakeFirst();
  if (known === undefined) return [];
  await tx
    .insertInto('incident_notes')
    .values({ incident, ...note })
    .execute();
  return [{ actor: note.by, event: 'incident-noted', subject: `incident/${incident}`, detail: { text: note.text.slice(0, 2000) } }];
}
