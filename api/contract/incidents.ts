/** Incidents: cases opened from signals. */
import { z } from 'zod';
import { PageQuery, pageOf } from './page.ts';
import { Effect, RunSummary } from './runs.ts';
import { Severity, Signal } from './signals.ts';
import { Id, list, Time } from './values.ts';
import type { RouteSpec } from './route.ts';

export const IncidentStatus = z.enum(['open', 'contained', 'closed']);
export const IncidentSummary = z
  .object({
    id: z.string(),
    key: z.string(),
    title: z.string(),
    severity: Severity,
    status: IncidentStatus,
    signals: list(z.string()),
    openedAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'IncidentSummary' });
export type IncidentSummary = z.infer<typeof IncidentSummary>;

const Note = z.object({ at: Time, by: z.string(), text: z.string() });
export const IncidentDetail = z
  .object({ ...IncidentSummary.shape, signals: list(Signal), runs: list(RunSummary), effects: list(Effect), notes: list(Note) })
  .meta({ id: 'IncidentDetail' });
export type IncidentDetail = z.infer<typeof IncidentDetail>;

export const IncidentPage = pageOf(IncidentSummary).meta({ id: 'IncidentPage' });
export const IncidentParams = z.strictObject({ id: Id });
export const IncidentListQuery = PageQuery.extend({ status: IncidentStatus.optional() });

export const incidentRoutes = {
  'incidents.list': {
    method: 'GET',
    path: '/v1/incidents',
    access: 'incidents:read',
    status: 200,
    summary: 'Lists the incidents.',
    query: IncidentListQuery,
    reply: IncidentPage,
  },
  'incidents.get': {
    method: 'GET',
    path: '/v1/incidents/:id',
    access: 'incidents:read',
    status: 200,
    summary: 'Shows an incident with its signals, runs, effects and notes.',
    params: IncidentParams,
    reply: IncidentDetail,
  },
} as const satisfies Record<string, RouteSpec>;
