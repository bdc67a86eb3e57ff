/** Simulations: any version of a playbook in memory on runs that were recorded. Nothing is done, and nothing is kept. */
import { z } from 'zod';
import { Digest, Id, JsonMap, JsonValue, list, Name, Time } from './values.ts';
import type { RouteSpec } from './route.ts';

const Version = z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/u, 'expected a version such as 1.2.3');

/** Most runs of one request. */
export const simulatedRunsAtMost = 100;

export const SimulationRequest = z
  .strictObject({
    /** A published playbook; the newest version where none is named. */
    playbook: Name.optional(),
    version: Version.optional(),
    /** The YAML of one that is not published. */
    source: z
      .string()
      .min(1)
      .max(512 * 1024)
      .optional(),
    /** The runs of this incident, or one run. Without both, the newest runs of the playbook. */
    incident: Id.optional(),
    run: Id.optional(),
    last: z.int().min(1).max(simulatedRunsAtMost).default(20),
    /** What actions answer of which nothing was recorded, as in the tests of a playbook. */
    fakes: JsonMap.optional(),
    /** What people do at approvals that were not asked for then, as in the tests of a playbook. */
    people: list(JsonMap).optional(),
  })
  .refine((value) => (value.playbook === undefined) !== (value.source === undefined), 'expected either `playbook` or `source`')
  .refine((value) => value.incident === undefined || value.run === undefined, 'expected `incident` or `run`, not both')
  .meta({ id: 'SimulationRequest' });

/** Times are durations from the start of the run. */
export const SimulatedCourse = z
  .object({
    outcome: z.string().optional(),
    error: z.string().optional(),
    at: z.string(),
    over: z.string(),
    path: list(z.string()),
    effects: list(z.object({ step: z.string(), action: z.string(), params: JsonMap, at: z.string(), undone: z.string().optional() })),
    approvals: list(z.object({ step: z.string(), at: z.string(), roles: list(z.string()), quorum: z.int(), status: z.string() })),
  })
  .meta({ id: 'SimulatedCourse' });
export type SimulatedCourse = z.infer<typeof SimulatedCourse>;

/** `undecided`: something was asked that nobody recorded, and `help` says what to give. */
export const SimulationVerdict = z.enum(['same', 'different', 'undecided']);
export const SimulatedComparison = z
  .object({
    run: z.string(),
    incident: z.string().optional(),
    playbook: Name,
    version: z.string(),
    orderedAt: Time,
    verdict: SimulationVerdict,
    differences: list(z.object({ what: z.string(), before: JsonValue, after: JsonValue })),
    reason: z.string().optional(),
    help: z.string().optional(),
    /** How far it came. */
    path: list(z.string()),
    /** Where it was answered by something else than its own recording. */
    notes: list(z.string()),
    before: SimulatedCourse.optional(),
    after: SimulatedCourse.optional(),
  })
  .meta({ id: 'SimulatedComparison' });
export type SimulatedComparison = z.infer<typeof SimulatedComparison>;

export const SimulationReply = z
  .object({
    playbook: Name,
    version: z.string(),
    digest: Digest,
    runs: z.int(),
    same: z.int(),
    different: z.int(),
    undecided: z.int(),
    comparisons: list(SimulatedComparison),
    /** Runs that could not be taken: those that have not ended. */
    skipped: list(z.object({ run: z.string(), reason: z.string() })),
  })
  .meta({ id: 'SimulationReply' });
export type SimulationReply = z.infer<typeof SimulationReply>;

export const simulationRoutes = {
  'playbooks.simulate': {
    method: 'POST',
    path: '/v1/simulations',
    access: 'runs:read',
    status: 200,
    summary: 'Runs any version of a playbook in memory on recorded runs, and says how its decisions differ. Nothing is done.',
    body: SimulationRequest,
    reply: SimulationReply,
  },
} as const satisfies Record<string, RouteSpec>;
