/** Whether a vote counts, and what it does. The row of the approval is locked from the first look to the commit. */
import { sql } from 'kysely';
import { canonicalJson, digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Statement, Vote } from '../../domain/playbook/approval.ts';
import { votedPlan } from '../../domain/playbook/approval/narrow.ts';
import { countingVotes, participants, standingRefusal, takesPart, type Rights } from '../../domain/playbook/approval/standing.ts';
import type { AuditEntry } from '../chain/append.ts';
import { now, type Tx } from '../postgres/database.ts';
import { closeAs, entryOf, grantedBy, isBlank, type CountedVote, type LockedApproval, type VoteRefusal } from './ballot.ts';
import { breakGlass, glassRefusal, isRecordedGlass } from './break-glass.ts';
import { rightsOf } from './rights.ts';

export async function countVote(tx: Tx, statement: Statement): Promise<CountedVote> {
  const approval = await lockWithClock(tx, statement);
  const { decision } = statement;
  return decision === 'break-glass' ? await takeGlass(tx, approval, statement) : await takeVote(tx, approval, { ...statement, decision });
}

async function takeGlass(tx: Tx, approval: LockedApproval, statement: Statement): Promise<CountedVote> {
  if (await isRecordedGlass(tx, statement)) return { entries: [] };
  const refusal = closedRefusal(approval, statement) ?? planRefusal(approval, statement) ?? (await glassRefusal(tx, approval, statement));
  return refusal === undefined ? await breakGlass(tx, approval, statement) : await refuse(tx, statement, refusal);
}

async function takeVote(tx: Tx, approval: LockedApproval, vote: Vote): Promise<CountedVote> {
  const before = await votesBefore(tx, vote.approval);
  // The same vote again, to the letter, is a retry of a call whose answer was lost: it counts once and is no fault.
  if (before.some((one) => canonicalJson(one) === canonicalJson(vote))) return { entries: [] };
  const ballot: Ballot = { approval, vote, before, rights: await rightsOf(tx, [...before, vote], true) };
  const refusal = closedRefusal(approval, vote) ?? planRefusal(approval, vote) ?? voterRefusal(ballot) ?? reasonRefusal(ballot);
  return refusal === undefined ? await accept(tx, ballot) : await refuse(tx, vote, refusal);
}

type Ballot = { readonly approval: LockedApproval; readonly vote: Vote; readonly before: readonly Vote[]; readonly rights: Rights };

async function votesBefore(tx: Tx, approval: string): Promise<readonly Vote[]> {
  const rows = await tx.selectFrom('approval_votes').select('document').where('approval', '=', approval).orderBy('position').execute();
  return rows.map(({ document }) => document);
}

/** A door signs what it is told at once; what is older was kept back, and what is newer was not signed by this database's clock. */
const isStale = (at: string) =>
  sql<boolean>`${at}::timestamptz not between clock_timestamp() - interval '15 minutes' and clock_timestamp() + interval '1 minute'`;

/** Two looks: the clock is read once the lock is had, not while waiting for it. The run is held too: its cancellation comes before or after. */
async function lockWithClock(tx: Tx, { approval: id, at }: Statement): Promise<LockedApproval> {
  const locked = await tx.selectFrom('approvals').select(['id', 'run']).where('id', '=', id).forUpdate().executeTakeFirst();
  if (locked === undefined) throw new EdictError('not-found', `there is no approval \`${id}\``);
  const run = await tx.selectFrom('runs').select('cancelled_by').where('run', '=', locked.run).forShare().executeTakeFirst();
  const approval = await tx
    .selectFrom('approvals')
    .selectAll()
    .select((eb) => eb('expires_at', '<=', now()).as('expired'))
    .select(isStale(at).as('stale'))
    .where('id', '=', id)
    .$castTo<Omit<LockedApproval, 'cancelled'>>()
    .executeTakeFirstOrThrow();
  return { ...approval, cancelled: (run?.cancelled_by ?? null) !== null };
}

