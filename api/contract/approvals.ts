/** Approvals: what is asked of whom, and votes, each bound to the digest of the plan that the voter saw. */
import { z } from 'zod';
import { PageQuery, pageOf } from './page.ts';
import { Digest, Id, JsonMap, list, Time } from './values.ts';
import type { RouteSpec } from './route.ts';

export const ApprovalStatus = z.enum(['open', 'approved', 'denied', 'expired', 'cancelled']);

const PlannedEffect = z.object({
  step: z.string(),
  action: z.string(),
  params: JsonMap,
  lease: z.string().optional(),
  undo: z.string().optional(),
});

export const ApprovalPlan = z
  .object({ run: z.string(), playbook: z.string(), version: z.string(), step: z.string(), effects: list(PlannedEffect) })
  .meta({ id: 'ApprovalPlan' });

export const CastVote = z.object({
  approval: z.string(),
  digest: Digest,
  decision: z.enum(['approve', 'deny']),
  by: z.string(),
  at: Time,
  reason: z.string().optional(),
});

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
    quorum: z.int(),
    requester: z.string(),
    openedAt: Time,
    expiresAt: Time,
    status: ApprovalStatus,
    votes: list(CastVote),
    closedAt: Time.optional(),
  })
  .meta({ id: 'Approval' });
export type Approval = z.infer<typeof Approval>;

export const ApprovalPage = pageOf(Approval).meta({ id: 'ApprovalPage' });
export const ApprovalParams = z.strictObject({ id: Id });
export const ApprovalListQuery = PageQuery.extend({ status: ApprovalStatus.optional(), run: Id.optional() });

/** A denial needs a reason. */
export const VoteRequest = z.strictObject({
  decision: z.enum(['approve', 'deny']),
  digest: Digest,
  reason: z.string().min(1).max(2000).optional(),
});
export type VoteRequest = z.infer<typeof VoteRequest>;
export const VoteReply = z
  .object({ approval: z.string(), status: ApprovalStatus, approvals: z.int(), quorum: z.int(), reason: z.string().optional() })
  .meta({ id: 'VoteReply' });
export type VoteReply = z.infer<typeof VoteReply>;

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
} as const satisfies Record<string, RouteSpec>;
