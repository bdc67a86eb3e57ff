/** What people may tell a run that is under way, and what each would mean before it is said. */
import { z } from 'zod';
import { RunCommand, RunParams } from './runs.ts';
import { JsonMap, list, Name } from './values.ts';
import type { RouteSpec } from './route.ts';

const reason = z.string().min(1).max(2000);
const stepKey = z.string().min(1).max(500);
const version = z.string().min(1).max(100);

export const RunCommandList = z.object({ items: list(RunCommand) }).meta({ id: 'RunCommandList' });

export const ReasonRequest = z.strictObject({ reason });
export const SkipRequest = z.strictObject({ /** As the view has it: `each[3].apply`. */ step: stepKey, reason });
export const MigrateRequest = z.strictObject({ version, reason });

/** By so much, or for good: one of both. People are asked for exactly that. */
export const ExtendRequest = z
  .strictObject({ step: stepKey, for: z.string().min(2).max(40).optional(), permanent: z.boolean().optional(), reason })
  .refine(({ for: duration, permanent }) => (duration === undefined) === (permanent === true), 'say `for` or `permanent`, and not both');

/** `inputs` replace those of the first run by name. */
export const RerunRequest = z.strictObject({ from: stepKey, inputs: JsonMap.optional(), version: version.optional() });
export const RerunReply = z
  .object({
    run: z.string(),
    playbook: Name,
    version: z.string(),
    planDigest: z.string(),
    forkOf: z.object({ run: z.string(), from: z.string() }),
  })
  .meta({ id: 'RerunReply' });
export type RerunReply = z.infer<typeof RerunReply>;

/** In the order in which it would be undone. */
const Undone = z.object({
  step: z.string(),
  by: z.string(),
  params: JsonMap,
  effect: z.enum(['done', 'may-have-happened', 'being-undone']),
});
export const CancelPreview = z
  .object({
    run: z.string(),
    undone: list(Undone),
    kept: list(z.object({ step: z.string(), what: z.string(), reason: z.string() })),
    stopped: list(z.object({ step: z.string(), kind: z.string() })),
    /** What the playbook does first. */
    first: list(z.object({ step: z.string(), kind: z.string(), action: z.string().optional() })),
    approvals: list(z.object({ step: z.string(), approval: z.string() })),
    tasks: list(z.object({ step: z.string(), task: z.string() })),
  })
  .meta({ id: 'CancelPreview' });
export type CancelPreview = z.infer<typeof CancelPreview>;

const Version = z.object({ version: z.string(), digest: z.string() });
export const MigrationPreview = z
  .object({
    run: z.string(),
    from: Version,
    to: Version,
    /** Why it cannot be; none: it can. */
    blocks: list(z.object({ step: z.string(), why: z.string() })),
    added: list(z.string()),
    removed: list(z.string()),
    changed: list(z.object({ step: z.string(), now: z.enum(['has-ended', 'goes-on-as-it-is', 'asked-again', 'new-form']) })),
    askedAgain: list(z.string()),
    standsAt: list(z.string()),
  })
  .meta({ id: 'MigrationPreview' });
export type MigrationPreview = z.infer<typeof MigrationPreview>;

const command = { method: 'POST', status: 202, params: RunParams, reply: RunCommand } as const;

export const runControlRoutes = {
  'runs.pause': {
    ...command,
    path: '/v1/runs/:run/pause',
    access: 'runs:control',
    summary: 'Pauses a run: it begins nothing new until it is resumed.',
    body: ReasonRequest,
  },
  'runs.resume': {
    ...command,
    path: '/v1/runs/:run/resume',
    access: 'runs:control',
    summary: 'Resumes a run that is paused.',
    body: ReasonRequest,
  },
  'runs.extend': {
    ...command,
    path: '/v1/runs/:run/extend',
    access: 'runs:control',
    summary: 'Asks people to let the lease of a step’s effect hold longer, or for good.',
    body: ExtendRequest,
  },
  'runs.skip': {
    ...command,
    path: '/v1/runs/:run/skip',
    access: 'runs:control',
    summary: 'Skips a step that is under way or next; what it may have done is taken back.',
    body: SkipRequest,
  },
  'runs.migrate': {
    ...command,
    path: '/v1/runs/:run/migrate',
    access: 'runs:migrate',
    summary: 'Takes a run that is under way to another version of its playbook.',
    body: MigrateRequest,
  },
  'runs.commands': {
    method: 'GET',
    path: '/v1/runs/:run/commands',
    access: 'runs:read',
    status: 200,
    summary: 'Lists what people told a run, oldest first, and what became of it.',
    params: RunParams,
    reply: RunCommandList,
  },
  'runs.rerun': {
    method: 'POST',
    path: '/v1/runs/:run/rerun',
    access: 'runs:order',
    status: 201,
    summary: 'Begins a new run at a step of this one, with the recorded outputs of the steps before.',
    params: RunParams,
    body: RerunRequest,
    reply: RerunReply,
  },
  'runs.cancel-preview': {
    method: 'GET',
    path: '/v1/runs/:run/cancel-preview',
    access: 'runs:read',
    status: 200,
    summary: 'Shows what a cancellation would undo, in which order, and what would stay.',
    params: RunParams,
    reply: CancelPreview,
  },
  'runs.migration-preview': {
    method: 'GET',
    path: '/v1/runs/:run/migration-preview',
    access: 'runs:read',
    status: 200,
    summary: 'Shows what another version would mean for a run where it stands, and what is in the way.',
    params: RunParams,
    query: z.strictObject({ version }),
    reply: MigrationPreview,
  },
} as const satisfies Record<string, RouteSpec>;
