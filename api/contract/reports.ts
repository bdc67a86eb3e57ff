/** Reports: what was required, enforced, violated and repaired, with ledger ids. */
import { z } from 'zod';
import { PageQuery, pageOf } from './page.ts';
import { Id, JsonValue, Name, Time } from './values.ts';

export const ReportSummary = z.object({ id: z.string(), title: z.string(), at: Time }).meta({ id: 'ReportSummary' });
export const Report = ReportSummary.extend({ json: JsonValue }).meta({ id: 'Report' });
export type Report = z.infer<typeof Report>;
export const ReportPage = pageOf(ReportSummary).meta({ id: 'ReportPage' });
export const ReportParams = z.strictObject({ id: Id });
export const ReportListQuery = PageQuery;
export const ReportRequest = z.strictObject({ policy: Name.optional() });
/** `report` is absent (202) while the run has not ended. */
export const ReportReply = z.object({ run: z.string(), report: z.string().optional() }).meta({ id: 'ReportReply' });
export type ReportReply = z.infer<typeof ReportReply>;
