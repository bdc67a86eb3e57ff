/** The YAML form of a playbook. Strict: an unknown key is refused. What the keys mean together is checked by compile.ts. */
import { z } from 'zod';
import { parseDuration } from './duration.ts';
import { taskOutputTypes, type TaskOutputType } from './task.ts';

const idText = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be lowercase words joined by `-`')
  .max(64);
const nameText = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9_]*$/, 'must be letters, digits and `_`')
  .max(64);
const expression = z.union([z.string().min(1), z.boolean()]).transform(String);
const valueExpression = z.union([z.string().min(1), z.boolean(), z.number()]).transform(String);
const roleList = z.array(z.string().min(1).max(64)).min(1).max(20);
const json = z.json();

const duration = z.string().refine(isDuration, 'must be a duration such as `30s` or `4h`');
const backoff = z
  .string()
  .refine((text) => text.split('..').every(isDuration) && text.split('..').length <= 2, 'must be a duration, or two as in `2s..1m`');

function isDuration(text: string): boolean {
  try {
    return parseDuration(text) >= 0;
  } catch {
    return false;
  }
}

const retry = z.strictObject({ attempts: z.int().min(1).max(100), backoff: backoff.default('1s..1m') });

/** What follows a refusal or a failure: an end, a failure, or steps. */
export type SourceAfter = { end?: string | undefined; fail?: string | undefined; steps?: SourceStep[] | undefined };
export type SourceFailure = 'continue' | { undo?: string[] | undefined; then?: SourceAfter | undefined; steps?: SourceStep[] | undefined };

export type SourceStep = {
  id: string;
  title?: string | undefined;
  if?: string | undefined;
  then?: SourceStep[] | undefined;
  else?: SourceStep[] | undefined;
  action?: string | undefined;
  with?: { [name: string]: z.infer<typeof json> } | undefined;
  timeout?: string | undefined;
  retry?: z.infer<typeof retry> | undefined;
  undo?: string | { manual: SourceTask } | undefined;
  reason?: string | undefined;
  lease?: string | { for: string; extend: string[] } | undefined;
  outputs?: { [name: string]: string } | undefined;
  set?: { [name: string]: string } | undefined;
  on_failure?: SourceFailure | undefined;
  on_cancel?: { steps: SourceStep[] } | undefined;
  summary?: string | undefined;
  approval?: SourceApproval | undefined;
  manual?: SourceManual | undefined;
  wait?: string | { for?: string | undefined; until?: string | undefined; signal?: string | { when: string } | undefined } | undefined;
  parallel?:
    | {
        join: 'all' | 'any' | { count: number };
        rest?: 'undo' | 'keep' | undefined;
        steps?: SourceStep[] | undefined;
        branches?: SourceStep[][] | undefined;
      }
    | undefined;
  foreach?:
    | {
        in: z.infer<typeof json>;
        as: string;
        concurrency: number;
        steps: SourceStep[];
        collect?: string | undefined;
        on_error: 'fail-fast' | 'collect';
      }
    | undefined;
  switch?: SourceSwitch | undefined;
  while?: SourceWhile | undefined;
  playbook?: SourceChild | undefined;
  end?: string | undefined;
  fail?: string | undefined;
};

export type SourceChild = {
  name: string;
  version?: string | undefined;
  with: { [name: string]: z.infer<typeof json> };
  wait: boolean;
  accept: string[];
};

export type SourceWhile = {
  if: string;
  max: number;
  as: string;
  from: { [name: string]: z.infer<typeof json> };
  steps: SourceStep[];
  collect?: string | undefined;
};

type CaseValue = string | number | boolean;
export type SourceSwitch = {
  on: string;
  cases: { when: CaseValue | CaseValue[]; steps: SourceStep[] }[];
  default?: 'continue' | SourceStep[] | undefined;
};

export type SourceRung = { after: string; to: string[]; people: string[]; remind: string[] };

export type SourceApproval = {
  of: string[];
  roles: string[];
  people: string[];
  quorum: number | string;
  expires: string;
  remind: string[];
  escalate?: SourceRung | SourceRung[] | undefined;
  risk?: 'high' | undefined;
  break_glass?: { roles: string[]; review: string } | undefined;
  summary?: string | undefined;
  facts?: { [name: string]: z.infer<typeof json> } | undefined;
  on_denied?: SourceAfter | undefined;
  on_expired?: SourceAfter | undefined;
};

export type SourceTask = {
  roles: string[];
  people: string[];
  instructions: string;
  expires: string;
  remind: string[];
  escalate?: SourceRung | SourceRung[] | undefined;
};

type SourceOutput =
  | TaskOutputType
  | { type?: TaskOutputType | undefined; enum?: string[] | undefined; optional: boolean; description?: string | undefined };

