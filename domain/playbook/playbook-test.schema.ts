/** The YAML form of a playbook's tests: what starts the run, what actions answer, what people do and when, and what is expected. */
import { z } from 'zod';
import { parseDuration } from './duration.ts';

const duration = z.string().refine((text) => {
  try {
    return parseDuration(text) >= 0;
  } catch {
    return false;
  }
}, 'must be a duration such as `30s` or `4h`');
const json = z.json();
const record = z.record(z.string(), json);

/**
 * `$fail`: an error code; `$message`; `$takes`: a duration. Of a playbook that is called: `$outcome`, and `$effects: false` where it leaves
 * nothing to take back. The other keys are outputs.
 */
const fake = record;

const personActs = ['approve', 'deny', 'break_glass', 'delegate', 'revoke', 'answer', 'claim'] as const;

const person = z
  .strictObject({
    at: duration,
    who: z.string(),
    approve: z.string().optional(),
    deny: z.string().optional(),
    /** The approval step whose plan runs without the votes. */
    break_glass: z.string().optional(),
    /** On whose behalf the vote is. */
    for: z.string().optional(),
    /** Less than what is asked for. */
    narrow: z
      .strictObject({ steps: z.array(z.string()).min(1).optional(), lease: duration.optional() })
      .refine(({ steps, lease }) => steps !== undefined || lease !== undefined, 'must name `steps` or a `lease`')
      .optional(),
    /** Passes roles on until then, from the start of the run; or takes back what was passed on. */
    delegate: z.strictObject({ to: z.string(), roles: z.array(z.string()).min(1), until: duration }).optional(),
    revoke: z.string().optional(),
    /** A manual step whose task is answered, with `outputs`, or taken on. */
    answer: z.string().optional(),
    claim: z.string().optional(),
    outputs: record.optional(),
    roles: z.array(z.string()).optional(),
    reason: z.string().optional(),
    /** `refused`, or the error code. */
    expect: z.string().optional(),
  })
  .refine(
    (act) => personActs.filter((key) => act[key] !== undefined).length === 1,
    `must have one of ${personActs.map((key) => `\`${key}\``).join(', ')}`,
  )
  .refine(({ answer, outputs }) => answer !== undefined || outputs === undefined, '`outputs` belong to an `answer`');

const command = z
  .strictObject({
    at: duration,
    by: z.string(),
    /** Each the reason. */
    pause: z.string().optional(),
    resume: z.string().optional(),
    /** The step, with the indexes of its loops. */
    skip: z.string().optional(),
    /** The step whose lease is to hold longer, by so much; for good without `for`. People are asked by the approval `<step>/lease`. */
    extend: z.string().optional(),
    for: duration.optional(),
    reason: z.string().default('asked'),
    /** `taken`, `refused`, or the error code. */
    expect: z.string().optional(),
  })
  .refine(({ pause, resume, skip, extend }) => [pause, resume, skip, extend].filter((each) => each !== undefined).length === 1, {
    message: 'must have one of `pause`, `resume`, `skip` and `extend`',
  });

/** Begins at a step, with what steps before it gave in another run. */
const rerun = z.strictObject({ from: z.string(), recorded: z.record(z.string(), record) });

const expectation = z.strictObject({
  path: z.array(z.string()).optional(),
  /** Each: `{ <action>: <name or value of what it acts on>, at, undone }`. */
  effects: z.array(record).optional(),
  /** Playbooks that were called, in order: what is named of each has to be so. */
  children: z
    .array(
      z.strictObject({
        playbook: z.string(),
        step: z.string().optional(),
        inputs: record.optional(),
        at: duration.optional(),
        ended: z.union([duration, z.literal(false)]).optional(),
        undone: z.union([duration, z.literal(false)]).optional(),
      }),
    )
    .optional(),
  outcome: z.string(),
  /** When the outcome is decided. */
  at: duration.optional(),
  error: z.string().optional(),
  outputs: record.optional(),
  steps: z.record(z.string(), z.string()).optional(),
  tasks: z
    .array(
      z.strictObject({
        step: z.string(),
        /** The task by which it is taken back. */
        undo: z.boolean().default(false),
        status: z.string().optional(),
        by: z.string().optional(),
        reminded: z.int().optional(),
        escalated: z.boolean().optional(),
      }),
    )
    .optional(),
  approvals: z
    .array(
      z.strictObject({
        step: z.string(),
        status: z.string().optional(),
        quorum: z.int().optional(),
        reminded: z.int().optional(),
        escalated: z.boolean().optional(),
        /** `quorum` or `break-glass`. */
        by: z.string().optional(),
        risk: z.string().optional(),
        /** Steps that the plan which was approved leaves out, and the leases that it shortens. */
        withheld: z.array(z.string()).optional(),
        leases: z.record(z.string(), duration).optional(),
      }),
    )
    .optional(),
});

export const playbookTestsSchema = z.array(
  z.strictObject({
    name: z.string().min(1),
    signal: z.looseObject({ kind: z.string() }).optional(),
    /** Signals of the incident that come later. */
    signals: z.array(z.looseObject({ at: duration, kind: z.string() })).default([]),
    manual: z.strictObject({ by: z.string(), inputs: record.default({}) }).optional(),
    inputs: record.optional(),
    incident: z.string().optional(),
    fakes: z.record(z.string(), z.union([fake, z.array(fake)])).default({}),
    people: z.array(person).default([]),
    cancel: z.strictObject({ at: duration, by: z.string(), reason: z.string().default('asked') }).optional(),
    commands: z.array(command).default([]),
    rerun: rerun.optional(),
    expect: expectation,
  }),
);

export type PlaybookTest = z.infer<typeof playbookTestsSchema>[number];
