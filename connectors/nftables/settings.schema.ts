/** How a firewall is reached: command prefixes, so that `nft` may run in a namespace, a container or on another host. */
import { z } from 'zod';

const prefix = z.array(z.string().min(1).max(4096)).max(64);

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
