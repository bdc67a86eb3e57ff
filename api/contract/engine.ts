/** What OPA says to us and gets from us: its bundle, status and decision log APIs (https://www.openpolicyagent.org/docs/management-introduction). */
import { z } from 'zod';
import { Name } from './values.ts';

export const EnginePointParams = z.strictObject({ point: Name });
/** OPA's own documents, open to its newer fields. */
export const EngineStatus = z.looseObject({ labels: z.looseObject({}).optional(), bundles: z.looseObject({}).optional() });
export const EngineLogs = z.array(z.looseObject({ decision_id: z.string().max(200), timestamp: z.string().max(64) })).max(100_000);
export const EngineLogsReply = z.object({ added: z.int() }).meta({ id: 'EngineLogsReply' });
export const Health = z
  .object({ live: z.boolean(), ready: z.boolean(), store: z.boolean(), temporal: z.boolean(), opa: z.boolean() })
  .meta({ id: 'Health' });
export type Health = z.infer<typeof Health>;
