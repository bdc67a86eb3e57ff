/** How everything stands at once, and the views that people keep of long lists. */
import { z } from 'zod';
import { Severity } from '../signals.ts';
import { Id, JsonMap, list, Name, Time } from '../values.ts';
import type { RouteSpec } from '../route.ts';

/**
 * Each number is the length of a list: `approvals.expiringSoon` of those that expire within 15 minutes, `runs.active` of `status=active`, `runs.failed` of what
 * failed since `failedSince`, `policies` of their states. `automation`: of the incidents opened since then; handled: a playbook ran; automatic: one
 * began by itself. `daily`: two weeks, in UTC.
 */
export const Overview = z
  .object({
    approvals: z.object({ open: z.int(), expiringSoon: z.int() }),
    tasks: z.object({ open: z.int() }),
    runs: z.object({ active: z.int(), failed: z.int(), failedSince: Time }),
    points: z.object({ unknown: z.int(), 'in-force': z.int(), drifted: z.int(), unreachable: z.int() }),
    policies: z.object({ total: z.int(), enforced: z.int(), inReview: z.int() }),
    automation: z.object({ since: Time, incidents: z.int(), handled: z.int(), automatic: z.int() }),
    daily: list(z.object({ day: z.string(), severity: Severity, opened: z.int() })),
  })
  .meta({ id: 'Overview' });
export type Overview = z.infer<typeof Overview>;

/** `query`: as the screen has it in its address. */
export const View = z.object({ id: z.string(), screen: z.string(), name: z.string(), query: JsonMap, madeAt: Time }).meta({ id: 'View' });
export type View = z.infer<typeof View>;
export const ViewList = z.object({ items: list(View) }).meta({ id: 'ViewList' });
export const ViewRequest = z.strictObject({
  screen: Name,
  name: z.string().min(1).max(80),
  query: z
    .record(z.string().min(1).max(40), z.string().max(200))
    .refine((query) => Object.keys(query).length <= 20, 'expected at most 20 filters'),
});
export const ViewParams = z.strictObject({ id: Id });

export const overviewRoutes = {
  'overview.get': {
    method: 'GET',
    path: '/v1/overview',
    access: 'incidents:read',
    status: 200,
    summary: 'Counts what waits, what runs, what is in force and what has drifted.',
    reply: Overview,
  },
  'views.list': {
    method: 'GET',
    path: '/v1/views',
    access: 'me:read',
    status: 200,
    summary: 'Lists one’s own views.',
    reply: ViewList,
  },
  'views.put': {
    method: 'POST',
    path: '/v1/views',
    access: 'me:write',
    status: 201,
    summary: 'Keeps a view under a name, for oneself; the same name of the same screen changes it.',
    body: ViewRequest,
    reply: View,
  },
  'views.remove': {
    method: 'DELETE',
    path: '/v1/views/:id',
    access: 'me:write',
    status: 204,
    summary: 'Removes one of one’s own views.',
    params: ViewParams,
    reply: z.undefined(),
  },
} as const satisfies Record<string, RouteSpec>;
