/** Incidents: cases opened from signals, and what people do with them. */
import { z } from 'zod';
import { errorTable } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import { ApprovalStatus } from './approvals.ts';
import { PageQuery, pageOf } from './page.ts';
import { Effect, RunSummary } from './runs.ts';
import { Severity, Signal } from './signals.ts';
import { TaskStatus } from './tasks.ts';
import { Id, list, Time } from './values.ts';
import type { RouteSpec } from './route.ts';

export const IncidentStatus = z.enum(['open', 'contained', 'closed']);
/**
 * `signals`: the first 20 of `signalCount`. `dueAt`: until then it should be contained. `confidence`: from what agrees (kinds of signal,
 * senders, repetition).
 */
export const IncidentSummary = z
  .object({
    id: z.string(),
    key: z.string(),
    title: z.string(),
    severity: Severity,
    confidence: z.enum(['low', 'medium', 'high']),
    status: IncidentStatus,
    assignee: z.string().optional(),
    signals: list(z.string()),
    signalCount: z.int(),
    kinds: list(z.string()),
    approvalsOpen: z.int(),
    runsActive: z.int(),
    openedAt: Time,
    updatedAt: Time,
    dueAt: Time,
  })
  .meta({ id: 'IncidentSummary' });
export type IncidentSummary = z.infer<typeof IncidentSummary>;

/** `mentions`: people whom the text calls as `@name`. */
export const Note = z
  .object({ id: z.int(), at: Time, by: z.string(), text: z.string(), mentions: list(z.string()) })
  .meta({ id: 'IncidentNote' });
export type Note = z.infer<typeof Note>;
/** `sinceMs`: since the first entry. `id` is that of the audit chain. `facts`: what the entry says in words. */
export const TimelineItem = z
  .object({
    id: z.int(),
    at: Time,
    actor: z.string(),
    event: z.string(),
    subject: z.string(),
    phase: z.enum(['detect', 'decide', 'contain', 'recover', 'other']),
    sinceMs: z.int(),
    facts: z.record(z.string(), z.string()),
  })
  .meta({ id: 'TimelineItem' });
export type TimelineItem = z.infer<typeof TimelineItem>;
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
/** Over the newest `incidents`, opened since then; absent where there is none. */
export const MetricsSummary = z
  .object({
    incidents: z.int(),
    since: Time.optional(),
    detectMs: Spread.optional(),
    decideMs: Spread.optional(),
    containMs: Spread.optional(),
    recoverMs: Spread.optional(),
  })
  .meta({ id: 'MetricsSummary' });

/** `asset`: what the inventory holds of it. */
const Entity = z.object({
  value: z.string(),
  kind: z.enum(['host', 'address', 'domain', 'account']),
  sides: list(z.enum(['source', 'destination'])),
  signals: z.int(),
  asset: z
    .object({ name: z.string(), zone: z.string().optional(), criticality: z.string().optional(), owner: z.string().optional() })
    .optional(),
});
/** `shared`: the key, a host or an address that both have. */
const Related = z.object({
  id: z.string(),
  title: z.string(),
  severity: Severity,
  status: IncidentStatus,
  openedAt: Time,
  shared: list(z.string()),
});
export const Pin = z.object({ entry: z.int(), by: z.string(), at: Time, note: z.string().optional() }).meta({ id: 'IncidentPin' });

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
    entities: list(Entity),
    related: list(Related),
    pins: list(Pin),
    approvals: list(
      z.object({ id: z.string(), run: z.string(), step: z.string(), summary: z.string(), status: ApprovalStatus, expiresAt: Time }),
    ),
    tasks: list(z.object({ id: z.string(), run: z.string(), title: z.string(), status: TaskStatus, claimedBy: z.string().optional() })),
  })
  .meta({ id: 'IncidentDetail' });
export type IncidentDetail = z.infer<typeof IncidentDetail>;

export const IncidentPage = pageOf(IncidentSummary).meta({ id: 'IncidentPage' });
export const IncidentParams = z.strictObject({ id: Id });
/**
 * `live`: not closed. `assignee`: a person, `me`, or `nobody`. `sla`: in the last quarter of its time, or over it. `mentions`: incidents in
 * whose comments the caller is called. `text`: in the title, the key or the id. `order`: `urgent` has what is due first at the top. `from` and `to`: when it was
 * opened (`to` is outside). `answered`: a playbook ran for it, or began by itself. `reached`: it has that time of the four that are measured.
 */
