/** How an OPA is reached. Its token is named, not written down: settings are stored and shown. */
import { z } from 'zod';
import { isForbidden } from '../egress.ts';

export const opaSettings = z.strictObject({
  url: z
    .url({ protocol: /^https?$/u })
    .refine((url) => !isForbidden(new URL(url).hostname.replaceAll(/[[\]]/gu, '')), 'this address is never connected to'),
  /** Name of the secret that holds the bearer token of OPA's API; absent where OPA asks for none. */
  tokenSecret: z.string().min(1).max(200).optional(),
  timeoutMs: z.int().min(100).max(600_000).optional(),
  /** How long OPA may take to fetch, verify and activate a bundle. */
  activationTimeoutMs: z.int().min(100).max(600_000).optional(),
});
