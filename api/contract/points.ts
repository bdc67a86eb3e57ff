/** Enforcement points: what should be in force where, what is, and what a person may ask of one without putting anything in force. */
import { z } from 'zod';
import { PointKind, PointTarget } from './point-target.ts';
import { DecideReply, Decision, Request, RequestInput } from './policies.ts';
import { Digest, JsonMap, list, Name, Time } from './values.ts';
import type { RouteSpec } from './route.ts';

/** `packet`: a connection was tried, which passes or does not. `decision`: the point's decision API was asked. */
const probe = { decision: Decision, method: z.enum(['packet', 'decision']), detail: z.string(), elapsedMs: z.number() };
export const PointProbe = z.object(probe).meta({ id: 'PointProbe' });
/** The last of `tried` requests of that occasion: of a person's test, or of a run. */
export const LastProbe = z
  .object({ ...probe, at: Time, request: Request, tried: z.int(), by: z.string().optional(), run: z.string().optional() })
  .meta({ id: 'LastProbe' });

/** Of the account by which the point is reached. `unknown`: it cannot be seen without changing something, or nothing has shown it yet. */
export const PointPermission = z
  .object({ name: z.string(), held: z.enum(['yes', 'no', 'unknown']), detail: z.string(), help: z.string().optional() })
  .meta({ id: 'PointPermission' });
export type PointPermission = z.infer<typeof PointPermission>;
export const PointPermissions = z.object({ at: Time, permissions: list(PointPermission) }).meta({ id: 'PointPermissions' });

export const Point = z
  .object({
    name: Name,
    kind: z.string(),
    target: z.string(),
    desired: z.object({
      artifact: Digest.optional(),
      policyVersions: list(z.object({ policy: z.string(), version: z.int() })),
      isolations: list(JsonMap),
    }),
    observed: JsonMap.optional(),
    health: z.enum(['unknown', 'in-force', 'drifted', 'unreachable']),
    /** In words, how what was observed differs from what is desired; empty where it does not, and where it was not reached. */
    drift: list(z.string()),
    lastProbe: LastProbe.optional(),
    /** As they were last looked at. */
    permissions: PointPermissions.optional(),
    updatedAt: Time,
  })
  .meta({ id: 'Point' });
export type Point = z.infer<typeof Point>;
export const PointList = z.object({ items: list(Point) }).meta({ id: 'PointList' });

/** `settings` say how the point is reached; its connector's schema checks them. They are never shown again. */
export const PointRequest = z.strictObject({
  name: Name,
  kind: PointKind,
  /** What it decides on: an OPA takes connections (`rego`, unless told) or access and the use of models (`rego-access`). */
  target: PointTarget.optional(),
  settings: JsonMap,
});
export type PointRequest = z.infer<typeof PointRequest>;
export const PointParams = z.strictObject({ name: Name });

/** Without an instant the request is asked as of now. */
export const PointTestRequest = z.strictObject({ request: RequestInput });
export const PointTest = z
  .object({
    point: Name,
    at: Time,
    request: Request,
    /** What the point did; absent where the request cannot be tried there, and `reason` says why. */
    probe: PointProbe.optional(),
    reason: z.string().optional(),
    /** What the policies in force say of it. */
    policy: DecideReply,
    /** Absent where it was not tried. */
    agrees: z.boolean().optional(),
    /** Where they differ, what is known that explains it. */
    because: list(z.string()),
  })
  .meta({ id: 'PointTest' });
export type PointTest = z.infer<typeof PointTest>;

/** What would be done to make the point as it is wanted now; no steps where it is so already. */
export const PointDryRun = z
  .object({ point: Name, at: Time, steps: list(z.string()), desired: Point.shape.desired })
  .meta({ id: 'PointDryRun' });
export type PointDryRun = z.infer<typeof PointDryRun>;

/** Of a question that has nothing to say but to whom. */
const Nothing = z.strictObject({});

export const pointRoutes = {
  'points.list': {
    method: 'GET',
    path: '/v1/points',
    access: 'points:read',
    status: 200,
    summary: 'Lists the enforcement points: what should be in force, and what is.',
    reply: PointList,
  },
  'points.get': {
    method: 'GET',
    path: '/v1/points/:name',
    access: 'points:read',
    status: 200,
    summary: 'Shows an enforcement point: wanted and observed, drift, its last probe, permissions.',
    params: PointParams,
    reply: Point,
  },
  'points.put': {
    method: 'POST',
    path: '/v1/points',
    access: 'points:write',
    status: 201,
    summary: 'Adds or changes an enforcement point.',
    body: PointRequest,
    reply: Point,
  },
  'points.remove': {
    method: 'DELETE',
    path: '/v1/points/:name',
    access: 'points:write',
    status: 204,
    summary: 'Forgets an enforcement point at which nothing should be in force.',
    params: PointParams,
    reply: z.undefined(),
  },
  'points.test': {
    method: 'POST',
    path: '/v1/points/:name/test',
    access: 'points:test',
    status: 200,
    summary: 'Tries a request at the point (a firewall: by one packet), beside what the policies in force say of it.',
    params: PointParams,
    body: PointTestRequest,
    reply: PointTest,
  },
  'points.dry-run': {
    method: 'POST',
    path: '/v1/points/:name/dry-run',
    access: 'points:test',
    status: 200,
    summary: 'Says what would be done to make the point as it is wanted now; nothing is done.',
    params: PointParams,
    body: Nothing,
    reply: PointDryRun,
  },
  'points.permissions': {
    method: 'POST',
    path: '/v1/points/:name/permissions',
    access: 'points:test',
    status: 200,
    summary: 'Looks at what the account by which the point is reached may do there; nothing is changed.',
    params: PointParams,
    body: Nothing,
    reply: PointPermissions,
  },
} as const satisfies Record<string, RouteSpec>;
