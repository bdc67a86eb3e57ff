/** What OPA says to us and gets from us: its bundle, status and decision log APIs (https://www.openpolicyagent.org/docs/management-introduction). */
import { z } from 'zod';
import { logLimitBytes, Name } from './values.ts';
import type { RouteSpec } from './route.ts';

export const EnginePointParams = z.strictObject({ point: Name });
/** OPA's own documents, open to its newer fields. */
export const EngineStatus = z.looseObject({ labels: z.looseObject({}).optional(), bundles: z.looseObject({}).optional() });
export const EngineLogs = z.array(z.looseObject({ decision_id: z.string().max(200), timestamp: z.string().max(64) })).max(100_000);
export const EngineLogsReply = z.object({ added: z.int() }).meta({ id: 'EngineLogsReply' });
export const Health = z
  .object({ live: z.boolean(), ready: z.boolean(), store: z.boolean(), temporal: z.boolean(), opa: z.boolean() })
  .meta({ id: 'Health' });
export type Health = z.infer<typeof Health>;

export const systemRoutes = {
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    access: 'contract:read',
    status: 200,
    summary: 'Shows this interface as an OpenAPI 3.1 document.',
    reply: z.looseObject({ openapi: z.string() }),
  },
  health: {
    method: 'GET',
    path: '/health',
    access: 'anonymous',
    status: 200,
    otherStatus: [503],
    summary: 'Says whether the service is alive, and whether all that it depends on is there.',
    reply: Health,
  },
  'opa.bundle': {
    method: 'GET',
    path: '/opa/bundles/:point',
    access: 'engine-token',
    status: 200,
    otherStatus: [304],
    summary: 'Serves the signed bundle of a point to OPA (ETag; long polling by `Prefer: wait`).',
    params: EnginePointParams,
    reply: z.unknown(),
    produces: 'application/vnd.openpolicyagent.bundles',
  },
  'opa.status': {
    method: 'POST',
    path: '/opa/status/:point',
    access: 'engine-token',
    status: 204,
    summary: 'Takes OPA’s report of what it has activated.',
    params: EnginePointParams,
    body: EngineStatus,
    reply: z.undefined(),
  },
  'opa.logs': {
    method: 'POST',
    path: '/opa/logs/:point',
    access: 'engine-token',
    status: 200,
    summary: 'Takes OPA’s decision log (gzip).',
    params: EnginePointParams,
    body: EngineLogs,
    reply: EngineLogsReply,
    bodyLimitBytes: logLimitBytes,
  },
} as const satisfies Record<string, RouteSpec>;
