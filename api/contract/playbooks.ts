/** Playbooks: published, read, started by hand, and what starts them by itself. */
import { z } from 'zod';
import { Digest, Id, JsonMap, list, Name, Time } from './values.ts';
import type { RouteSpec } from './route.ts';

export const PlaybookVersion = z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/u, 'expected a version, as 1.2.3');

export const PlaybookSummary = z
  .object({
    playbook: Name,
    version: z.string(),
    title: z.string(),
    digest: Digest,
    publishedAt: Time,
    /** Roles that may start it by hand; absent: nobody may. */ manual: list(z.string()).optional(),
    description: z.string().optional(),
    owner: z.string().optional(),
    /** What starts it. */ starts: list(z.enum(['manual', 'signal', 'schedule', 'playbook'])),
    steps: z.int(),
    /** What its steps do. */ actions: list(z.string()),
    asksPeople: z.boolean(),
    /** Technique and control ids, by catalogue. */ tags: JsonMap,
  })
  .meta({ id: 'PlaybookSummary' });
export type PlaybookSummary = z.infer<typeof PlaybookSummary>;

/** `source` is the YAML as it was published, byte for byte; `tests` the YAML of the tests that it was published with. */
export const Playbook = PlaybookSummary.extend({ source: z.string(), tests: z.string().optional() }).meta({ id: 'Playbook' });
export type Playbook = z.infer<typeof Playbook>;

/**
 * What runs of a version go by: its steps, edges and expressions, as they were compiled when it was published. It is Edict's own form and may
 * grow with Edict; the text is what is written and kept.
 */
export const PlaybookPlan = z
  .object({ playbook: Name, version: PlaybookVersion, digest: Digest, plan: JsonMap })
  .meta({ id: 'PlaybookPlan' });

export const PlaybookList = z.object({ items: list(PlaybookSummary) }).meta({ id: 'PlaybookList' });
export const PlaybookParams = z.strictObject({ name: Name });

export const StartRunRequest = z.strictObject({
  inputs: JsonMap.optional(),
  /** The incident that it is for. */ incident: Id.optional(),
  /** Another than the newest one. */ version: PlaybookVersion.optional(),
  /** Why it waits before its first step, until it is resumed. */ paused: z.string().min(1).max(2000).optional(),
});
export type StartRunRequest = z.infer<typeof StartRunRequest>;
export const StartRunReply = z
  .object({ run: z.string(), playbook: Name, version: z.string(), planDigest: z.string() })
  .meta({ id: 'StartRunReply' });
export type StartRunReply = z.infer<typeof StartRunReply>;

const sourceMost = 512 * 1024;

export const PublishRequest = z.strictObject({
  /** The YAML text. */
  source: z.string().min(1).max(sourceMost),
  /** Its tests as YAML text: all of them have to hold. */
  tests: z.string().min(1).max(sourceMost).optional(),
  /** What the text is called in messages about it. */
  file: z.string().min(1).max(200).optional(),
  /** Everything is checked, and nothing published. */
  dryRun: z.boolean().optional(),
});
export type PublishRequest = z.infer<typeof PublishRequest>;

export const PublishReply = z
  .object({
    playbook: Name,
    version: PlaybookVersion,
    digest: Digest,
    /** False: it was a dry run, or the same text was published before. */
    published: z.boolean(),
    warnings: list(z.object({ line: z.int(), column: z.int(), message: z.string() })),
    /** How many tests held; absent where none were given. */
    tests: z.int().optional(),
    /** The newest version before it, and what is different; absent where it is the first. */
    against: z
      .object({
        version: PlaybookVersion,
        differences: list(z.object({ change: z.enum(['added', 'removed', 'changed']), what: z.string() })),
      })
      .optional(),
  })
  .meta({ id: 'PublishReply' });
export type PublishReply = z.infer<typeof PublishReply>;

export const VersionList = z
  .object({ items: list(z.object({ playbook: Name, version: PlaybookVersion, digest: Digest, publishedAt: Time })) })
  .meta({ id: 'PlaybookVersionList' });

