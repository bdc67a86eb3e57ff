/** Pages: `next` is an opaque cursor, absent on the last page. */
import { z } from 'zod';
import { list } from './values.ts';

export const PageQuery = z.strictObject({
  cursor: z.string().min(1).max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
});
export type PageQuery = z.infer<typeof PageQuery>;

export function pageOf<T extends z.ZodType>(
  item: T,
): z.ZodObject<{ items: z.ZodReadonly<z.ZodArray<T>>; next: z.ZodOptional<z.ZodString> }> {
  return z.object({ items: list(item), next: z.string().optional() });
}
