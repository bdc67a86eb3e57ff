/** Context: assets, traffic, identity events and threat indicators, as files that other tools write; and what was made of them. */
import { z } from 'zod';
import { Digest, list } from './values.ts';

const Rejected = list(z.object({ where: z.string(), reason: z.string() }));

/** As JSON; `text/csv` is the assets alone. Columns are those of parse-inventory.ts. */
export const InventoryRequest = z.strictObject({ assets_csv: z.string().min(1), zones_csv: z.string().optional() });
export const InventoryReply = z
  .object({ assets: z.int(), zones: z.int(), digest: Digest, rejected: Rejected })
  .meta({ id: 'InventoryReply' });
export type InventoryReply = z.infer<typeof InventoryReply>;

/** Text of the other tool's format: Zeek conn.log (TSV or JSON lines), CloudTrail JSON, a STIX 2.1 bundle. */
export const UploadText = z.string().min(1);
/** `read`: records understood; `added`: those that were new; `rejected`: lines or records that could not be read, and why (the first 100). */
export const UploadReply = z
  .object({ read: z.int(), added: z.int(), rejectedCount: z.int(), rejected: Rejected })
  .meta({ id: 'UploadReply' });
export type UploadReply = z.infer<typeof UploadReply>;

export const ContextReply = z
  .object({
    counts: z.object({
      assets: z.int(),
      zones: z.int(),
      connections: z.int(),
      identityEvents: z.int(),
      indicators: z.int(),
      decisions: z.int(),
    }),
    /** Who talks to whom, by asset name where it is known, else by address. */
    graph: z.object({
      nodes: list(
        z.object({ name: z.string(), kind: z.enum(['asset', 'address']), zone: z.string().optional(), criticality: z.string().optional() }),
      ),
      edges: list(z.object({ from: z.string(), to: z.string(), protocol: z.string(), port: z.int(), connections: z.int() })),
      /** True when there were more edges than are shown. */
      truncated: z.boolean(),
    }),
  })
  .meta({ id: 'Context' });
export type ContextReply = z.infer<typeof ContextReply>;
