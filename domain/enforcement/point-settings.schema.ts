/** How enforcement points are reached, by kind: what the API's door takes and the connectors read. Tokens are named, not written down. */
import { z } from 'zod';

const prefix = z.array(z.string().min(1).max(4096)).max(64);

/** A firewall: command prefixes, so that `nft` may run in a namespace, a container or on another host. */
export const nftablesSettings = z.strictObject({
  /** Put in front of `nft`; empty runs it here. */
  exec: prefix,
  /** Where probes connect from, and where they listen. */
  prober: z.strictObject({ from: prefix.min(1), to: prefix.min(1) }).optional(),
  timeoutMs: z.int().min(100).max(600_000).optional(),
  /** A connection that has not come about after this time is a denied one. */
  probeTimeoutMs: z.int().min(50).max(10_000).optional(),
});

export type NftablesSettings = z.infer<typeof nftablesSettings>;

export const opaSettings = z.strictObject({
  url: z.url({ protocol: /^https?$/u }),
  /** Name of the secret that holds the bearer token of OPA's API; absent where OPA asks for none. */
  tokenSecret: z.string().min(1).max(200).optional(),
  timeoutMs: z.int().min(100).max(600_000).optional(),
  /** How long OPA may take to fetch, verify and activate a bundle. */
  activationTimeoutMs: z.int().min(100).max(600_000).optional(),
});

export const pointSettings = { nftables: nftablesSettings, opa: opaSettings } as const;
