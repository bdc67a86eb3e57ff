/** A stored report as PDF: the same facts as its page, made from the same document; the same document gives the same bytes. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ReportTable } from '../../domain/compliance/report-tables.ts';
import type { Report, ReportSection } from '../../domain/compliance/report.ts';
import { finish, openSheet } from './paper.ts';
import { heading, softInk, write } from './pen.ts';
import type { Sheet } from './pen.ts';
import { ruledTable } from './ruled-table.ts';
import type { Column } from './ruled-table.ts';

/** Sentences of one section that are printed; the document has them all. */
const printed = 500;

export async function renderPdf(report: Report, digest: string): Promise<Buffer> {
  const sheet = openSheet({ title: report.title, at: instantOf(report.at) });
  head(sheet, report, digest);
  for (const table of report.tables ?? []) await tableOf(sheet, table);
  for (const section of report.sections) await sectionOf(sheet, section);
  unsupported(sheet, report.unsupported);
  await touched(sheet, report);
  chainOf(sheet, report);
  return finish(sheet, `Edict report · ${digest}`);
}

function instantOf(at: string): Date {
  const ms = Date.parse(at);
  return new Date(Number.isNaN(ms) ? 0 : ms);
}

function head(sheet: Sheet, { title, at, since, summary }: Report, digest: string): void {
  write(sheet, 'Edict report', { face: 'bold', size: 8, colour: softInk });
  write(sheet, title, { face: 'bold', size: 18 });
  write(sheet, `${since === undefined ? 'Written at' : `From ${timeOf(since)} to`} ${timeOf(at)}`, { colour: softInk });
  sheet.doc.moveDown(0.6);
  const { policies, points, incidents, effects, holding, entries } = summary;
  write(
    sheet,
    `${policies} policies · ${points} enforcement points · ${incidents} incidents · ${effects} effects, ${holding} in force now · ${entries} ledger entries`,
  );
  write(sheet, `Digest of the document: ${digest}`, { face: 'mono', size: 7.5, colour: softInk });
}

const shares: Readonly<Record<ReportTable['name'], readonly number[]>> = {
  posture: [0.25, 0.5, 0.25],
  policies: [0.2, 0.26, 0.08, 0.12, 0.34],
  controls: [0.22, 0.4, 0.14, 0.16, 0.08],
  incidents: [0.18, 0.36, 0.1, 0.1, 0.13, 0.13],
  approvals: [0.2, 0.34, 0.12, 0.1, 0.12, 0.12],
};

async function tableOf(sheet: Sheet, { name, title, source, columns, rows, left }: ReportTable): Promise<void> {
  heading(sheet, `${title} (${rows.length + left})`, left === 0 ? source : `${source} ${left} more are not printed.`);
  if (rows.length === 0) return write(sheet, 'Nothing to tell.', { colour: softInk });
  const even = 1 / columns.length;
  await ruledTable(
    sheet,
    columns.map((column, place): Column => ({ title: column, share: shares[name][place] ?? even })),
    rows,
  );
}

async function sectionOf(sheet: Sheet, { title, sentences }: ReportSection): Promise<void> {
  const left = Math.max(0, sentences.length - printed);
  heading(sheet, `${title} (${sentences.length})`, left === 0 ? undefined : `The newest ${printed}; ${left} more are in the document.`);
  if (sentences.length === 0) write(sheet, 'Nothing to tell.', { colour: softInk });
  for (const { text, actor, at, entries, controls } of sentences.slice(-printed)) {
    write(sheet, text, {}, 12);
    const tags = controls.map((control) => control.slice(control.indexOf(':') + 1).toUpperCase()).join(' ');
    write(sheet, `${actor} · ${timeOf(at)} · ${entriesOf(entries)}${tags === '' ? '' : ` · ${tags}`}`, { size: 7, colour: softInk });
    sheet.doc.moveDown(0.35);
    await nextTurn();
  }
}

function unsupported(sheet: Sheet, texts: readonly string[]): void {
  if (texts.length === 0) return;
  heading(
    sheet,
    `Without an entry in the ledger (${texts.length})`,
    'The records say so, but the chain has no entry for it. Treat it as not proved.',
  );
  for (const text of texts.slice(0, printed)) write(sheet, text);
}

async function touched(sheet: Sheet, { controls }: Report): Promise<void> {
  if (controls.length === 0) return;
  heading(sheet, `Controls touched (${controls.length})`, 'To touch a control is evidence for it, not proof that it is met.');
  await ruledTable(
    sheet,
    [
      { title: 'control', share: 0.22 },
      { title: 'title', share: 0.38 },
      { title: 'sentences', share: 0.1 },
      { title: 'entries', share: 0.3 },
    ],
    controls.map(({ control, title, sentences, entries }) => [control, title, String(sentences), entriesOf(entries)]),
  );
}

function chainOf(sheet: Sheet, { chain }: Report): void {
  heading(sheet, 'The audit chain', 'Ids such as #12 are its entries. Check an export of it with `edict audit verify`.');
  if (chain === undefined) return write(sheet, 'It was not verified when this was written.');
  write(
    sheet,
    chain.ok ? `Its ${chain.rows} entries verified when this was written.` : 'It did not verify when this was written.',
    chain.ok ? {} : { face: 'bold' },
  );
  write(sheet, `head ${chain.head}`, { face: 'mono', size: 7.5 });
}

/** At most twelve; the rest is counted. */
function entriesOf(entries: readonly number[]): string {
  const shown = entries.slice(0, 12).map((entry) => `#${entry}`);
  return entries.length > shown.length ? `${shown.join(' ')} and ${entries.length - shown.length} more` : shown.join(' ');
}

/** `2026-11-25 17:46:52 UTC` */
function timeOf(at: string): string {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/u.test(at) ? `${at.slice(0, 10)} ${at.slice(11, 19)} UTC` : at;
}
