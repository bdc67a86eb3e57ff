/**
 * Approvals and votes. Whether a vote counts is decided in one transaction with the approval's row locked, by the database's
 * clock and by the voter's roles at that moment, so that of votes that race each other exactly one order holds.
 */
import { createHash } from 'node:crypto';
import { sql, type Selectable } from 'kysely';
import { canonicalJson, digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { ApprovalRecord, ApprovalStatus, Review, Statement, Vote } from '../../domain/playbook/approval.ts';
import type { AuditEntry } from '../chain/append.ts';
import type { Change } from '../chain/change.ts';
import { now, type Db, type Tx } from '../postgres/database.ts';
import { checkInstant } from '../postgres/instant.ts';
import { pageLimit, timeKey, toPage } from '../postgres/page.ts';
import type { Approvals } from '../port.ts';
import type { Tables } from '../postgres/tables.ts';
import type { VoteRefusal } from './ballot.ts';
import { reviewsOf } from './reviews.ts';
import { requestersOf, rightsOf } from './rights.ts';
import { talk } from './talk.ts';
import { countVote } from './vote.ts';

type Stored = Selectable<Tables['approvals']>;
type OpenInput = Parameters<Approvals['open']>[0];

const system = 'system:approvals';

export function approvalsRepository(db: Db, change: Change): Approvals {
  return { ...reads(db), ...changes(change), ...talk(db, change) };
}

function reads(db: Db): Pick<Approvals, 'get' | 'list' | 'named' | 'rights' | 'clock'> {
  return {
    rights: (voters) => rightsOf(db, voters, false),
    clock: async () => {
      const { rows } = await sql<{ now: string }>`select clock_timestamp() as now`.execute(db);
      return rows[0]?.now ?? '';
    },
    get: async (id) => {
      const row = await db.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toRecord(row, await partsOf(db, [id]));
    },
    named: async (ids) => {
      if (ids.length === 0) return [];
      const rows = await db.selectFrom('approvals').selectAll().where('id', 'in', ids).execute();
      const parts = await partsOf(db, ids);
      return rows.map((row) => toRecord(row, parts));
    },
    list: async (filter, page) => {
      const [limit, after] = [pageLimit(page), timeKey(page)];
      let query = db
        .selectFrom('approvals')
        .selectAll()
        .limit(limit + 1);
      const expiring = filter.order === 'expiring';
      query = expiring ? query.orderBy('expires_at').orderBy('id') : query.orderBy('opened_at', 'desc').orderBy('id', 'desc');
      if (filter.status === 'decided') query = query.where('status', '<>', 'open');
      else if (filter.status !== undefined) query = query.where('status', '=', filter.status);
      if (filter.within !== undefined) query = query.where(sql<boolean>`expires_at < now() + ${filter.within}::int * interval '1 minute'`);
      if (filter.run !== undefined) query = query.where('run', '=', filter.run);
      if (filter.runs !== undefined) query = query.where(sql<boolean>`run = any(${filter.runs})`);
      if (after !== undefined)
        query = query.where(
          expiring
            ? sql<boolean>`(expires_at, id) > (${after.at}::timestamptz, ${after.id})`
            : sql<boolean>`(opened_at, id) < (${after.at}::timestamptz, ${after.id})`,
        );
      const rows = await query.execute();
      const parts = await partsOf(
        db,
        rows.map((row) => row.id),
      );
      return toPage({
        rows,
        limit,
        key: (row) => [expiring ? row.expires_at : row.opened_at, row.id],
        item: (row) => toRecord(row, parts),
      });
    },
  };
}

function changes(change: Change): Pick<Approvals, 'open' | 'vote' | 'close' | 'escalate'> {
  return {
    open: (input) =>
      change(async (tx, record) => {
        const { made, superseded } = await open(tx, input);
        for (const id of superseded) record(entryOf('approval-superseded', id, system, { by: made?.id ?? null }));
        if (made === undefined) return await readRecord(tx, approvalId(input));
        record(entryOf('approval-opened', made.id, system, openedDetail(made)));
        return toRecord(made, { votes: [], reviews: [] });
      }),
    vote: async (vote) => {
      const { refusal, record } = await change(async (tx, note) => {
        const counted = await countVote(tx, vote);
        counted.entries.forEach(note);
        return { ...counted, record: await readRecord(tx, vote.approval) };
      });
      if (refusal !== undefined) throw refused(vote, refusal);
      return record;
    },
    close: (id, status, by) =>
      change(async (tx, record) => {
        const row = await lockApproval(tx, id);
        const parts = await partsOf(tx, [id]);
        if (row.status !== 'open') return toRecord(row, parts);
        const closed = await tx
          .updateTable('approvals')
          .set({ status, closed_at: now() })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        record(entryOf(`approval-${status}`, id, by, {}));
        return toRecord(closed, parts);
      }),
    escalate: ({ id, to, people: named = [], kind }) =>
      change(async (tx, record) => {
        const row = await lockApproval(tx, id);
        if (row.status !== 'open')
          throw new EdictError('approval-closed', `the approval \`${id}\` is ${row.status}`, { where: `approval/${id}` });
        const wider = kind === 'escalate';
        const roles = wider ? [...new Set([...row.roles, ...to])] : row.roles;
        const people = wider ? [...new Set([...row.people, ...named])] : row.people;
        if (wider) await tx.updateTable('approvals').set({ roles, people }).where('id', '=', id).execute();
        const toPeople = named.length === 0 ? {} : { toPeople: named };
        record(entryOf(wider ? 'approval-escalated' : 'approval-reminded', id, system, { to, ...toPeople, roles, people }));
      }),
  };
}

/** The id follows from run, step and digest: opening twice, even at the same moment, is one approval. */
function approvalId({ plan, digest }: OpenInput): string {
  return `apr-${createHash('sha256')
    .update(canonicalJson([plan.run, plan.step, digest]))
    .digest('hex')
    .slice(0, 24)}`;
}

async function open(tx: Tx, input: OpenInput): Promise<{ readonly made: Stored | undefined; readonly superseded: readonly string[] }> {
  const { plan, digest, summary, facts, roles, people = [], quorum, requester, breakGlass, expiresAt } = input;
  if (digestOf(plan) !== digest)
    throw new EdictError('approval-digest-changed', 'the digest is not the one of the plan', {
      where: `run/${plan.run}`,
      expected: digestOf(plan),
    });
  await sql`select pg_advisory_xact_lock(hashtextextended(${`edict:approval:${canonicalJson([plan.run, plan.step])}`}, 0))`.execute(tx);
  const existing = await tx.selectFrom('approvals').select('id').where('id', '=', approvalId(input)).executeTakeFirst();
  if (existing !== undefined) return { made: undefined, superseded: [] };
  const superseded = await tx
    .updateTable('approvals')
    .set({ status: 'cancelled', closed_at: now() })
    .where('run', '=', plan.run)
    .where('step', '=', plan.step)
    .where('status', '=', 'open')
    .returning('id')
    .execute();
  const row = {
    id: approvalId(input),
    run: plan.run,
    step: plan.step,
    digest,
    plan: canonicalJson(plan),
    summary,
    facts: canonicalJson(facts),
    roles: [...roles],
    people: [...people],
    excluded: [...(await requestersOf(tx, plan.run, requester))],
    break_glass: breakGlass === undefined ? null : canonicalJson(breakGlass),
    quorum,
    requester,
  };
  const made = await tx
    .insertInto('approvals')
    .values({ ...row, expires_at: checkInstant(expiresAt, 'expiresAt'), status: 'open' })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { made, superseded: superseded.map(({ id }) => id) };
}

async function lockApproval(tx: Tx, id: string): Promise<Stored> {
  const row = await tx.selectFrom('approvals').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (row === undefined) throw new EdictError('not-found', `there is no approval \`${id}\``);
  return row;
}

async function readRecord(db: Db, id: string): Promise<ApprovalRecord> {
  const row = await db.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  return toRecord(row, await partsOf(db, [id]));
}

type Votes = readonly { readonly approval: string; readonly document: Vote }[];
type Parts = { readonly votes: Votes; readonly reviews: readonly Review[] };

async function partsOf(db: Db, ids: readonly string[]): Promise<Parts> {
  return { votes: await votesOf(db, ids), reviews: await reviewsOf(db, ids) };
}

async function votesOf(db: Db, ids: readonly string[]): Promise<Votes> {
  if (ids.length === 0) return [];
  return await db
    .selectFrom('approval_votes')
    .select(['approval', 'document'])
    .where('approval', 'in', ids)
    .orderBy('approval')
    .orderBy('position')
    .execute();
}

const refusals: { readonly [code in VoteRefusal['code']]: { readonly message: string; readonly help: string } } = {
  'approval-closed': { message: 'it is closed', help: 'see `edict approvals` for the ones that are open' },
  'approval-expired': { message: 'it has expired', help: 'run the step again for a new approval' },
  'approval-digest-changed': { message: 'its plan is not the one that you saw', help: 'read the plan again, and vote on what it says now' },
  'approval-by-requester': { message: 'who asks does not approve', help: 'ask somebody else of the roles' },
  'approval-role-missing': { message: 'the voter has none of its roles', help: 'ask somebody who has one of them' },
  'approval-vote-repeated': { message: 'this person has a part in a vote already', help: 'a vote is final' },
  'approval-delegation-missing': {
    message: 'nobody passed that right on to the voter, or not any more',
    help: 'see `edict approval delegations`',
  },
  'approval-not-narrower': { message: 'what it leaves is no narrower plan', help: 'read the plan again: `edict approval show`' },
  'approval-reason-missing': { message: 'it says no reason', help: 'say why' },
  'statement-expired': { message: 'it was not stated just now', help: 'state it again' },
  'break-glass-denied': { message: 'the voter may not break this glass', help: 'ask for the votes that it takes' },
};

function refused({ approval }: Statement, { code, expected }: VoteRefusal): EdictError {
  const { message, help } = refusals[code];
  return new EdictError(code, `the vote on \`${approval}\` does not count: ${message}`, { where: `approval/${approval}`, expected, help });
}

function entryOf(event: string, id: string, actor: string, detail: AuditEntry['detail']): AuditEntry {
  return { actor, event, subject: `approval/${id}`, detail };
}

function openedDetail(made: Stored): AuditEntry['detail'] {
  const { run, step, digest, roles, people, quorum, requester, excluded, plan } = made;
  const named = people.length === 0 ? {} : { people };
  return {
    run,
    step,
    digest,
    roles,
    ...named,
    quorum,
    requester,
    excluded,
    risk: plan.shown?.risk ?? 'normal',
    expiresAt: made.expires_at,
  };
}

function toRecord(row: Stored, parts: Parts): ApprovalRecord {
  const { id, run, step, digest, plan, summary, facts, roles, people, excluded, quorum, requester, status } = row;
  const review = parts.reviews.find(({ approval }) => approval === id);
  return {
    id,
    run,
    step,
    digest,
    plan,
    summary,
    facts,
    roles,
    people,
    quorum,
    requester,
    excluded,
    ...(row.break_glass === null ? {} : { breakGlass: row.break_glass }),
    openedAt: row.opened_at,
    expiresAt: row.expires_at,
    status: status satisfies ApprovalStatus,
    votes: parts.votes.filter((vote) => vote.approval === id).map((vote) => vote.document),
    ...(row.granted === null ? {} : { granted: row.granted }),
    ...(review === undefined ? {} : { review }),
    ...(row.closed_at === null ? {} : { closedAt: row.closed_at }),
  };
}
