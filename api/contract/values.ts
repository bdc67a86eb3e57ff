/** Values that every noun of the contract is made of: times, names, digests, JSON, lists. Requests are strict, replies are open to new fields. */
import { z } from 'zod';
import type { Json, JsonObject } from '../../domain/json.ts';

/** RFC 3339, with an offset. */
export const Time = z.iso.datetime({ offset: true });
/** Name of a policy, playbook, rule or kind. */
export const Name = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/u, 'expected 1–64 of a–z, 0–9 and -, not at the ends');
/** Id of a run, approval, incident, report, person, token or message. */
export const Id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/u, 'expected 1–128 of A–Z, a–z, 0–9 and . _ : @ -, beginning with a letter or digit');
export const Digest = z.templateLiteral(['sha256:', z.string().regex(/^[0-9a-f]{64}$/u)]);
export const VersionNumber = z.int().min(1).max(1_000_000);
export const VersionParam = z.coerce.number().int().min(1).max(1_000_000);
export const JsonValue = z.unknown() as unknown as z.ZodType<Json>;
export const JsonMap = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject>;

/** For logs and inventories. */
export const logLimitBytes = 32 * 1024 * 1024;

export function list<T extends z.ZodType>(item: T): z.ZodReadonly<z.ZodArray<T>> {
  return z.array(item).readonly();
}
