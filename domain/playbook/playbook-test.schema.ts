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

/** `$fail`: an error code; `$message`; `$takes`: a duration. The other keys are outputs. */
const fake = record;

const person = z
  .strictObject({
    at: duration,
    who: z.string(),
    approve: z.string().optional(),
    deny: z.string().optional(),
    roles: z.array(z.string()).optional(),
    reason: z.string().optional(),
    /** `refused`, or the error code. */
    expect: z.string().optional(),
  })
  .refine((value) => (value.approve === undefined) !== (value.deny === undefined), 'must have either `approve` or `deny`');

const expectation = z.strictObject({
  path: z.array(z.string()).optional(),
  /** Each: `{ <action>: <name or value of what it acts on>, at, undone }`. */
  effects: z.array(record).optional(),
  outcome: z.string(),
  /** When the outcome is decided. */
  at: duration.optional(),
  error: z.string().optional(),
  outputs: record.optional(),
  steps: z.record(z.string(), z.string()).optional(),
  approvals: z
    .array(
      z.strictObject({
        step: z.string(),
        status: z.string().optional(),
        quorum: z.int().optional(),
        reminded: z.int().optional(),
        escalated: z.boolean().optional(),
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
    expect: expectation,
  }),
);

export type PlaybookTest = z.infer<typeof playbookTestsSchema>[number];
