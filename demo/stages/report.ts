/** 8 Report: what was required, enforced, violated and repaired, each sentence with its entries; the chain verifies here and offline. */
import { createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { verifyChain } from '../../domain/audit-chain.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Stage, Story } from '../story.ts';

export const report: Stage = {
  number: 8,
  name: 'Report',
  tell: async (story) => {
    const auditor = story.as('auditor');
    const made = await auditor.call('reports.create', { body: {} });
    if (made.report === undefined) throw new EdictError('timeout', 'the report was not written in time');
    const params = { id: made.report };
    const [html, data] = await Promise.all([auditor.call('reports.html', { params }), auditor.call('reports.get', { params })]);
    const base = join(story.dataDir, 'report');
    await writeFile(`${base}.html`, html);
    await writeFile(`${base}.json`, `${JSON.stringify(data.json, null, 2)}\n`);
    const { sentences, bare } = countSentences(data.json);
    story.say(`${base}.html   ${sentences} sentences, each cites the ledger`, {
      report: made.report,
      html: `${base}.html`,
      json: `${base}.json`,
      sentences,
    });
    story.check('the report has sentences, and each cites the ledger', sentences > 0 && bare === 0);
    await verifyOffline(story);
  },
};

function countSentences(json: unknown): { readonly sentences: number; readonly bare: number } {
  const sections =
    (json as { readonly sections?: readonly { readonly sentences?: readonly { readonly entries?: readonly unknown[] }[] }[] }).sections ??
    [];
  const all = sections.flatMap((section) => section.sentences ?? []);
  return { sentences: all.length, bare: all.filter((one) => (one.entries ?? []).length === 0).length };
}

async function verifyOffline(story: Story): Promise<void> {
  const auditor = story.as('auditor');
  const file = join(story.dataDir, 'audit-export.jsonl');
  await pipeline(await auditor.stream('audit.export', {}), createWriteStream(file, { mode: 0o600 }));
  const rows = (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
  const [online, offline] = await Promise.all([auditor.call('audit.verify', {}), verifyChain(rows)]);
  const forged = await verifyChain(rows.map((row, index) => (index === 1 ? { ...(row as object), actor: 'nobody' } : row)));
  story.say(
    `chain of ${offline.rows} entries verifies, here and offline; one changed actor is found: ${forged.fault?.reason ?? 'NOT FOUND'}`,
    { rows: offline.rows, head: offline.head },
  );
  story.check('the chain verifies on the server', online.ok);
  story.check('the export verifies offline', offline.ok && offline.rows > 0);
  story.check('a forged export is found', !forged.ok);
}
