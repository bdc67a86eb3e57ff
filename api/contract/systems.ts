/** Outside systems: how each is reached and what it can do. Secrets go in and never come out. */
import { z } from 'zod';
import { JsonMap, list, Name, Time } from './values.ts';
import type { RouteSpec } from './route.ts';

export const SystemKind = z.enum(['microsoft-graph', 'defender', 'aws']);
export const System = z
  .object({
    name: Name,
    kind: SystemKind,
    settings: JsonMap,
    /** Roles of the secrets that are stored. */
    secrets: list(z.string()),
    /** What it can be asked and told. */
    capabilities: list(z.string()),
    updatedAt: Time,
  })
  .meta({ id: 'System' });
export type System = z.infer<typeof System>;
export const SystemList = z.object({ items: list(System) }).meta({ id: 'SystemList' });

/** A secret that is not given stays as it was. */
export const SystemRequest = z.strictObject({
  name: Name,
  kind: SystemKind,
  settings: JsonMap,
  secrets: z.record(z.string().regex(/^[a-zA-Z]{1,40}$/u), z.string().min(1).max(4096)).default({}),
});
export type SystemRequest = z.infer<typeof SystemRequest>;
export const SystemParams = z.strictObject({ name: Name });

export const outsideRoutes = {
  'systems.list': {
    method: 'GET',
    path: '/v1/systems',
    access: 'systems:read',
    status: 200,
    summary: 'Lists the outside systems and what each can do; no secrets.',
    reply: SystemList,
  },
  'systems.get': {
    method: 'GET',
    path: '/v1/systems/:name',
    access: 'systems:read',
    status: 200,
    summary: 'Shows an outside system; no secrets.',
    params: SystemParams,
    reply: System,
  },
  'systems.put': {
    method: 'POST',
    path: '/v1/systems',
    access: 'systems:write',
    status: 201,
    summary: 'Adds or changes an outside system, and stores its secrets.',
    body: SystemRequest,
    reply: System,
  },
  'systems.remove': {
    method: 'DELETE',
    path: '/v1/systems/:name',
    access: 'systems:write',
    status: 204,
    summary: 'Removes an outside system and its secrets; what was done there stays done.',
    params: SystemParams,
    reply: z.undefined(),
  },
} as const satisfies Record<string, RouteSpec>;