/** What starts a playbook by itself, as far as its newest version says and people have not switched it off. */
export const Schedule = z
  .object({
    playbook: Name,
    version: PlaybookVersion,
    /** Its place among the triggers of the playbook. */
    trigger: z.int(),
    every: z.string().optional(),
    cron: z.string().optional(),
    timezone: z.string().optional(),
    state: z.enum(['active', 'paused', 'disabled']),
    /** Absent while Temporal cannot be asked. */
    next: Time.optional(),
    last: z.object({ at: Time, run: Id.optional() }).optional(),
  })
  .meta({ id: 'Schedule' });
export type Schedule = z.infer<typeof Schedule>;
export const ScheduleList = z.object({ items: list(Schedule) }).meta({ id: 'ScheduleList' });

export const SwitchRequest = z.strictObject({ reason: z.string().min(1).max(2000).optional() });
export const TriggerSwitch = z
  .object({
    playbook: Name,
    disabled: z.boolean(),
    paused: z.boolean(),
    by: z.string(),
    reason: z.string().optional(),
    at: Time,
  })
  .meta({ id: 'TriggerSwitch' });

const toSwitch = { access: 'triggers:write', status: 200, params: PlaybookParams, body: SwitchRequest, reply: TriggerSwitch } as const;

export const playbookRoutes = {
  'playbooks.list': {
    method: 'GET',
    path: '/v1/playbooks',
    access: 'playbooks:read',
    status: 200,
    summary: 'Lists the playbooks in their newest versions.',
    reply: PlaybookList,
  },
  'playbooks.get': {
    method: 'GET',
    path: '/v1/playbooks/:name',
    access: 'playbooks:read',
    status: 200,
    summary: 'Shows a playbook with its source, in its newest version where none is named.',
    params: PlaybookParams,
    query: z.strictObject({ version: PlaybookVersion.optional() }),
    reply: Playbook,
  },
  'playbooks.plan': {
    method: 'GET',
    path: '/v1/playbooks/:name/plan',
    access: 'playbooks:read',
    status: 200,
    summary: 'Shows what a playbook was compiled to, in its newest version where none is named: what its runs go by.',
    params: PlaybookParams,
    query: z.strictObject({ version: PlaybookVersion.optional() }),
    reply: PlaybookPlan,
  },
  'playbooks.run': {
    method: 'POST',
    path: '/v1/playbooks/:name/runs',
    access: 'runs:order',
    status: 201,
    summary: 'Starts a playbook by hand, where its manual trigger names a role of the caller.',
    params: PlaybookParams,
    body: StartRunRequest,
    reply: StartRunReply,
  },
  'playbooks.publish': {
    method: 'POST',
    path: '/v1/playbooks',
    access: 'playbooks:write',
    status: 201,
    otherStatus: [200],
    summary:
      'Publishes a version of a playbook, once it compiles, its tests hold and what it calls is there; says what is different. A version never changes.',
    body: PublishRequest,
    bodyLimitBytes: 2 * 1024 * 1024,
    reply: PublishReply,
  },
  'playbooks.versions': {
    method: 'GET',
    path: '/v1/playbooks/:name/versions',
    access: 'playbooks:read',
    status: 200,
    summary: 'Lists the versions of a playbook, newest first.',
    params: PlaybookParams,
    reply: VersionList,
  },
  'schedules.list': {
    method: 'GET',
    path: '/v1/schedules',
    access: 'playbooks:read',
    status: 200,
    summary: 'Lists the schedules of the newest versions, and when each starts its playbook next.',
    reply: ScheduleList,
  },
  'playbooks.pause': {
    method: 'POST',
    path: '/v1/playbooks/:name/pause',
    summary: 'Pauses the schedules of a playbook.',
    ...toSwitch,
  },
  'playbooks.resume': {
    method: 'POST',
    path: '/v1/playbooks/:name/resume',
    summary: 'Resumes the schedules of a playbook.',
    ...toSwitch,
  },
  'playbooks.disable': {
    method: 'POST',
    path: '/v1/playbooks/:name/disable',
    summary:
      'Nothing starts the playbook by itself any more: no signal, no schedule, no end of another playbook. By hand it can be started.',
    ...toSwitch,
  },
  'playbooks.enable': {
    method: 'POST',
    path: '/v1/playbooks/:name/enable',
    summary: 'The triggers of the playbook count again.',
    ...toSwitch,
  },
} as const satisfies Record<string, RouteSpec>;
