/** Rights to vote that people pass on for a time: roles of their own, not a name, and not what was passed on to them. */
import { z } from 'zod';
import { PageQuery, pageOf } from './page.ts';
import { Role } from './people.ts';
import { Id, list, Time } from './values.ts';
import type { RouteSpec } from './route.ts';

export const Delegation = z
  .object({
    id: z.string(),
    from: z.string(),
    to: z.string(),
    roles: list(z.string()),
    since: Time,
    until: Time,
    reason: z.string().optional(),
    madeAt: Time,
    revokedAt: Time.optional(),
  })
  .meta({ id: 'Delegation' });
export type Delegation = z.infer<typeof Delegation>;

export const DelegationPage = pageOf(Delegation).meta({ id: 'DelegationPage' });
export const DelegationParams = z.strictObject({ id: Id });
/** `person`: on either side. */
export const DelegationListQuery = PageQuery.extend({ person: Id.optional(), active: z.enum(['true', 'false']).optional() });
export const DelegationRequest = z.strictObject({
  to: Id,
  roles: z.array(Role).min(1).max(5),
  until: Time,
  since: Time.optional(),
  reason: z.string().min(1).max(2000).optional(),
});
export type DelegationRequest = z.infer<typeof DelegationRequest>;

export const delegationRoutes = {
  'delegations.list': {
    method: 'GET',
    path: '/v1/delegations',
    access: 'approvals:read',
    status: 200,
    summary: 'Lists the delegations, newest first.',
    query: DelegationListQuery,
    reply: DelegationPage,
  },
  'delegations.give': {
    method: 'POST',
    path: '/v1/delegations',
    access: 'approvals:delegate',
    status: 201,
    summary: 'Passes roles of one’s own on to somebody who then votes on one’s behalf, until a time.',
    body: DelegationRequest,
    reply: Delegation,
  },
  'delegations.revoke': {
    method: 'DELETE',
    path: '/v1/delegations/:id',
    access: 'approvals:delegate',
    status: 204,
    summary: 'Takes a delegation back, by either side or an administrator; votes that rest on it count no more.',
    params: DelegationParams,
    reply: z.undefined(),
  },
} as const satisfies Record<string, RouteSpec>;
