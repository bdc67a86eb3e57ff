/** Reviews of glass that was broken: who did it and why, by when others have to look at it, and what they said. */
import { z } from 'zod';
import { PageQuery, pageOf } from './page.ts';
import { Id, Time } from './values.ts';
import type { RouteSpec } from './route.ts';

const ReviewStatus = z.enum(['open', 'accepted', 'rejected']);

export const Review = z
  .object({
    id: z.string(),
    approval: z.string(),
    run: z.string(),
    /** Who broke the glass. */ by: z.string(),
    reason: z.string(),
    openedAt: Time,
    dueAt: Time,
    status: ReviewStatus,
    overdue: z.boolean(),
    closedBy: z.string().optional(),
    comment: z.string().optional(),
    closedAt: Time.optional(),
  })
  .meta({ id: 'Review' });
export type Review = z.infer<typeof Review>;

export const ReviewPage = pageOf(Review).meta({ id: 'ReviewPage' });
export const ReviewParams = z.strictObject({ id: Id });
export const ReviewListQuery = PageQuery.extend({ status: ReviewStatus.optional(), overdue: z.enum(['true', 'false']).optional() });
export const VerdictRequest = z.strictObject({ verdict: z.enum(['accept', 'reject']), comment: z.string().min(1).max(2000) });
export type VerdictRequest = z.infer<typeof VerdictRequest>;

export const reviewRoutes = {
  'reviews.list': {
    method: 'GET',
    path: '/v1/reviews',
    access: 'approvals:read',
    status: 200,
    summary: 'Lists the reviews of glass that was broken, newest first.',
    query: ReviewListQuery,
    reply: ReviewPage,
  },
  'reviews.get': {
    method: 'GET',
    path: '/v1/reviews/:id',
    access: 'approvals:read',
    status: 200,
    summary: 'Shows a review.',
    params: ReviewParams,
    reply: Review,
  },
  'reviews.close': {
    method: 'POST',
    path: '/v1/reviews/:id/verdict',
    access: 'approvals:review',
    status: 200,
    summary: 'Closes a review; neither by who broke the glass nor by who asked for the run.',
    params: ReviewParams,
    body: VerdictRequest,
    reply: Review,
  },
} as const satisfies Record<string, RouteSpec>;
