/** Reports as PDF, read back by pdf.js. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { renderPdf } from '../../../api/reports/report-pdf.ts';
import { parseReport } from '../../../domain/compliance/report.schema.ts';
import { buildReport } from '../../../domain/compliance/report.ts';
import type { Report } from '../../../domain/compliance/report.ts';
import { digestOf } from '../../../domain/digest.ts';
import { facts, policy } from '../../compliance/facts.ts';
import { readPdf } from './read-pdf.ts';

const hostile = {
  greek: 'Πολιτική ασφάλειας',
  cyrillic: 'Изоляция узла',
  hebrew: 'שלום',
  combined: 'Zażółć gęślą jaźń — naïve façade № 7 ≤ 5 €',
  chinese: '安全策略',
  reversed: 'invoice\u202efdp.exe',
  broken: 'null\u0000 lone \ud800 end',
};

/** As a report is stored: through JSON. */
function stored(title = 'A title', rows = 1): Report {
  const incidents = Array.from({ length: rows }, (_, n) => ({
    id: `inc-${n}`,
    key: `k${n}`,
    title: Object.values(hostile).join(' / '),
    severity: 'high',
    status: 'contained',
    signals: ['s1'],
    openedAt: '2026-11-25T10:00:00Z',
    updatedAt: '2026-11-25T10:05:00Z',
  }));
  const report = buildReport({
    title,
    at: '2026-11-26T08:00:00Z',
    policies: [],
    points: [],
    effects: [],
    incidents,
    runs: [],
    approvals: [
      {
        id: 'apr-1',
        run: 'r',
        digest: 'd',
        summary: 'go live?',
        requester: 'ann',
        status: 'approved',
        closedAt: '2026-11-25T11:00:00Z',
        votes: [{ by: 'ben', decision: 'approve' }],
      },
    ],
    entries: [
      { id: 7, at: '2026-11-25T10:00:00Z', actor: 'system:triage', event: 'incident-opened', subject: 'incident/inc-0', detail: {} },
    ],
    chain: { ok: true, rows: 82, head: 'c0ffee'.repeat(10) },
    compliance: facts({ policies: [policy({ title: hostile.cyrillic })] }),
  });
  const parsed = parseReport(JSON.parse(JSON.stringify(report)));
  if (parsed === undefined) throw new Error('what was built cannot be stored');
  return parsed;
}

const digest = digestOf({ a: 1 });
const squeezed = (text: string): string => text.replaceAll(/\s/gu, '');

describe('a report as PDF', () => {
  it('holds the figures, with where each comes from, and the digest of its document', async () => {
    const bytes = await renderPdf(stored(), digest);
    if (process.env['EDICT_KEEP_PDF'] !== undefined) writeFileSync(process.env['EDICT_KEEP_PDF'], bytes);
    const { text, title, outline, pages } = await readPdf(bytes);
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect(title).toBe('A title');
    const figures = [
      'From 2026-08-28 08:00:00 UTC to 2026-11-26 08:00:00 UTC',
      'incidents open 0 of 1 incidents',
      'policies in force 1 of 1 policies',
      'audit chain 82 rows verified',
      '2026-11-25 10:00:00',
      'Its 82 entries verified when this was written.',
      `1 of ${pages}`,
    ];
    for (const figure of figures) expect(squeezed(text)).toContain(squeezed(figure));
    for (const id of [digest, policy().digest ?? '', 'c0ffee'.repeat(10), 'nist-800-53r5:ac-4', 'effective', 'ben', '#7'])
      expect(squeezed(text)).toContain(squeezed(id));
    expect(outline).toEqual(expect.arrayContaining(['Posture (8)', 'Policies in force (1)', 'The audit chain']));
  });

  it('shows what people wrote in their own letters, and what cannot be drawn by its code point', async () => {
    const { text } = await readPdf(await renderPdf(stored(Object.values(hostile).join(' / ')), digest));
    for (const name of ['greek', 'cyrillic', 'combined'] as const) expect(squeezed(text)).toContain(squeezed(hostile[name]));
    expect(squeezed(text)).toMatch(/שלום|םולש/u);
    expect(squeezed(text)).toContain('<U+5B89><U+5168><U+7B56><U+7565>');
    expect(squeezed(text)).toContain('invoice\u{fffd}fdp.exe');
    expect(['\u202e', '\u0000'].filter((char) => text.includes(char))).toEqual([]);
  });

  it('has no action, script or file in it, whatever was written', async () => {
    const attacks = JSON.parse(readFileSync(new URL('../../fixtures/bad-input/attacks.json', import.meta.url), 'utf8')) as unknown;
    const texts = [...new Set(JSON.stringify(attacks).match(/"(?:[^"\\]|\\.)+"/gu) ?? [])].map((text) => JSON.parse(text) as string);
    const base = stored();
    const sentence = { entries: [1], actor: '/JavaScript', at: '2026-11-25T10:00:00Z', controls: [] };
    const section = { name: 'violated' as const, title: '/OpenAction', sentences: texts.map((text) => ({ ...sentence, text })) };
    const bytes = await renderPdf({ ...base, sections: [section] }, digest);
    const { active, pages } = await readPdf(bytes);
    expect([active, pages > 1]).toEqual([[], true]);
  });

  it('is the same bytes for the same document, and others for another', async () => {
    const [one, same, other] = [await renderPdf(stored(), digest), await renderPdf(stored(), digest), await renderPdf(stored('B'), digest)];
    expect(one.equals(same)).toBe(true);
    expect(one.equals(other)).toBe(false);
  });

  it('repeats the head of a table on each page, and says what is left out', async () => {
    const { text, pages } = await readPdf(await renderPdf(stored('Long', 600), digest));
    expect(pages).toBeGreaterThan(10);
    expect(text.match(/severity/gu)?.length).toBeGreaterThan(5);
    expect(squeezed(text)).toContain(squeezed('100 more are not printed.'));
    expect(text).toContain('inc-599');
  });

  it('prints a report that was written before there were tables, and refuses what is none', async () => {
    const { tables: _, since: _since, ...old } = stored();
    const parsed = parseReport(JSON.parse(JSON.stringify(old)));
    expect((await readPdf(await renderPdf(parsed!, digest))).text).toContain('Written at 2026-11-26 08:00:00 UTC');
    expect(parseReport({ a: 1 })).toBeUndefined();
  });
});
