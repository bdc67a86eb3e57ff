/** The audit chain: one row for each state change, each bound to the row before. */
import { z } from 'zod';
import { topics, type Topic } from './access/events.ts';
import { PageQuery, pageOf } from './page.ts';
import { JsonMap, Time } from './values.ts';
import type { RouteSpec } from './route.ts';

export const AuditRow = z
  .object({
    id: z.int(),
    at: Time,
    actor: z.string(),
    event: z.string(),
    subject: z.string(),
    detail: JsonMap,
    previous: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'AuditRow' });
export type AuditRow = z.infer<typeof AuditRow>;
export const AuditPage = pageOf(AuditRow).meta({ id: 'AuditPage' });
export const AuditListQuery = PageQuery.extend({
  subject: z.string().min(1).max(300).optional(),
  /** Things of this kind: `policy` is every row whose subject is one. */
  about: z.enum(Object.keys(topics) as [Topic, ...Topic[]]).optional(),
  /** A name, or the beginning of one and `*`: `approval-*`. */
  event: z.string().min(1).max(100).optional(),
  actor: z.string().min(1).max(300).optional(),
  /** At this time or later. */
  from: Time.optional(),
  /** Before this time. */
  to: Time.optional(),
  /** Rows after this one. */
  since: z.coerce.number().int().min(0).optional(),
  /** `asc`: oldest first, unless told. */
  order: z.enum(['asc', 'desc']).optional(),
});
export const AuditCheck = z
  .object({ ok: z.boolean(), rows: z.int(), head: z.string(), fault: z.object({ id: z.int(), reason: z.string() }).optional() })
  .meta({ id: 'AuditCheck' });
export type AuditCheck = z.infer<typeof AuditCheck>;

export const auditRoutes = {
  'audit.list': {
    method: 'GET',
    path: '/v1/audit',
    access: 'audit:read',
    status: 200,
    summary: 'Lists the audit chain.',
    query: AuditListQuery,
    reply: AuditPage,
  },
  'audit.export': {
    method: 'GET',
    path: '/v1/audit/export',
    access: 'audit:read',
    status: 200,
    summary: 'Exports the whole audit chain, one row a line, for verification offline.',
    reply: AuditRow,
    produces: 'application/x-ndjson',
  },
  'audit.verify': {
    method: 'GET',
    path: '/v1/audit/verify',
    access: 'audit:read',
    status: 200,
    summary: 'Verifies the audit chain and that both of its sinks agree.',
    reply: AuditCheck,
  },
} as const satisfies Record<string, RouteSpec>;
