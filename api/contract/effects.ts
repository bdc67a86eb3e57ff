/** What people can do about effects: have an undo tried again that failed for good. */
import { z } from 'zod';
import type { RouteSpec } from './route.ts';

export const RetryUndoRequest = z.strictObject({ key: z.string().min(1).max(500), reason: z.string().min(1).max(2000) });
/** `run` does it. */
export const RetryUndoReply = z.object({ key: z.string(), run: z.string() }).meta({ id: 'RetryUndoReply' });

export const effectRoutes = {
  'effects.retry-undo': {
    method: 'POST',
    path: '/v1/effects/retry-undo',
    access: 'effects:undo',
    status: 202,
    summary: 'Has the undo of a diverged effect tried again, by a run of its own.',
    body: RetryUndoRequest,
    reply: RetryUndoReply,
  },
} as const satisfies Record<string, RouteSpec>;
