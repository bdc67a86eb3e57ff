/** Context: assets, traffic, identity events and threat indicators, as files that other tools write; and what was made of them. */
import { z } from 'zod';
import { entitySchema } from '../../domain/policy/access/access.schema.ts';
import { insightRoutes } from './context/insight.ts';
import { Digest, list, logLimitBytes, Time } from './values.ts';
import type { RouteSpec } from './route.ts';

const Rejected = list(z.object({ where: z.string(), reason: z.string() }));

/** As JSON; `text/csv` is the assets alone. Columns are those of parse-inventory.ts. */
export const InventoryRequest = z.strictObject({ assets_csv: z.string().min(1), zones_csv: z.string().optional() });
export const InventoryReply = z
  .object({ assets: z.int(), zones: z.int(), digest: Digest, rejected: Rejected })
  .meta({ id: 'InventoryReply' });
export type InventoryReply = z.infer<typeof InventoryReply>;

/** People, groups and what else access rules name, with who is in what: Cedar's JSON of entities. */
export const EntitiesRequest = z.strictObject({ entities: z.array(entitySchema).max(100_000) });
export const EntitiesReply = z.object({ entities: z.int(), digest: Digest }).meta({ id: 'EntitiesReply' });

/** Text of the other tool's format: Zeek conn.log (TSV or JSON lines), CloudTrail JSON, a STIX 2.1 bundle. */
export const UploadText = z.string().min(1);
/** `read`: records understood; `added`: those that were new; `rejected`: lines or records that could not be read, and why (the first 100). */
export const UploadReply = z
  .object({ read: z.int(), added: z.int(), rejectedCount: z.int(), rejected: Rejected })
  .meta({ id: 'UploadReply' });
export type UploadReply = z.infer<typeof UploadReply>;

export const ContextReply = z
  .object({
    counts: z.object({
      assets: z.int(),
      zones: z.int(),
      entities: z.int(),
      connections: z.int(),
      identityEvents: z.int(),
      indicators: z.int(),
      decisions: z.int(),
    }),
    /** Who talks to whom, by asset name where it is known, else by address. */
    graph: z.object({
      nodes: list(
        z.object({ name: z.string(), kind: z.enum(['asset', 'address']), zone: z.string().optional(), criticality: z.string().optional() }),
      ),
      edges: list(
        z.object({
          from: z.string(),
          to: z.string(),
          service: z.string(),
          connections: z.int(),
          firstAt: Time,
          lastAt: Time,
          bytes: z.number(),
        }),
      ),
      /** True when there were more edges than are shown. */
      truncated: z.boolean(),
    }),
  })
  .meta({ id: 'Context' });
export type ContextReply = z.infer<typeof ContextReply>;

export const contextRoutes = {
  ...insightRoutes,
  'context.get': {
    method: 'GET',
    path: '/v1/context',
    access: 'context:read',
    status: 200,
    summary: 'Counts what is known, and shows who talks to whom.',
    reply: ContextReply,
  },
  'context.inventory': {
    method: 'POST',
    path: '/v1/context/inventory',
    access: 'context:write',
    status: 200,
    summary: 'Replaces the asset inventory (CSV of assets; as JSON, of zones too). Entities stay.',
    consumes: ['application/json', 'text/csv'],
    bodyLimitBytes: logLimitBytes,
    body: z.union([InventoryRequest, UploadText]),
    reply: InventoryReply,
  },
  'context.entities': {
    method: 'POST',
    path: '/v1/context/entities',
    access: 'context:write',
    status: 200,
    summary: 'Replaces what is known of people, groups and resources: who is in what, and their attributes. Assets and zones stay.',
    bodyLimitBytes: logLimitBytes,
    body: EntitiesRequest,
    reply: EntitiesReply,
  },
  'context.connections': {
    method: 'POST',
    path: '/v1/context/connections',
    access: 'context:write',
    status: 200,
    summary: 'Adds connections from Zeek’s conn.log (TSV or JSON lines).',
    consumes: ['text/plain', 'application/x-ndjson'],
    bodyLimitBytes: logLimitBytes,
    body: UploadText,
    reply: UploadReply,
  },
  'context.identity-events': {
    method: 'POST',
    path: '/v1/context/identity-events',
    access: 'context:write',
    status: 200,
    summary: 'Adds identity events from AWS CloudTrail.',
    consumes: ['application/json', 'text/plain'],
    bodyLimitBytes: logLimitBytes,
    body: UploadText,
    reply: UploadReply,
  },
  'context.indicators': {
    method: 'POST',
    path: '/v1/context/indicators',
    access: 'context:write',
    status: 200,
    summary: 'Adds threat indicators from a STIX 2.1 bundle.',
    consumes: ['application/json', 'application/stix+json', 'text/plain'],
    bodyLimitBytes: logLimitBytes,
    body: UploadText,
    reply: UploadReply,
  },
} as const satisfies Record<string, RouteSpec>;
