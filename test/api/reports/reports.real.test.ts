/** Reports through the API: the same document as data, page and PDF, bound to the chain by its digest. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { renderHtml } from '../../../domain/compliance/report-html.ts';
import { buildReport } from '../../../domain/compliance/report.ts';
import type { Json } from '../../../domain/json.ts';
import { describeWith } from '../../stack/fixture.ts';
import { facts, policy } from '../../compliance/facts.ts';
import { openHarness } from '../harness.ts';
import type { Harness } from '../harness.ts';
import { readPdf } from './read-pdf.ts';

const { xss } = JSON.parse(readFileSync(new URL('../../fixtures/bad-input/attacks.json', import.meta.url), 'utf8')) as { xss: string[] };
const title = xss.find((text) => text.includes('<img')) ?? '<script>alert(1)</script>';

describeWith(['postgres', 'opa'], 'reports by the API', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness();
    const nothing = { policies: [], points: [], effects: [], incidents: [], runs: [], approvals: [], entries: [] };
    const report = buildReport({ title, at: '2026-11-26T08:00:00Z', ...nothing, compliance: facts({ policies: [policy({ title })] }) });
    const json = JSON.parse(JSON.stringify(report)) as Json;
    await harness.store.reports.save({ id: 'rep-1', title, html: renderHtml(report), json }, 'auditor');
    await harness.store.reports.save({ id: 'rep-2', title, html: '<p>other</p>', json: { a: 1 } }, 'auditor');
  });
  afterAll(() => harness.close());

  it('shows the digest that the chain has of the document', async () => {
    const [row] = (await harness.store.audit.list({ subject: 'report/rep-1' }, {})).items;
    const told = (await harness.ask('auditor', 'GET', '/v1/reports/rep-1')).json<{ digest: string }>();
    expect(told.digest).toBe(row?.detail['json']);
    expect(told.digest).toMatch(/^sha256:[0-9a-f]{64}$/u);
  });

  it('gives it as a PDF to take along, which holds the digest, the same bytes each time', async () => {
    const [one, two] = [
      await harness.ask('auditor', 'GET', '/v1/reports/rep-1/pdf'),
      await harness.ask('analyst', 'GET', '/v1/reports/rep-1/pdf'),
    ];
    expect([one.statusCode, one.headers['content-type']]).toEqual([200, 'application/pdf']);
    expect(one.headers['content-disposition']).toBe('attachment; filename="rep-1.pdf"');
    expect(one.rawPayload.equals(two.rawPayload)).toBe(true);
    const { digest } = (await harness.ask('auditor', 'GET', '/v1/reports/rep-1')).json<{ digest: string }>();
    const { text, active } = await readPdf(one.rawPayload);
    expect(text.replaceAll(/\s/gu, '')).toContain(digest);
    expect(active).toEqual([]);
  });

  it('gives it as a page on which what was written stays text', async () => {
    const page = await harness.ask('auditor', 'GET', '/v1/reports/rep-1/html');
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'.*sandbox/u);
    expect(page.body).not.toMatch(/<(?:script|img|svg|iframe|a)\b/iu);
    expect(page.body).toContain('Controls and how effective they were seen to be');
  });

  it('prints no document that is none of a report, and none that there is not', async () => {
    expect((await harness.ask('auditor', 'GET', '/v1/reports/rep-2/pdf')).statusCode).toBe(409);
    expect((await harness.ask('auditor', 'GET', '/v1/reports/rep-9/pdf')).statusCode).toBe(404);
  });
});
