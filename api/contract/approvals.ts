/** Approvals: what is asked of whom, and votes, each bound to the digest of the plan that the voter saw. */
import { z } from 'zod';
import { PageQuery, pageOf } from './page.ts';
import { Digest, Id, JsonMap, list, Time } from './values.ts';
import { Review } from './reviews.ts';
import type { RouteSpec } from './route.ts';

export const ApprovalStatus = z.enum(['open', 'approved', 'denied', 'expired', 'cancelled']);

const PlannedEffect = z.object({
  step: z.string(),
  action: z.string(),
  params: JsonMap,
  lease: z.string().optional(),
  undo: z.string().optional(),
});

const Risk = z.enum(['normal', 'high']);
const Irreversible = z.object({ step: z.string(), reason: z.string() });
const BlastRadius = z.object({ step: z.string(), critical: z.number(), peers: z.number(), hosts: list(z.string()) });

/** `shown`: what is bound with the effects. */
export const ApprovalPlan = z
  .object({
    run: z.string(),
    playbook: z.string(),
    version: z.string(),
    step: z.string(),
    effects: list(PlannedEffect),
    shown: z.object({ expiresAtMs: z.number(), risk: Risk, irreversible: list(Irreversible), blastRadius: list(BlastRadius) }).optional(),
  })
  .meta({ id: 'ApprovalPlan' });

const Lease = z.string().regex(/^(?:\d{1,12}(?:ms|[smhdw]))+$/u, 'expected a duration such as 30m or 4h');

/** Less than what is asked for: some of the covered steps, or a shorter lease. */
export const Narrow = z.strictObject({
  steps: z.array(z.string().min(1).max(200)).min(1).max(100).readonly().optional(),
  lease: Lease.optional(),
});
export type Narrow = z.infer<typeof Narrow>;

export const CastVote = z.object({
  approval: z.string(),
  digest: Digest,
  decision: z.enum(['approve', 'deny']),
  by: z.string(),
  at: Time,
  reason: z.string().optional(),
  onBehalfOf: z.string().optional(),
  narrow: z.object({ steps: list(z.string()).optional(), lease: z.string().optional() }).optional(),
});

/** A narrower plan that somebody has voted for; others join it by its digest. */
export const Proposal = z.object({ digest: Digest, effects: list(PlannedEffect), leftOut: list(z.string()), approvals: z.int() });

export const Approval = z
  .object({
    id: z.string(),
    run: z.string(),
    step: z.string(),
    digest: Digest,
    plan: ApprovalPlan,
    summary: z.string(),
    facts: JsonMap,
    roles: list(z.string()),
    people: list(z.string()),
    quorum: z.int(),
    requester: z.string(),
    /** Who asked for the run, and for those that it is a part of: they do not vote. */ excluded: list(z.string()),
    /** What it acts on, by name. */ targets: list(z.string()),
    reversible: z.boolean(),
    irreversible: list(Irreversible),
    blastRadius: list(BlastRadius),
    risk: Risk,
    breakGlass: z.object({ roles: list(z.string()), reviewMs: z.number() }).optional(),
    openedAt: Time,
    expiresAt: Time,
    status: ApprovalStatus,
    votes: list(CastVote),
    proposals: list(Proposal),
    /** What may be done by now. */
    granted: z.object({ digest: Digest, plan: ApprovalPlan, by: z.enum(['quorum', 'break-glass']) }).optional(),
    review: Review.optional(),
    closedAt: Time.optional(),
  })
  .meta({ id: 'Approval' });
export type Approval = z.infer<typeof Approval>;

export const ApprovalPage = pageOf(Approval).meta({ id: 'ApprovalPage' });
export const ApprovalParams = z.strictObject({ id: Id });
/** `decided`: no longer open. `within`: it expires in so many minutes, or did. `order`: `expiring` has what expires first at the top. */
export const ApprovalListQuery = PageQuery.extend({
  status: z.enum([...ApprovalStatus.options, 'decided']).optional(),
  run: Id.optional(),
  within: z.coerce.number().int().min(1).max(100_000).optional(),
  order: z.enum(['newest', 'expiring']).optional(),
});

