/**
 * What changes, as it changes: hints for pages that show it, not the facts themselves. Each event is one row of the audit chain
 * (its id is the row's, to resume from), told to whoever may read its topic. https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import { z } from 'zod';
import type { Permission, RouteSpec } from '../route.ts';
import { Time } from '../values.ts';

/** Topic → what a caller must hold to be told of it. */
export const topics = {
  policy: 'policies:read',
  context: 'context:read',
  run: 'runs:read',
  effect: 'effects:read',
  approval: 'approvals:read',
  delegation: 'approvals:read',
  review: 'approvals:read',
  task: 'tasks:read',
  playbook: 'playbooks:read',
  signal: 'signals:read',
  incident: 'incidents:read',
  point: 'points:read',
  system: 'systems:read',
  guard: 'guard:read',
  report: 'reports:read',
  person: 'people:read',
  webhook: 'webhooks:read',
  audit: 'audit:read',
} as const satisfies Readonly<Record<string, Permission>>;
export type Topic = keyof typeof topics;

/** `id`: of what changed, as its own route names it; empty where there is only one. */
export const Hint = z.object({ topic: z.enum(Object.keys(topics) as [Topic, ...Topic[]]), id: z.string(), at: Time }).meta({ id: 'Hint' });
export type Hint = z.infer<typeof Hint>;

export const eventRoutes = {
  events: {
    method: 'GET',
    path: '/v1/events',
    access: 'me:read',
    status: 200,
    summary: 'Tells what changes as server-sent events: a hint each; `reset` where more was missed than is told.',
    reply: Hint,
    produces: 'text/event-stream',
  },
} as const satisfies Record<string, RouteSpec>;
