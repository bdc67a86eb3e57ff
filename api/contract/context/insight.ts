/**
 * What is made of what was recorded, and the records themselves: assets, zones, connections, identity events, indicators; baselines, and anomalies
 * with their explanation. All of it is read only. Baselines and anomalies are of the newest 100,000 connections (`measured`).
 */
import { z } from 'zod';
import { anomalyKinds } from '../../../domain/context/anomaly/anomaly.ts';
import { baselineScopes } from '../../../domain/context/anomaly/baselines.ts';
import { PageQuery, pageOf } from '../page.ts';
import type { RouteSpec } from '../route.ts';
import { Severity, SignalRequest } from '../signals.ts';
import { Id, list, Time } from '../values.ts';

const text = z.string().min(1).max(200).optional();
/** An asset's name, or an address. */
const host = z.string().min(1).max(128).optional();

export const AssetsQuery = PageQuery.extend({ text, zone: z.string().min(1).max(128).optional() });
export const AssetItem = z
  .object({
    name: z.string(),
    addresses: list(z.string()),
    zone: z.string(),
    services: list(z.string()),
    groups: list(z.string()),
    owner: z.string(),
    criticality: z.enum(['low', 'medium', 'high', 'critical']),
  })
  .meta({ id: 'Asset' });
export type AssetItem = z.infer<typeof AssetItem>;
export const ZoneItem = z.object({ name: z.string(), cidrs: list(z.string()), assets: z.int() }).meta({ id: 'Zone' });
export type ZoneItem = z.infer<typeof ZoneItem>;

/** `host`: at either end. */
export const ConnectionsQuery = PageQuery.extend({
  host,
  from: host,
  to: host,
  service: z
    .string()
    .regex(/^(?:(?:tcp|udp)\/\d{1,5}|icmp|other)$/u, 'expected tcp/443, udp/53, icmp or other')
    .optional(),
  since: Time.optional(),
  until: Time.optional(),
});
export const ConnectionItem = z
  .object({
    id: z.string(),
    at: Time,
    from: z.string(),
    to: z.string(),
    /** The assets that hold the addresses, where the inventory knows them. */
    fromAsset: z.string().optional(),
    toAsset: z.string().optional(),
    service: z.string(),
    application: z.string().optional(),
    state: z.string().optional(),
    sentBytes: z.number(),
    receivedBytes: z.number(),
  })
  .meta({ id: 'Connection' });
export type ConnectionItem = z.infer<typeof ConnectionItem>;

export const IdentityEventItem = z
  .object({
    id: z.string(),
    at: Time,
    principal: z.string(),
    action: z.string(),
    resource: z.string().optional(),
    from: z.string().optional(),
    outcome: z.enum(['success', 'failure']),
    errorCode: z.string().optional(),
  })
  .meta({ id: 'IdentityEvent' });
export type IdentityEventItem = z.infer<typeof IdentityEventItem>;

export const IndicatorsQuery = PageQuery.extend({
  text,
  type: z.enum(['ipv4', 'ipv6', 'domain', 'url', 'file-hash']).optional(),
  /** `yes`: only those at an end of a recorded connection. A page may then hold fewer than were asked for. */
  seen: z.enum(['yes']).optional(),
});
/**
 * `verdict`: what `intel.lookup` says of it now: an indicator counts from `validFrom` on and until `validUntil`. `matches`: connections of the
 * measured ones with it at an end; absent for what no connection log names (domains, URLs, hashes).
 */
export const IndicatorItem = z
  .object({
    id: z.string(),
    type: z.enum(['ipv4', 'ipv6', 'domain', 'url', 'file-hash']),
    value: z.string(),
    name: z.string(),
    labels: list(z.string()),
    confidence: z.number().optional(),
    source: z.string().optional(),
    validFrom: Time,
    validUntil: Time.optional(),
    verdict: z.enum(['malicious', 'expired', 'not-yet']),
    matches: z.int().optional(),
  })
  .meta({ id: 'Indicator' });
export type IndicatorItem = z.infer<typeof IndicatorItem>;

/** What baselines and anomalies were measured on; `since`: where the newest part begins, which is measured against all before it. */
const Measured = z
  .object({
    connections: z.int(),
    before: z.int(),
    recent: z.int(),
    /** True when there were more connections than were read. */
    truncated: z.boolean(),
    from: Time,
    since: Time,
    until: Time,
    bucketSeconds: z.int(),
  })
  .meta({ id: 'Measured' });
export type Measured = z.infer<typeof Measured>;

/** `since`: where the newest part begins (at the beginning of a span); by itself the last day, or the last quarter of what was recorded. */
const since = Time.optional();

