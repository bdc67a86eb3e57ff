/** Sources of webhooks: who may send signed signals, and their secrets. A secret is shown once. */
import { z } from 'zod';
import type { RouteSpec } from '../route.ts';
import { WebhookParams } from '../signals.ts';
import { list, Name, Time } from '../values.ts';

export const WebhookRequest = z.strictObject({ source: Name });
/** `whsec_` and the base64 of 32 bytes: what the sender signs with. */
export const WebhookSecret = z.object({ source: z.string(), secret: z.string() }).meta({ id: 'WebhookSecret' });
/** Until `previousUntil` both secrets are taken. */
export const RotatedWebhook = z.object({ ...WebhookSecret.shape, previousUntil: Time }).meta({ id: 'RotatedWebhook' });
/** `madeAt`: of the secret that is valid; `rotatedAt`: when it took the place of another, while that one is still valid. */
export const WebhookSource = z
  .object({ source: z.string(), madeAt: Time, rotatedAt: Time.optional(), previousUntil: Time.optional() })
  .meta({ id: 'WebhookSource' });
export type WebhookSource = z.infer<typeof WebhookSource>;
export const WebhookList = z.object({ items: list(WebhookSource) }).meta({ id: 'WebhookList' });

export const webhookRoutes = {
  'webhooks.list': {
    method: 'GET',
    path: '/v1/webhooks',
    access: 'webhooks:read',
    status: 200,
    summary: 'Lists the sources that may send webhooks; no secrets.',
    reply: WebhookList,
  },
  'webhooks.create': {
    method: 'POST',
    path: '/v1/webhooks',
    access: 'webhooks:write',
    status: 201,
    summary: 'Makes a source of webhooks; its secret is shown this once.',
    body: WebhookRequest,
    reply: WebhookSecret,
    secretReply: true,
  },
  'webhooks.rotate': {
    method: 'POST',
    path: '/v1/webhooks/:source/rotate',
    access: 'webhooks:write',
    status: 200,
    summary: 'Gives a source a new secret, shown this once; the one before stays valid for 24 hours.',
    params: WebhookParams,
    body: z.strictObject({}),
    reply: RotatedWebhook,
    secretReply: true,
  },
  'webhooks.delete': {
    method: 'DELETE',
    path: '/v1/webhooks/:source',
    access: 'webhooks:write',
    status: 204,
    summary: 'Deletes a source: nothing that it sends is taken any more.',
    params: WebhookParams,
    reply: z.undefined(),
  },
} as const satisfies Record<string, RouteSpec>;