export type SourceManual = SourceTask & { outputs: { [name: string]: SourceOutput }; on_expired?: SourceAfter | undefined };

const steps: z.ZodType<SourceStep[]> = z.lazy(() => z.array(step).min(1).max(5_000));
const outcome = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'must be one lowercase word');
const after = z
  .strictObject({ end: outcome.optional(), fail: z.string().optional(), steps: steps.optional() })
  .refine((value) => Object.keys(value).length === 1, 'must have one of `end`, `fail`, `steps`');
const signalFilter = z.union([
  z.string().regex(/^[a-z0-9-]{1,64}$/, 'must be the kind of a signal, or `{ when: … }`'),
  z.strictObject({ when: z.string().min(1) }),
]);
const caseValue = z.union([z.string().max(500), z.number(), z.boolean()]);
const failure = z.union([
  z.literal('continue'),
  z
    // oxlint-disable-next-line unicorn/no-thenable -- the form's own word
    .strictObject({ undo: z.array(idText).min(1).optional(), then: after.optional(), steps: steps.optional() })
    .refine((value) => (value.steps === undefined) !== (value.undo === undefined), 'must have either `undo` or `steps`'),
]);

const reminders = z.array(duration).max(20).default([]);
const personId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/, 'must be the id of a person');
const personList = z.array(personId).max(50).default([]);
const someRoles = z.array(z.string().min(1).max(64)).max(20).default([]);
const asksSomebody = (value: { to?: string[]; roles?: string[]; people: string[] }): boolean =>
  (value.to ?? value.roles ?? []).length + value.people.length > 0;

const rung = z
  .strictObject({ after: duration, to: someRoles, people: personList, remind: reminders })
  .refine(asksSomebody, 'must ask somebody: roles by `to`, or `people`');

const approval: z.ZodType<SourceApproval> = z
  .strictObject({
    of: z.array(idText).min(1).max(100),
    roles: someRoles,
    people: personList,
    quorum: z.union([z.int().min(1).max(100), z.string()]).default(1),
    expires: z.string(),
    remind: reminders,
    escalate: z.union([rung, z.array(rung).min(1).max(10)]).optional(),
    risk: z.enum(['high']).optional(),
    break_glass: z.strictObject({ roles: roleList, review: duration.default('24h') }).optional(),
    summary: z.string().max(2_000).optional(),
    facts: z.record(nameText, json).optional(),
    on_denied: after.optional(),
    on_expired: after.optional(),
  })
  .refine(asksSomebody, 'must ask somebody: `roles`, or `people`');

const taskOutput = z.union(
  [
    z.enum(taskOutputTypes),
    z
      .strictObject({
        type: z.enum(taskOutputTypes).optional(),
        enum: z
          .array(z.string().min(1).max(200))
          .min(1)
          .max(100)
          .refine((values) => new Set(values).size === values.length, 'must not name a value twice')
          .optional(),
        optional: z.boolean().default(false),
        description: z.string().max(500).optional(),
      })
      .refine((value) => (value.type === undefined) !== (value.enum === undefined), 'must have either `type` or `enum`'),
  ],
  `must be ${taskOutputTypes.join(', ')}, or say its \`type\` or \`enum\``,
);
const task = z.strictObject({
  roles: someRoles,
  people: personList,
  instructions: z.string().min(1).max(4_000),
  expires: z.string({ error: ({ input }) => (input === undefined ? 'a task has a deadline, as `4h`: it may not hang' : undefined) }),
  remind: reminders,
  escalate: z.union([rung, z.array(rung).min(1).max(10)]).optional(),
});
const manual: z.ZodType<SourceManual> = task
  .extend({
    outputs: z
      .record(nameText, taskOutput)
      .refine((outputs) => !('by' in outputs) && !('task' in outputs), '`by` and `task` are there already: who answered, and the task')
      .default({}),
    on_expired: after.optional(),
  })
  .refine(asksSomebody, 'must ask somebody: `roles`, or `people`');

