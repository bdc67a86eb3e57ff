/** Signals: alerts that come in, by a person or program with a token, or as a signed webhook (https://www.standardwebhooks.com). */
import { z } from 'zod';
import { Id, JsonMap, Name, Time } from './values.ts';
import type { RouteSpec } from './route.ts';

export const Severity = z.enum(['low', 'medium', 'high', 'critical']);
export const SignalStatus = z.enum(['open', 'handled', 'duplicate', 'suppressed', 'parked']);

const text = z.string().min(1).max(500);
/** Host name, address or domain. */
const place = z.string().min(1).max(253);

/**
 * `id` is the key of deduplication (a webhook's is its `webhook-id`); made where absent. `at` defaults to the time of receipt,
 * `key` (signals with the same key are one incident) to `<kind>:<source>`.
 */
export const SignalRequest = z.strictObject({
  id: Id.optional(),
  kind: Name,
  severity: Severity,
  at: Time.optional(),
  title: text,
  source: place.optional(),
  destination: place.optional(),
  key: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,127}$/u)
    .optional(),
  attributes: JsonMap.optional(),
});
export type SignalRequest = z.infer<typeof SignalRequest>;

/** `duplicate`: the id was seen before, and nothing else happens. */
export const SignalReply = z.object({ signal: z.string(), status: SignalStatus }).meta({ id: 'SignalReply' });
export type SignalReply = z.infer<typeof SignalReply>;

export const Signal = z
  .object({
    id: z.string(),
    kind: z.string(),
    severity: Severity,
    at: Time,
    title: z.string(),
    source: z.string().optional(),
    destination: z.string().optional(),
    key: z.string(),
    attributes: JsonMap,
    status: SignalStatus,
    incident: z.string().optional(),
    receivedAt: Time,
    deliveredAt: Time.optional(),
    door: z.string(),
  })
  .meta({ id: 'Signal' });

/** in = handled + duplicate + suppressed + parked + open */
export const SignalCounts = z
  .object({ in: z.int(), handled: z.int(), duplicate: z.int(), suppressed: z.int(), parked: z.int(), open: z.int() })
  .meta({ id: 'SignalCounts' });
export type SignalCounts = z.infer<typeof SignalCounts>;

export const WebhookParams = z.strictObject({ source: Name });
export const SignalParams = z.strictObject({ id: Id });

export const signalRoutes = {
  'signals.send': {
    method: 'POST',
    path: '/v1/signals',
    access: 'signals:send',
    status: 202,
    summary: 'Sends a signal.',
    body: SignalRequest,
    reply: SignalReply,
  },
  'signals.get': {
    method: 'GET',
    path: '/v1/signals/:id',
    access: 'signals:read',
    status: 200,
    summary: 'Shows a signal and what became of it.',
    params: SignalParams,
    reply: Signal,
  },
  'signals.counts': {
    method: 'GET',
    path: '/v1/signals/counts',
    access: 'signals:read',
    status: 200,
    summary: 'Accounts for every signal: in = handled + duplicate + suppressed + parked + open.',
    reply: SignalCounts,
  },
  'webhooks.receive': {
    method: 'POST',
    path: '/webhooks/:source',
    access: 'signature',
    status: 202,
    summary: 'Takes a signal as a signed webhook (Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature).',
    params: WebhookParams,
    body: SignalRequest,
    reply: SignalReply,
  },
} as const satisfies Record<string, RouteSpec>;