function closedRefusal(approval: LockedApproval, { at }: Statement): VoteRefusal | undefined {
  if (approval.status === 'expired') return { code: 'approval-expired' };
  if (approval.status !== 'open') return { code: 'approval-closed' };
  if (approval.expired) return { code: 'approval-expired' };
  if (approval.cancelled) return { code: 'approval-closed', expected: 'a run that nobody cancels' };
  return approval.stale ? { code: 'statement-expired', expected: `a statement of the last 15 minutes, not of ${at}` } : undefined;
}

function planRefusal({ plan, digest }: LockedApproval, statement: Statement): VoteRefusal | undefined {
  try {
    const voted = digestOf(votedPlan(plan, statement.narrow));
    return voted === statement.digest ? undefined : { code: 'approval-digest-changed', expected: digest };
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
    return { code: 'approval-not-narrower', expected: error.expected ?? error.message };
  }
}

function voterRefusal({ approval, vote, before, rights }: Ballot): VoteRefusal | undefined {
  const code = standingRefusal(approval, vote, rights);
  if (code === 'approval-by-requester') return { code };
  if (takesPart(participants(before), vote)) return { code: 'approval-vote-repeated' };
  return code === undefined ? undefined : { code, expected: [...approval.roles, ...approval.people].join(' or ') };
}

/** What is of high risk is not waved through. A denial goes back to who asked: its reason is asked for at the door. */
function reasonRefusal({ approval, vote }: Ballot): VoteRefusal | undefined {
  if (vote.decision !== 'approve' || approval.plan.shown?.risk !== 'high' || !isBlank(vote.reason)) return undefined;
  return { code: 'approval-reason-missing', expected: 'a reason: the risk is high' };
}

async function refuse(tx: Tx, statement: Statement, refusal: VoteRefusal): Promise<CountedVote> {
  const { decision } = statement;
  const entries: AuditEntry[] = [entryOf('approval-vote-refused', statement, { decision, code: refusal.code, ...behalfOf(statement) })];
  if (refusal.code === 'approval-expired') {
    const closed = await tx
      .updateTable('approvals')
      .set({ status: 'expired', closed_at: now() })
      .where('id', '=', statement.approval)
      .where('status', '=', 'open')
      .executeTakeFirst();
    if (closed.numUpdatedRows > 0n) entries.push({ ...entryOf('approval-expired', statement, {}), actor: 'system:approvals' });
  }
  return { entries, refusal };
}

async function accept(tx: Tx, ballot: Ballot): Promise<CountedVote> {
  const { approval, vote, before } = ballot;
  const row = { approval: vote.approval, voter: vote.by, principal: vote.onBehalfOf ?? null, position: before.length + 1 };
  await tx
    .insertInto('approval_votes')
    .values({ ...row, approves: vote.decision === 'approve', document: canonicalJson(vote) })
    .execute();
  const entries = [entryOf('approval-voted', vote, votedDetail(vote))];
  const status = statusAfter(ballot);
  if (status === 'open') return { entries };
  const granted = status === 'approved' ? grantedBy(approval, vote, 'quorum') : undefined;
  await closeAs(tx, approval.id, status, granted);
  const closed = { run: approval.run, step: approval.step, digest: granted?.digest ?? approval.digest };
  return { entries: [...entries, { ...entryOf(`approval-${status}`, vote, closed), actor: 'system:approvals' }] };
}

/** Votes on one plan make the quorum, and only those of people who may give one now. */
function statusAfter({ approval, vote, before, rights }: Ballot): 'open' | 'approved' | 'denied' {
  if (vote.decision === 'deny') return 'denied';
  const counting = countingVotes({ ...approval, votes: [...before, vote] }, vote.digest, rights);
  return counting.length >= approval.quorum ? 'approved' : 'open';
}

function votedDetail(vote: Vote): AuditEntry['detail'] {
  const { decision, digest, at, reason, narrow } = vote;
  return {
    decision,
    digest,
    at,
    ...(reason === undefined ? {} : { reason }),
    ...behalfOf(vote),
    ...(narrow === undefined ? {} : { narrow: narrow as JsonObject }),
  };
}

const behalfOf = ({ onBehalfOf }: Statement): { readonly onBehalfOf?: string } => (onBehalfOf === undefined ? {} : { onBehalfOf });