/** A denial needs a reason, and so does approving what is of high risk. `digest`: of the plan that the voter saw, the whole or a proposal. */
export const VoteRequest = z.strictObject({
  decision: z.enum(['approve', 'deny']),
  digest: Digest,
  reason: z.string().min(1).max(2000).optional(),
  onBehalfOf: Id.optional(),
  narrow: Narrow.optional(),
});
export type VoteRequest = z.infer<typeof VoteRequest>;
export const BreakGlassRequest = z.strictObject({ digest: Digest, reason: z.string().min(10).max(2000), narrow: Narrow.optional() });
export type BreakGlassRequest = z.infer<typeof BreakGlassRequest>;
export const VoteReply = z
  .object({
    approval: z.string(),
    status: ApprovalStatus,
    approvals: z.int(),
    quorum: z.int(),
    reason: z.string().optional(),
    /** Where the glass was broken. */ review: z.string().optional(),
  })
  .meta({ id: 'VoteReply' });
export type VoteReply = z.infer<typeof VoteReply>;

/** What somebody asked or answered beside the votes. */
export const ApprovalComment = z.object({ id: z.int(), by: z.string(), text: z.string(), at: Time }).meta({ id: 'ApprovalComment' });
export type ApprovalComment = z.infer<typeof ApprovalComment>;
export const ApprovalCommentList = z.object({ items: list(ApprovalComment) }).meta({ id: 'ApprovalCommentList' });
export const ApprovalCommentRequest = z.strictObject({ text: z.string().trim().min(1).max(4000) });

/** An approval of the same step (`sameStep`), or of one that does the same, which was decided before; `outcome` is that of its run. */
export const SimilarApproval = z
  .object({
    id: z.string(),
    run: z.string(),
    playbook: z.string(),
    version: z.string(),
    step: z.string(),
    sameStep: z.boolean(),
    summary: z.string(),
    requester: z.string(),
    targets: list(z.string()),
    status: ApprovalStatus,
    openedAt: Time,
    closedAt: Time.optional(),
    votes: list(CastVote),
    outcome: z.string().optional(),
  })
  .meta({ id: 'SimilarApproval' });
export type SimilarApproval = z.infer<typeof SimilarApproval>;
export const SimilarApprovalList = z.object({ items: list(SimilarApproval) }).meta({ id: 'SimilarApprovalList' });
export const SimilarQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(50).optional() });

export const approvalRoutes = {
  'approvals.list': {
    method: 'GET',
    path: '/v1/approvals',
    access: 'approvals:read',
    status: 200,
    summary: 'Lists the approvals.',
    query: ApprovalListQuery,
    reply: ApprovalPage,
  },
  'approvals.get': {
    method: 'GET',
    path: '/v1/approvals/:id',
    access: 'approvals:read',
    status: 200,
    summary: 'Shows an approval: the exact plan, the facts and the votes.',
    params: ApprovalParams,
    reply: Approval,
  },
  'approvals.similar': {
    method: 'GET',
    path: '/v1/approvals/:id/similar',
    access: 'approvals:read',
    status: 200,
    summary: 'Lists what was decided before of the same step, and of steps that do the same, with what came of it.',
    params: ApprovalParams,
    query: SimilarQuery,
    reply: SimilarApprovalList,
  },
  'approvals.comments': {
    method: 'GET',
    path: '/v1/approvals/:id/comments',
    access: 'approvals:read',
    status: 200,
    summary: 'Lists what was asked and answered about an approval, oldest first.',
    params: ApprovalParams,
    reply: ApprovalCommentList,
  },
  'approvals.comment': {
    method: 'POST',
    path: '/v1/approvals/:id/comments',
    access: 'approvals:discuss',
    status: 201,
    summary: 'Asks or answers something about an approval; it is no vote.',
    params: ApprovalParams,
    body: ApprovalCommentRequest,
    reply: ApprovalComment,
  },
  'approvals.vote': {
    method: 'POST',
    path: '/v1/approvals/:id/votes',
    access: 'approvals:vote',
    status: 200,
    summary: 'Approves or denies the plan of this digest.',
    params: ApprovalParams,
    body: VoteRequest,
    reply: VoteReply,
  },
  'approvals.break-glass': {
    method: 'POST',
    path: '/v1/approvals/:id/break-glass',
    access: 'approvals:break-glass',
    status: 200,
    summary: 'Lets the plan run now without the votes, where the playbook allows it; others review it afterwards.',
    params: ApprovalParams,
    body: BreakGlassRequest,
    reply: VoteReply,
  },
} as const satisfies Record<string, RouteSpec>;
