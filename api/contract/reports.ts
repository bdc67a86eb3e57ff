/** Reports: what was required, enforced, violated and repaired, with ledger ids. */
import { z } from 'zod';
import { PageQuery, pageOf } from './page.ts';
import { Digest, Id, JsonValue, Name, Time } from './values.ts';
import type { RouteSpec } from './route.ts';

export const ReportSummary = z.object({ id: z.string(), title: z.string(), at: Time }).meta({ id: 'ReportSummary' });
/** `digest`: of the document, SHA-256 over its canonical JSON, as the audit chain has it in `report-saved`. */
export const Report = ReportSummary.extend({ json: JsonValue, digest: Digest }).meta({ id: 'Report' });
export type Report = z.infer<typeof Report>;
export const ReportPage = pageOf(ReportSummary).meta({ id: 'ReportPage' });
export const ReportParams = z.strictObject({ id: Id });
export const ReportListQuery = PageQuery;
export const ReportRequest = z.strictObject({ policy: Name.optional() });
/** `report` is absent (202) while the run has not ended. */
export const ReportReply = z.object({ run: z.string(), report: z.string().optional() }).meta({ id: 'ReportReply' });
export type ReportReply = z.infer<typeof ReportReply>;

export const reportRoutes = {
  'reports.create': {
    method: 'POST',
    path: '/v1/reports',
    access: 'reports:order',
    status: 201,
    otherStatus: [202],
    summary: 'Writes a report, of one policy or of all.',
    body: ReportRequest,
    reply: ReportReply,
  },
  'reports.list': {
    method: 'GET',
    path: '/v1/reports',
    access: 'reports:read',
    status: 200,
    summary: 'Lists the reports.',
    query: ReportListQuery,
    reply: ReportPage,
  },
  'reports.get': {
    method: 'GET',
    path: '/v1/reports/:id',
    access: 'reports:read',
    status: 200,
    summary: 'Shows a report as data.',
    params: ReportParams,
    reply: Report,
  },
  'reports.html': {
    method: 'GET',
    path: '/v1/reports/:id/html',
    access: 'reports:read',
    status: 200,
    summary: 'Shows a report as a page.',
    params: ReportParams,
    reply: z.string(),
    produces: 'text/html',
  },
  'reports.pdf': {
    method: 'GET',
    path: '/v1/reports/:id/pdf',
    access: 'reports:read',
    status: 200,
    summary: 'Gives a report as PDF, made from its document: the same report always gives the same bytes.',
    params: ReportParams,
    reply: z.string(),
    produces: 'application/pdf',
  },
} as const satisfies Record<string, RouteSpec>;
