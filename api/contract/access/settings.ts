/** How this installation is set up, as far as people may see it. INVARIANT: no value of a secret, no key, no address with a password. */
import { z } from 'zod';
import type { RouteSpec } from '../route.ts';
import { list, Time } from '../values.ts';

export const StoredSecret = z.object({ name: z.string(), madeAt: Time, expiresAt: Time.optional() }).meta({ id: 'StoredSecret' });
export const Settings = z
  .object({
    version: z.string(),
    signIn: z.object({
      password: z.boolean(),
      idleMinutes: z.number(),
      hours: z.number(),
      stepUpMinutes: z.number(),
      oidc: z
        .object({
          name: z.string(),
          issuer: z.string(),
          clientId: z.string(),
          redirectUri: z.string(),
          personClaim: z.string(),
          rolesClaim: z.string(),
          /** Group → role; absent where roles are given here. */
          roles: z.record(z.string(), z.string()).optional(),
          createsPeople: z.boolean(),
          reachable: z.boolean(),
        })
        .optional(),
    }),
    /** Who drafts policies from sentences. `embedded`: rules of our own, on this machine, without a language model. */
    ai: z.object({
      provider: z.enum(['embedded']),
      reachable: z.boolean(),
      /** Whether what people write goes to a language model. */
      languageModel: z.boolean(),
      /** `built-in`: there is no other, and nothing chooses one. */
      setBy: z.enum(['built-in']),
    }),
    /** What the service depends on, and whether it answers. */
    services: z.object({ database: z.boolean(), temporal: z.boolean(), opa: z.boolean() }),
    secrets: list(StoredSecret),
  })
  .meta({ id: 'Settings' });
export type Settings = z.infer<typeof Settings>;

export const settingsRoutes = {
  'settings.get': {
    method: 'GET',
    path: '/v1/settings',
    access: 'settings:read',
    status: 200,
    summary: 'Shows how this installation is set up: signing in, AI, services, names of secrets; no values of secrets.',
    reply: Settings,
  },
} as const satisfies Record<string, RouteSpec>;
