/** Approvals and votes. A statement is signed here, at the door that knows the person; Temporal carries it, and the store judges it once more. */
import { createHmac, randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { canonicalJson, digestOf, type Digest } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { ApprovalRecord, Narrow, SignedVote, Statement } from '../../domain/playbook/approval.ts';
import { leftOut, votedPlan } from '../../domain/playbook/approval/narrow.ts';
import { shownWith } from '../../domain/playbook/approval/shown.ts';
import type { SessionRow } from '../../store/access/port-access.ts';
import type { Store } from '../../store/port.ts';
import { requireStepUp } from '../auth/step-up.ts';
import type { Approval, SimilarApproval, VoteReply } from '../contract/approvals.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';

/** Name of the secret that doors sign statements with. */
const statementKeyName = 'statement-key';
/** Shown where nobody says how many. */
const similarMost = 5;

type Names =
  | 'approvals.list'
  | 'approvals.get'
  | 'approvals.similar'
  | 'approvals.comments'
  | 'approvals.comment'
  | 'approvals.vote'
  | 'approvals.break-glass';

export function approvalHandlers(deps: HandlerDeps): HandlersOf<Names> {
  const { store } = deps;
  const proveAgain = async (session: SessionRow | undefined): Promise<void> => {
    if (session !== undefined) requireStepUp(session, await store.approvals.clock(), deps.access.stepUpMs);
  };
  return {
    'approvals.list': async ({ query: { cursor, limit, ...filter } }) => {
      const found = await store.approvals.list(filter, { cursor, limit });
      return { ...found, items: found.items.map(approvalReply) };
    },
    'approvals.get': async ({ params }) => approvalReply(await known(store, params.id)),
    'approvals.similar': async ({ params, query }) => ({ items: await similarTo(store, params.id, query.limit ?? similarMost) }),
    'approvals.comments': async ({ params }) => {
      await known(store, params.id);
      return { items: await store.approvals.comments(params.id) };
    },
    'approvals.comment': ({ params, body, by }) => store.approvals.comment(params.id, body.text, by),
    'approvals.vote': async ({ params, body, by, http, session }) => {
      const approval = await openTo(store, params.id, by);
      const { decision, digest, reason, onBehalfOf } = body;
      if (decision === 'deny' && reason === undefined)
        throw new EdictError('approval-reason-missing', 'a denial needs a reason', { where: '/reason' });
      if (decision === 'deny' && body.narrow !== undefined)
        throw new EdictError('input-invalid', 'a denial is of the whole plan', { where: '/narrow', help: 'approve less of it instead' });
      if (decision === 'approve' && shownWith(approval.plan).risk === 'high') await proveAgain(session);
      const narrow = decision === 'deny' ? undefined : narrowOf(approval, digest, body.narrow);
      return cast(deps, approval, { decision, ...votedOn(approval, digest, narrow), by, reason, onBehalfOf }, http);
    },
    'approvals.break-glass': async ({ params, body, by, http, session }) => {
      const approval = await openTo(store, params.id, by);
      await proveAgain(session);
      const { digest, reason, narrow } = body;
      const voted = votedOn(approval, digest, narrowOf(approval, digest, narrow));
      return cast(deps, approval, { decision: 'break-glass', ...voted, by, reason }, http);
    },
  };
}

export function approvalReply(record: ApprovalRecord): Approval {
  const digests = [...new Set(record.votes.filter(({ narrow }) => narrow !== undefined).map(({ digest }) => digest))];
  const proposals = digests.flatMap((digest) => {
    const votes = record.votes.filter((vote) => vote.digest === digest);
    const plan = votedPlan(record.plan, votes[0]?.narrow);
    return [{ digest, effects: plan.effects, leftOut: leftOut(record.plan, plan), approvals: votes.length }];
  });
  return { ...record, ...shownWith(record.plan), proposals };
}

async function similarTo(store: Store, id: string, limit: number): Promise<readonly SimilarApproval[]> {
  await known(store, id);
  const found = await store.approvals.similarTo(id, limit);
  const records = new Map((await store.approvals.named(found.map((one) => one.id))).map((record) => [record.id, record]));
  return found.flatMap(({ id: other, sameStep, outcome }) => {
    const record = records.get(other);
    return record === undefined ? [] : [{ ...similarReply(record), sameStep, ...(outcome === undefined ? {} : { outcome }) }];
  });
}

function similarReply(record: ApprovalRecord): Omit<SimilarApproval, 'sameStep' | 'outcome'> {
  const { id, run, step, summary, requester, status, openedAt, closedAt, votes, plan } = record;
  const { playbook, version } = plan;
  const closed = closedAt === undefined ? {} : { closedAt };
  return { id, run, playbook, version, step, summary, requester, targets: shownWith(plan).targets, status, openedAt, ...closed, votes };
}

async function known(store: Store, id: string): Promise<ApprovalRecord> {
  const approval = await store.approvals.get(id);
  if (approval === undefined) throw new EdictError('not-found', `there is no approval \`${id}\``);
  return approval;
}

/** A closed one is open to who has voted on it: what they send again is answered as it was then, or as a repeated vote. */
async function openTo(store: Store, id: string, by: string): Promise<ApprovalRecord> {
  const approval = await known(store, id);
  if (approval.status === 'open' || hasVoted(approval, by)) return approval;
  const code = approval.status === 'expired' ? 'approval-expired' : 'approval-closed';
  throw new EdictError(code, `approval \`${approval.id}\` is ${approval.status}`, {
    help: 'see `edict approvals` for the ones that are open',
  });
}

function hasVoted({ votes }: ApprovalRecord, by: string): boolean {
  return votes.some((vote) => vote.by === by);
}

/** Given, or that of a narrower plan which somebody has voted for: who names its digest joins it. */
function narrowOf(approval: ApprovalRecord, digest: Digest, given: Narrow | undefined): Narrow | undefined {
  if (given === undefined) return approval.votes.find((vote) => vote.digest === digest)?.narrow;
  if (digest === approval.digest) return given;
  throw new EdictError('approval-digest-changed', `the plan of \`${approval.id}\` is not the one that you saw`, {
    where: '/digest',
    expected: approval.digest,
  });
}

type VotedOn = Pick<Statement, 'digest' | 'narrow'>;

function votedOn(approval: ApprovalRecord, digest: Digest, narrow: Narrow | undefined): VotedOn {
  return narrow === undefined ? { digest } : { digest: digestOf(votedPlan(approval.plan, narrow)), narrow };
}

/** INVARIANT: dated by the database's clock, which judges it: a door whose own clock is wrong states nothing wrong. */
// oxlint-disable-next-line max-params -- where it goes, and what is said by whom
async function cast(
  { store, orchestrator }: HandlerDeps,
  approval: ApprovalRecord,
  said: Omit<Statement, 'approval' | 'at'>,
  http: FastifyRequest,
): Promise<VoteReply> {
  const { id, run } = approval;
  const statement: Statement = { approval: id, ...said, at: await store.approvals.clock() };
  const vote = await sign(store, statement);
  const answered = orchestrator.vote(run, vote, updateIdOf(said.by, http)).catch((error: unknown) => {
    const closed = error instanceof EdictError && ['approval-closed', 'run-state-wrong', 'not-found'].includes(error.code);
    if (closed && hasVoted(approval, said.by))
      throw new EdictError('approval-vote-repeated', `\`${said.by}\` has voted already`, { cause: error });
    throw error;
  });
  const { status, approvals, quorum, reason, review } = await answered;
  return { approval: id, status, approvals, quorum, reason, review };
}

/** The same idempotency key is the same update: a vote that was counted while its answer got lost is answered as it was then. */
function updateIdOf(by: string, http: FastifyRequest): string {
  const key = http.headers['idempotency-key'];
  return key === undefined ? http.id : digestOf({ by, key });
}

async function sign(store: Store, statement: Statement): Promise<SignedVote> {
  const key = await store.secrets.ensure(statementKeyName, () => randomBytes(32).toString('base64url'));
  return { vote: statement, signature: createHmac('sha256', key).update(canonicalJson(statement)).digest('base64url') };
}
