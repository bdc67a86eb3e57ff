/** Enforcement points: what should be in force where, and what is. */
import { z } from 'zod';
import { Digest, JsonMap, list, Name, Time } from './values.ts';
import type { RouteSpec } from './route.ts';

export const PointKind = z.enum(['opa', 'nftables']);
/** What enforcement points take. */
export const PointTarget = z.enum(['rego', 'rego-access', 'nftables']);
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

export const pointRoutes = {
  'points.list': {
    method: 'GET',
    path: '/v1/points',
    access: 'points:read',
    status: 200,
    summary: 'Lists the enforcement points: what should be in force, and what is.',
    reply: PointList,
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
} as const satisfies Record<string, RouteSpec>;
