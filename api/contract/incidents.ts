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
/** `sinceMs`: since the first entry. `id` is that of the audit chain. */
export const TimelineItem = z
  .object({
    id: z.int(),
    at: Time,
    actor: z.string(),
    event: z.string(),
    subject: z.string(),
    phase: z.enum(['detect', 'decide', 'contain', 'recover', 'other']),
    sinceMs: z.int(),
  })
  .meta({ id: 'TimelineItem' });
/** Milliseconds; absent where it has not happened. Detect: seen → accepted. The others from there: to the approval, to the first effect confirmed, to the last undone. */
export const IncidentMetrics = z
  .object({
    detectMs: z.int().optional(),
    decideMs: z.int().optional(),
    containMs: z.int().optional(),
    recoverMs: z.int().optional(),
  })
  .meta({ id: 'IncidentMetrics' });
const Spread = z.object({ count: z.int(), medianMs: z.int(), worstMs: z.int() }).meta({ id: 'Spread' });
/** Over the newest `incidents`. */
export const MetricsSummary = z
  .object({
    incidents: z.int(),
    detectMs: Spread.optional(),
    decideMs: Spread.optional(),
    containMs: Spread.optional(),
    recoverMs: Spread.optional(),
  })
  .meta({ id: 'MetricsSummary' });

/** Of a storm: the newest 200 signals, and the newest 1,000 entries of the timeline. */
export const IncidentDetail = z
  .object({
    ...IncidentSummary.shape,
    signals: list(Signal),
    runs: list(RunSummary),
    effects: list(Effect),
    notes: list(Note),
    timeline: list(TimelineItem),
    metrics: IncidentMetrics,
  })
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
  'incidents.metrics': {
    method: 'GET',
    path: '/v1/incidents/metrics',
    access: 'incidents:read',
    status: 200,
    summary: 'Sums up how long the newest 200 incidents took to detect, decide, contain and recover: medians and worst.',
    reply: MetricsSummary,
  },
  'incidents.get': {
    method: 'GET',
    path: '/v1/incidents/:id',
    access: 'incidents:read',
    status: 200,
    summary: 'Shows an incident with its signals, runs, effects, notes, timeline and times to detect, decide, contain and recover.',
    params: IncidentParams,
    reply: IncidentDetail,
  },
} as const satisfies Record<string, RouteSpec>;