export const IncidentListQuery = PageQuery.extend({
  status: z.enum([...IncidentStatus.options, 'live']).optional(),
  severity: Severity.optional(),
  assignee: Id.optional(),
  sla: z.enum(['at-risk', 'late']).optional(),
  waiting: z.enum(['approval']).optional(),
  mentions: z.enum(['me']).optional(),
  key: z.string().min(1).max(200).optional(),
  text: z.string().min(1).max(200).optional(),
  order: z.enum(['newest', 'urgent']).optional(),
  from: Time.optional(),
  to: Time.optional(),
  answered: z.enum(['playbook', 'automatic']).optional(),
  reached: z.enum(['detect', 'decide', 'contain', 'recover']).optional(),
});
export type IncidentListQuery = z.infer<typeof IncidentListQuery>;

export const IncidentCounts = z
  .object({
    live: z.int(),
    mine: z.int(),
    unassigned: z.int(),
    atRisk: z.int(),
    late: z.int(),
    waiting: z.int(),
    mentions: z.int(),
    severities: z.object({ low: z.int(), medium: z.int(), high: z.int(), critical: z.int() }),
  })
  .meta({ id: 'IncidentCounts' });

/** `assign`: a person, `me`, or null for nobody. Closing needs a reason; `open` opens again what is closed or contained. */
export const IncidentChange = z.strictObject({
  incidents: z.array(Id).min(1).max(200),
  assign: Id.nullable().optional(),
  status: IncidentStatus.optional(),
  reason: z.string().min(1).max(2000).optional(),
});
export type IncidentChange = z.infer<typeof IncidentChange>;
const codes = Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]];
/** Each by itself: some may be refused where others are done. */
export const IncidentChanged = z
  .object({
    items: list(z.object({ incident: z.string(), done: z.boolean(), code: z.enum(codes).optional(), detail: z.string().optional() })),
  })
  .meta({ id: 'IncidentChanged' });

export const CommentRequest = z.strictObject({ text: z.string().min(1).max(10_000) });
export const PinRequest = z.strictObject({
  /** Id of an entry of the timeline. */
  entry: z.int().min(1),
  note: z.string().min(1).max(500).optional(),
});
export const PinParams = z.strictObject({ id: Id, entry: z.coerce.number().int().min(1) });
const Colleague = z.object({ id: z.string(), name: z.string() });

export const incidentRoutes = {
  'incidents.list': {
    method: 'GET',
    path: '/v1/incidents',
    access: 'incidents:read',
    status: 200,
    summary: 'Lists the incidents, newest or most urgent first.',
    query: IncidentListQuery,
    reply: IncidentPage,
  },
  'incidents.counts': {
    method: 'GET',
    path: '/v1/incidents/counts',
    access: 'incidents:read',
    status: 200,
    summary: 'Counts the incidents that are not closed: by severity, mine, unassigned, at risk, late, waiting for an approval.',
    reply: IncidentCounts,
  },
  'incidents.metrics': {
    method: 'GET',
    path: '/v1/incidents/metrics',
    access: 'incidents:read',
    status: 200,
    summary: 'Sums up how long the newest 200 incidents took to detect, decide, contain and recover: medians and worst.',
    reply: MetricsSummary,
  },
  'incidents.colleagues': {
    method: 'GET',
    path: '/v1/incidents/colleagues',
    access: 'incidents:read',
    status: 200,
    summary: 'Names the people whom an incident can be given to, and who can be called in a comment.',
    reply: z.object({ items: list(Colleague) }).meta({ id: 'ColleagueList' }),
  },
  'incidents.change': {
    method: 'POST',
    path: '/v1/incidents/changes',
    access: 'incidents:write',
    status: 200,
    summary: 'Assigns incidents, or says that they are contained, closed or open again; each by itself.',
    body: IncidentChange,
    reply: IncidentChanged,
  },
  'incidents.get': {
    method: 'GET',
    path: '/v1/incidents/:id',
    access: 'incidents:read',
    status: 200,
    summary: 'Shows an incident with its signals, entities, runs, effects, notes, timeline, related incidents and times.',
    params: IncidentParams,
    reply: IncidentDetail,
  },
  'incidents.comment': {
    method: 'POST',
    path: '/v1/incidents/:id/comments',
    access: 'incidents:write',
    status: 201,
    summary: 'Adds a comment; `@name` calls somebody.',
    params: IncidentParams,
    body: CommentRequest,
    reply: Note,
  },
  'incidents.pin': {
    method: 'POST',
    path: '/v1/incidents/:id/pins',
    access: 'incidents:write',
    status: 201,
    summary: 'Marks an entry of the timeline as evidence; the same again changes its note.',
    params: IncidentParams,
    body: PinRequest,
    reply: PinRequest,
  },
  'incidents.unpin': {
    method: 'DELETE',
    path: '/v1/incidents/:id/pins/:entry',
    access: 'incidents:write',
    status: 204,
    summary: 'Takes the mark off an entry.',
    params: PinParams,
    reply: z.undefined(),
  },
} as const satisfies Record<string, RouteSpec>;