const step: z.ZodType<SourceStep> = z.strictObject({
  id: idText,
  title: z.string().max(200).optional(),
  if: expression.optional(),
  // oxlint-disable-next-line unicorn/no-thenable -- the form's own word
  then: steps.optional(),
  else: steps.optional(),
  action: z.string().optional(),
  with: z.record(nameText, json).optional(),
  timeout: duration.optional(),
  retry: retry.optional(),
  undo: z.union([z.string(), z.strictObject({ manual: task.refine(asksSomebody, 'must ask somebody: `roles`, or `people`') })]).optional(),
  reason: z.string().min(5).max(500).optional(),
  lease: z.union([z.string(), z.strictObject({ for: z.string(), extend: roleList })]).optional(),
  outputs: z.record(nameText, expression).optional(),
  set: z
    .record(nameText, valueExpression)
    .refine((values) => Object.keys(values).length > 0, 'must name at least one value')
    .optional(),
  on_failure: failure.optional(),
  on_cancel: z.strictObject({ steps }).optional(),
  summary: z.string().min(1).max(2_000).optional(),
  approval: approval.optional(),
  manual: manual.optional(),
  wait: z
    .union([
      z.string(),
      z
        .strictObject({ for: z.string().optional(), until: z.string().optional(), signal: signalFilter.optional() })
        .refine((value) => (value.for === undefined) !== (value.until === undefined), {
          error: ({ input }) =>
            (input as { signal?: unknown } | undefined)?.signal === undefined
              ? 'must have either `for` or `until`'
              : 'a wait for a signal has a deadline: either `for` or `until`',
        }),
    ])
    .optional(),
  parallel: z
    .strictObject({
      join: z.union([z.enum(['all', 'any']), z.strictObject({ count: z.int().min(1).max(1_000) })]).default('all'),
      rest: z.enum(['undo', 'keep']).optional(),
      steps: steps.optional(),
      branches: z.array(steps).min(1).max(1_000).optional(),
    })
    .refine((value) => (value.steps === undefined) !== (value.branches === undefined), 'must have either `steps` or `branches`')
    .optional(),
  foreach: z
    .strictObject({
      in: json,
      as: nameText.default('item'),
      concurrency: z.int().min(1).max(500).default(1),
      steps,
      collect: z.string().optional(),
      on_error: z.enum(['fail-fast', 'collect']).default('fail-fast'),
    })
    .optional(),
  while: z
    .strictObject({
      if: expression,
      max: z
        .int({ error: ({ input }) => (input === undefined ? 'a while has a bound: how many turns at most' : undefined) })
        .min(1)
        .max(100_000),
      as: nameText.default('last'),
      from: z.record(nameText, json).default({}),
      steps,
      collect: z.string().optional(),
    })
    .optional(),
  switch: z
    .strictObject({
      on: expression,
      cases: z
        .array(z.strictObject({ when: z.union([caseValue, z.array(caseValue).min(1).max(100)]), steps }))
        .min(1)
        .max(200),
      default: z.union([z.literal('continue'), steps]).optional(),
    })
    .optional(),
  playbook: z
    .strictObject({
      name: idText,
      version: z
        .string()
        .regex(/^\d{1,6}\.(x|\d{1,6}\.(x|\d{1,6}))$/, 'must be `1.2.3`, `1.2.x` or `1.x`')
        .optional(),
      with: z.record(nameText, json).default({}),
      wait: z.boolean().default(true),
      accept: z.array(outcome).min(1).max(20).default(['done']),
    })
    .optional(),
  end: outcome.optional(),
  fail: z.string().min(1).max(2_000).optional(),
});

const input = z.strictObject({
  type: z.enum(['string', 'int', 'double', 'bool', 'list', 'map', 'asset', 'indicator', 'any', 'duration']),
  from: z.string().optional(),
  default: json.optional(),
  min: z.union([z.number(), duration]).optional(),
  max: z.union([z.number(), duration]).optional(),
  optional: z.boolean().optional(),
  description: z.string().max(500).optional(),
});

const trigger = z.union([
  z.strictObject({ manual: z.strictObject({ roles: roleList }) }),
  z.strictObject({ signal: z.strictObject({ when: z.string().min(1) }) }),
  z.strictObject({
    schedule: z
      .strictObject({
        every: duration.optional(),
        cron: z.string().min(1).max(200).optional(),
        timezone: z.string().min(1).max(60).optional(),
        inputs: z.record(nameText, json).default({}),
      })
      .refine((value) => (value.every === undefined) !== (value.cron === undefined), 'must have either `every` or `cron`')
      .refine((value) => value.timezone === undefined || value.cron !== undefined, 'has a time zone for `cron` alone'),
  }),
  z.strictObject({
    playbook: z.strictObject({
      name: idText,
      outcome: z.union([outcome, z.array(outcome).min(1).max(20)]).default('done'),
      inputs: z.record(nameText, json).default({}),
    }),
  }),
]);
export type SourceTrigger = z.infer<typeof trigger>;

export const playbookSchema = z.strictObject({
  playbook: idText,
  version: z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/, 'must be of the form `1.2.3`'),
  title: z.string().min(1).max(200),
  description: z.string().max(4_000).optional(),
  owner: z.string().max(200).optional(),
  attack: z.array(z.string().max(40)).optional(),
  d3fend: z.array(z.string().max(40)).optional(),
  controls: z.array(z.string().max(80)).optional(),
  triggers: z.array(trigger).default([]),
  inputs: z.record(nameText, input).default({}),
  steps,
  outputs: z.record(nameText, expression).default({}),
  carried: z.record(nameText, json).optional(),
});

export type SourcePlaybook = z.infer<typeof playbookSchema>;
