/** How outside systems are reached, by kind: what the API's door takes and the connectors read. No secret is part of them. */
import { z } from 'zod';

const address = z.url({ protocol: /^https?$/u });
const words = z.string().min(1).max(200);
const time = z.int().min(100).max(600_000).optional();

const shared = {
  /** Of one call from here to there and back. */
  timeoutMs: time,
  /** How long a change may take to show, once the system has taken it on. */
  settleTimeoutMs: time,
};

/** OAuth 2.0 client credentials of an app registration; the client secret is stored as the secret `clientSecret`. */
const registration = { tenant: words, clientId: words, authority: address.optional(), url: address.optional() };

export const systemSettings = {
  'microsoft-graph': z.strictObject({
    ...registration,
    ...shared,
    /** Mailboxes that a search goes through at most, where none are named. */
    mailboxes: z.int().min(1).max(100_000).optional(),
  }),
  defender: z.strictObject({ ...registration, ...shared }),
  aws: z.strictObject({
    accessKeyId: words,
    region: words.optional(),
    iamUrl: address.optional(),
    stsUrl: address.optional(),
    s3Url: address.optional(),
    ...shared,
  }),
} as const;

export type GraphSettings = z.infer<(typeof systemSettings)['microsoft-graph']>;
export type DefenderSettings = z.infer<typeof systemSettings.defender>;
export type AwsSettings = z.infer<typeof systemSettings.aws>;
