/** What of OPA's status report is kept: which bundle is active, and what was wrong with the last one. Pure. https://www.openpolicyagent.org/docs/management-status */
import { z } from 'zod';
import type { JsonObject } from '../domain/json.ts';

const BundleStatus = z.object({
  active_revision: z.string().max(200).optional(),
  last_successful_activation: z.string().max(64).optional(),
  code: z.string().max(200).optional(),
  message: z.string().max(2000).optional(),
});

export function statusFacts(report: { readonly bundles?: { readonly [name: string]: unknown } | undefined }): JsonObject {
  const bundles = Object.entries(report.bundles ?? {}).slice(0, 16);
  return { bundles: Object.fromEntries(bundles.map(([name, status]) => [name, BundleStatus.catch({}).parse(status) as JsonObject])) };
}
