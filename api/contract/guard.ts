/** The guard: the decision point before effects, and the settings that it decides by. */
import { z } from 'zod';
import { guardSettingsSchema } from '../../domain/guard/settings.schema.ts';
import type { RouteSpec } from './route.ts';
import { list, Time } from './values.ts';

const Settings = guardSettingsSchema;

/** `version` 0 is the defaults. */
export const GuardVersion = z
  .object({
    version: z.int(),
    digest: z.string(),
    settings: Settings,
    by: z.string(),
    reason: z.string().optional(),
    at: Time.optional(),
  })
  .meta({ id: 'GuardVersion' });
export type GuardVersion = z.infer<typeof GuardVersion>;
export const GuardHistory = z.object({ items: list(GuardVersion) }).meta({ id: 'GuardHistory' });

/** `replaces`: the version that was looked at; another one in force meanwhile is a conflict. */
export const GuardRequest = z.strictObject({
  settings: Settings,
  replaces: z.int().min(0).optional(),
  reason: z.string().min(1).max(2000),
});

/** An effect that is only tried. `settings`: by these instead of those in force. `at`: as if it were then. */
export const GuardTrial = z.strictObject({
  action: z.string().min(1).max(100),
  subjects: z.array(z.string().min(1).max(200)).max(100).default([]),
  targets: z.array(z.string().min(1).max(200)).max(100).default([]),
  playbook: z.string().min(1).max(200).default('trial'),
  approved: z.boolean().default(false),
  breakGlass: z.boolean().default(false),
  at: z.iso.datetime({ offset: true }).optional(),
  settings: Settings.optional(),
});

export const GuardVerdict = z
  .object({
    allow: z.boolean(),
    /** Each rule that refuses, in words. */
    reasons: list(z.string()),
    at: Time,
    settings: z.object({ version: z.int().optional(), digest: z.string() }),
    budgets: list(z.object({ budget: z.string(), scope: z.enum(['playbook', 'overall']), used: z.int(), limit: z.int(), per: z.string() })),
  })
  .meta({ id: 'GuardVerdict' });
export type GuardVerdict = z.infer<typeof GuardVerdict>;

export const guardRoutes = {
  'guard.show': {
    method: 'GET',
    path: '/v1/guard',
    access: 'guard:read',
    status: 200,
    summary: 'Shows the settings of the guard that are in force: budgets, maintenance windows, protected and critical assets.',
    reply: GuardVersion,
  },
  'guard.history': {
    method: 'GET',
    path: '/v1/guard/history',
    access: 'guard:read',
    status: 200,
    summary: 'Lists the versions of the guard’s settings, newest first.',
    reply: GuardHistory,
  },
  'guard.set': {
    method: 'POST',
    path: '/v1/guard',
    access: 'guard:write',
    status: 200,
    summary: 'Puts new settings of the guard in force, as a new version.',
    body: GuardRequest,
    reply: GuardVersion,
  },
  'guard.test': {
    method: 'POST',
    path: '/v1/guard/test',
    access: 'guard:read',
    status: 200,
    summary: 'Says what the guard would decide of an effect now; nothing is done or recorded.',
    body: GuardTrial,
    reply: GuardVerdict,
  },
} as const satisfies Record<string, RouteSpec>;