export const BaselinesQuery = PageQuery.extend({
  scope: z.enum(baselineScopes).optional(),
  text,
  /** `yes`: only what is not older than the newest part. */
  fresh: z.enum(['yes']).optional(),
  since,
});
/** `median`, `p95` and `most`: connections in a span (`bucketSeconds`) with any. `hours`: connections in each hour of the day, UTC. */
export const BaselineItem = z
  .object({
    from: z.string(),
    to: z.string().optional(),
    services: list(z.string()),
    hosts: z.int(),
    peers: z.int(),
    connections: z.int(),
    recent: z.int(),
    fresh: z.boolean(),
    firstAt: Time,
    lastAt: Time,
    sentBytes: z.number(),
    receivedBytes: z.number(),
    activeBuckets: z.int(),
    median: z.number(),
    p95: z.number(),
    most: z.number(),
    hours: list(z.number()),
  })
  .meta({ id: 'Baseline' });
export type BaselineItem = z.infer<typeof BaselineItem>;
export const BaselinesReply = pageOf(BaselineItem).extend({ measured: Measured, total: z.int() });

export const AnomaliesQuery = PageQuery.extend({ kind: z.enum(anomalyKinds).optional(), host, since });
/** `incident`: the one that a signal of it opened, if anybody sent it. `score`: 1 is just told. */
export const AnomalyItem = z
  .object({
    id: z.string(),
    kind: z.enum(anomalyKinds),
    severity: Severity,
    subject: z.string(),
    peer: z.string().optional(),
    at: Time,
    lastAt: Time,
    title: z.string(),
    explanation: z.string(),
    score: z.number(),
    connections: z.int(),
    incident: z.string().optional(),
  })
  .meta({ id: 'Anomaly' });
export type AnomalyItem = z.infer<typeof AnomalyItem>;
export const AnomaliesReply = pageOf(AnomalyItem).extend({ measured: Measured, total: z.int() });

/** `signal`: what may be sent (`signals.send`) to have an incident opened; nothing is sent by looking. */
export const AnomalyDetail = AnomalyItem.extend({
  figures: list(
    z.object({ name: z.string(), value: z.number(), unit: z.string(), usual: z.number().optional(), limit: z.number().optional() }),
  ),
  picture: z.object({
    label: z.string(),
    unit: z.string(),
    points: list(z.object({ at: Time, value: z.number() })),
    usual: z.number().optional(),
    limit: z.number().optional(),
  }),
  /** The first of them. */
  seen: list(ConnectionItem),
  signal: SignalRequest,
  measured: Measured,
}).meta({ id: 'AnomalyDetail' });
export type AnomalyDetail = z.infer<typeof AnomalyDetail>;

const reading = { method: 'GET', access: 'context:read', status: 200 } as const;

export const insightRoutes = {
  'context.assets': {
    ...reading,
    path: '/v1/context/assets',
    summary: 'Lists the assets of the inventory.',
    query: AssetsQuery,
    reply: pageOf(AssetItem).extend({ total: z.int() }),
  },
  'context.zones': {
    ...reading,
    path: '/v1/context/zones',
    summary: 'Lists the zones of the inventory.',
    reply: z.object({ items: list(ZoneItem) }),
  },
  'context.seen': {
    ...reading,
    path: '/v1/context/connections',
    summary: 'Lists recorded connections, the newest first.',
    query: ConnectionsQuery,
    reply: pageOf(ConnectionItem),
  },
  'context.identities': {
    ...reading,
    path: '/v1/context/identity-events',
    summary: 'Lists recorded identity events, the newest first.',
    query: PageQuery.extend({ text }),
    reply: pageOf(IdentityEventItem),
  },
  'context.indicator-list': {
    ...reading,
    path: '/v1/context/indicators',
    summary: 'Lists threat indicators, with how many recorded connections each is an end of.',
    query: IndicatorsQuery,
    reply: pageOf(IndicatorItem),
  },
  'context.baselines': {
    ...reading,
    path: '/v1/context/baselines',
    summary: 'What is usual between zones, between hosts, or of a host; the busiest first.',
    query: BaselinesQuery,
    reply: BaselinesReply,
  },
  'context.anomalies': {
    ...reading,
    path: '/v1/context/anomalies',
    summary: 'What the past does not explain; the gravest first. Nothing acts by it.',
    query: AnomaliesQuery,
    reply: AnomaliesReply,
  },
  'context.anomaly': {
    ...reading,
    path: '/v1/context/anomalies/:id',
    summary: 'An anomaly with its figures, a picture of its baseline and the connections that it came from.',
    params: z.strictObject({ id: Id }),
    query: z.strictObject({ since }),
    reply: AnomalyDetail,
  },
} as const satisfies Record<string, RouteSpec>;
