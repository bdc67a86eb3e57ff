/** Runs: one execution of one version of a playbook. The effects ledger belongs to them. */
import { z } from 'zod';
import { PageQuery, pageOf } from './page.ts';
import { Digest, Id, JsonMap, JsonValue, list, Name, Time } from './values.ts';
import type { RouteSpec } from './route.ts';

const Fault = z.object({ code: z.string(), message: z.string() });

export const StepStatus = z.enum([
  'waiting',
  'running',
  'done',
  'skipped',
  'withheld',
  'failed',
  'denied',
  'expired',
  'cancelled',
  'undoing',
  'undone',
  'undo-failed',
]);
export const StepView = z
  .object({
    step: z.string(),
    kind: z.string(),
    action: z.string().optional(),
    status: StepStatus,
    startedAtMs: z.number().optional(),
    endedAtMs: z.number().optional(),
    outputs: JsonMap.optional(),
    error: Fault.optional(),
    untilMs: z.number().optional(),
    approval: z.string().optional(),
    /** Of a manual step: the task that is open, or was. */ task: z.string().optional(),
    /** Of a block that was gone through again: 2, 3, … */ attempt: z.int().optional(),
    /** Of a playbook step: the run that it started. */ child: z.string().optional(),
    summary: z.string().optional(),
    lease: z.object({ duration: z.string(), untilMs: z.number() }).optional(),
    /** Taken over from that run; nothing was done here. */ recordedIn: z.string().optional(),
    skipped: z.object({ by: z.string(), reason: z.string() }).optional(),
  })
  .meta({ id: 'StepView' });

/** `leased`: the procedure has ended, but an effect still holds and is undone later. */
export const RunView = z
  .object({
    run: z.string(),
    playbook: z.string(),
    version: z.string(),
    status: z.enum(['running', 'paused', 'waiting-for-people', 'leased', 'ended']),
    outcome: z.string().optional(),
    forkOf: z.object({ run: z.string(), from: z.string() }).optional(),
    paused: z.object({ by: z.string(), reason: z.string(), sinceMs: z.number() }).optional(),
    steps: list(StepView),
    outputs: JsonMap.optional(),
    error: Fault.optional(),
  })
  .meta({ id: 'RunView' });
export type RunView = z.infer<typeof RunView>;

/** `ordered`: recorded, and on its way to the run; it is `taken` once, or `refused` with the reason. */
export const RunCommand = z
  .object({
    id: z.string(),
    run: z.string(),
    kind: z.string(),
    by: z.string(),
    reason: z.string(),
    params: JsonMap,
    at: Time,
    status: z.enum(['ordered', 'taken', 'refused']),
    error: Fault.optional(),
    answeredAt: Time.optional(),
  })
  .meta({ id: 'RunCommand' });
export type RunCommand = z.infer<typeof RunCommand>;

const RunVersion = z.object({ version: z.string(), planDigest: z.string() });
const RunMigration = RunVersion.extend({ by: z.string(), command: z.string() });

/** The run that brought it about: called it (`child`), is taken back by it (`undo`), or started it by its end (`after`). */
const RunOrigin = z.object({ kind: z.enum(['child', 'undo', 'after']), run: z.string(), step: z.string().optional(), depth: z.int() });

export const RunSummary = z
  .object({
    run: z.string(),
    playbook: z.string(),
    version: z.string(),
    planDigest: z.string(),
    requester: z.string(),
    incident: z.string().optional(),
    policy: z.string().optional(),
    signal: z.string().optional(),
    orderedAt: Time,
    status: z.enum(['ordered', 'running', 'ended']),
    outcome: z.string().optional(),
    endedAt: Time.optional(),
    cancelledBy: z.string().optional(),
    origin: RunOrigin.optional(),
  })
  .meta({ id: 'RunSummary' });
export type RunSummary = z.infer<typeof RunSummary>;

export const EffectStatus = z.enum(['intended', 'applied', 'confirmed', 'undone', 'failed', 'denied', 'uncertain', 'diverged']);
/** What was decided before an effect, and by which policy and settings. */
export const GuardDecision = z
  .object({
    id: z.string(),
    allow: z.boolean(),
    reasons: list(z.string()),
    policy: z.string(),
    settings: z.object({ version: z.int(), digest: z.string() }),
    question: z.string(),
    at: Time,
  })
  .meta({ id: 'GuardDecision' });
export const Effect = z
  .object({
    key: z.string(),
    run: z.string(),
    step: z.string(),
    action: z.string(),
    targets: list(z.string()),
    params: JsonMap,
    status: EffectStatus,
    approval: z.string().optional(),
    receipt: JsonValue.optional(),
    error: Fault.optional(),
    attempts: z.int(),
    intendedAt: Time,
    appliedAt: Time.optional(),
    confirmedAt: Time.optional(),
    undoneAt: Time.optional(),
    playbook: z.string().optional(),
    /** Hosts, users: what it is about, and what budgets count. */
    subjects: list(z.string()),
    decision: GuardDecision.optional(),
    retryBy: z.string().optional(),
    /** Ids of its rows in the audit chain. */
    entries: list(z.int()),
  })
  .meta({ id: 'Effect' });
