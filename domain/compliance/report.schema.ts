/** A report as it was stored, also one that was written before there were tables. */
import { z } from 'zod';
import type { Report } from './report.ts';

const text = z.string();
const count = z.int().min(0);

const Table = z.object({
  name: z.enum(['posture', 'policies', 'controls', 'incidents', 'approvals']),
  title: text,
  source: text,
  columns: z.array(text),
  rows: z.array(z.array(text)),
  left: count,
});

const Sentence = z.object({ text, entries: z.array(z.int()), actor: text, at: text, controls: z.array(text) });

const StoredReport = z.object({
  title: text,
  at: text,
  since: text.optional(),
  summary: z.object({ policies: count, points: count, incidents: count, effects: count, holding: count, entries: count }),
  tables: z.array(Table).optional(),
  chain: z.object({ ok: z.boolean(), rows: count, head: text }).optional(),
  sections: z.array(
    z.object({ name: z.enum(['required', 'enforced', 'violated', 'repaired']), title: text, sentences: z.array(Sentence) }),
  ),
  controls: z.array(z.object({ control: text, title: text, sentences: count, entries: z.array(z.int()) })),
  unsupported: z.array(text),
});

export function parseReport(json: unknown): Report | undefined {
  const { success, data } = StoredReport.safeParse(json);
  return success ? { ...data, chain: data.chain } : undefined;
}