export type Effect = z.infer<typeof Effect>;
export const EffectPage = pageOf(Effect).meta({ id: 'EffectPage' });
export const EffectListQuery = PageQuery.extend({ run: Id.optional(), status: EffectStatus.optional() });

/** `stale`: the workflow could not be asked in time, `view` is the one last stored (absent when none was). */
export const RunDetail = RunSummary.extend({
  inputs: JsonMap,
  view: RunView.optional(),
  stale: z.boolean(),
  effects: list(Effect),
  /** The run whose recorded steps it began with, and the step that it began at. */ forkOf: z
    .object({ run: z.string(), from: z.string() })
    .optional(),
  /** Runs that begin in the middle of this one. */ forks: list(z.string()),
  migrations: list(RunMigration),
  /** What it was ordered with, where it was migrated since. */ orderedWith: RunVersion.optional(),
  commands: list(RunCommand),
}).meta({
  id: 'RunDetail',
});
export type RunDetail = z.infer<typeof RunDetail>;

export const RunPage = pageOf(RunSummary).meta({ id: 'RunPage' });
export const ValueParams = z.strictObject({ digest: Digest });
export const RunParams = z.strictObject({ run: Id });
export const RunListQuery = PageQuery.extend({
  incident: Id.optional(),
  policy: Name.optional(),
  playbook: Name.optional(),
  /** Who asked for it. */ requester: Id.optional(),
  outcome: z.string().min(1).max(100).optional(),
  /** `active`: not ended. */ status: z.enum(['ordered', 'running', 'ended', 'active']).optional(),
  /** Ended then or later. */ endedSince: Time.optional(),
});

/** An attempt at an action that is under way or waits for its turn after a failure. */
const Attempt = z.object({
  action: z.string(),
  attempt: z.int(),
  /** Absent: as often as it takes. */ most: z.int().optional(),
  state: z.enum(['waiting', 'running']),
  /** When the next one begins. */ nextAt: Time.optional(),
  lastError: z.string().optional(),
});

/** What Temporal says of the run's workflow; `attempts` in the order in which they were begun. `stale`: it could not be asked in time. */
export const RunWorkflow = z
  .object({
    run: z.string(),
    workflow: z.string(),
    /** Where Temporal's own pages show it, where they are configured. */ link: z.url().optional(),
    attempts: list(Attempt),
    stale: z.boolean(),
  })
  .meta({ id: 'RunWorkflow' });
export type RunWorkflow = z.infer<typeof RunWorkflow>;

export const CancelRequest = z.strictObject({ reason: z.string().min(1).max(2000) });
export const CancelReply = z.object({ run: z.string(), status: z.enum(['ordered', 'running', 'ended']) }).meta({ id: 'CancelReply' });

/** An undo that has failed for good is tried again; `run` does it. */
export const RetryUndoRequest = z.strictObject({ key: z.string().min(1).max(500), reason: z.string().min(1).max(2000) });
export const RetryUndoReply = z.object({ key: z.string(), run: z.string() }).meta({ id: 'RetryUndoReply' });

export const runRoutes = {
  'runs.list': {
    method: 'GET',
    path: '/v1/runs',
    access: 'runs:read',
    status: 200,
    summary: 'Lists the runs, newest first.',
    query: RunListQuery,
    reply: RunPage,
  },
  'values.get': {
    method: 'GET',
    path: '/v1/values/:digest',
    access: 'runs:read',
    status: 200,
    summary: 'Gives a value that is too large for the view of a run, which names its digest.',
    params: ValueParams,
    reply: JsonValue,
  },
  'runs.get': {
    method: 'GET',
    path: '/v1/runs/:run',
    access: 'runs:read',
    status: 200,
    summary: 'Shows a run: each step as it stands, and its effects.',
    params: RunParams,
    reply: RunDetail,
  },
  'runs.events': {
    method: 'GET',
    path: '/v1/runs/:run/events',
    access: 'runs:read',
    status: 200,
    summary:
      'Streams the changes of a run until it ends (server-sent events; each event is the whole view, the last one is named `end`; `Last-Event-ID` goes on where one stopped).',
    params: RunParams,
    reply: RunView,
    produces: 'text/event-stream',
  },
  'runs.workflow': {
    method: 'GET',
    path: '/v1/runs/:run/workflow',
    access: 'runs:read',
    status: 200,
    summary: 'Shows what Temporal says of a run: which actions are tried again and when, and where its own pages show it.',
    params: RunParams,
    reply: RunWorkflow,
  },
  'runs.cancel': {
    method: 'POST',
    path: '/v1/runs/:run/cancel',
    access: 'runs:cancel',
    status: 202,
    summary: 'Cancels a run; what it did is undone.',
    params: RunParams,
    body: CancelRequest,
    reply: CancelReply,
  },
  'effects.retry-undo': {
    method: 'POST',
    path: '/v1/effects/retry-undo',
    access: 'effects:undo',
    status: 202,
    summary: 'Has the undo of a diverged effect tried again, by a run of its own.',
    body: RetryUndoRequest,
    reply: RetryUndoReply,
  },
  'effects.list': {
    method: 'GET',
    path: '/v1/effects',
    access: 'effects:read',
    status: 200,
    summary: 'Lists the effects: what Edict changed outside itself.',
    query: EffectListQuery,
    reply: EffectPage,
  },
} as const satisfies Record<string, RouteSpec>;
