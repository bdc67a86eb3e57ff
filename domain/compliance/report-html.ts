/**
 * A report as one HTML page: no script, no outside origin, for screen (light and dark) and paper. Every text is escaped; none of it
 * is ever put into an attribute, so that what somebody else wrote stays text.
 */
import { escapeHtml } from './html.ts';
import { reportStyle } from './report-style.ts';
import type { ReportTable } from './report-tables.ts';
import type { Report, ReportSection, ReportSentence, TouchedControl } from './report.ts';

/** The policy that the page carries for itself, should a server not send one. */
const contentPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

export function renderHtml(report: Report): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(report.title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
${head(report)}
${(report.tables ?? []).map(table).join('\n')}
${report.sections.map(section).join('\n')}
${unsupported(report.unsupported)}
${controls(report.controls)}
${foot(report)}
</main>
</body>
</html>
`;
}

function head({ title, at, since, summary }: Report): string {
  const figures: readonly (readonly [number, string])[] = [
    [summary.policies, 'policies'],
    [summary.points, 'enforcement points'],
    [summary.incidents, 'incidents'],
    [summary.effects, 'effects'],
    [summary.holding, 'in force now'],
    [summary.entries, 'ledger entries'],
  ];
  const cells = figures.map(([value, label]) => `<div><dt>${escapeHtml(label)}</dt><dd>${value}</dd></div>`).join('');
  return `<header><p class="mark">Edict report</p><h1>${escapeHtml(title)}</h1><p class="when">${since === undefined ? '' : `${time(since)} to `}${time(at)}</p><dl class="figures">${cells}</dl></header>`;
}

function table({ title, source, columns, rows, left }: ReportTable): string {
  const line = (tag: string, cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  const body =
    rows.length === 0
      ? '<p class="none">Nothing to tell.</p>'
      : `<div class="wide"><table class="told"><thead>${line('th', columns)}</thead><tbody>${rows.map((row) => line('td', row)).join('\n')}</tbody></table></div>`;
  const more = left === 0 ? '' : ` ${left} more are not shown here.`;
  return `<section><h2>${escapeHtml(title)} <span class="count">${rows.length + left}</span></h2><p class="from">${escapeHtml(source)}${more}</p>${body}</section>`;
}

function section({ name, title, sentences }: ReportSection): string {
  const body = sentences.length === 0 ? '<p class="none">Nothing to tell.</p>' : `<ol>${sentences.map(sentence).join('\n')}</ol>`;
  return `<section class="${sectionClass[name]}"><h2>${escapeHtml(title)} <span class="count">${sentences.length}</span></h2>${body}</section>`;
}

const sectionClass: Readonly<Record<ReportSection['name'], string>> = {
  required: 'required',
  enforced: 'enforced',
  violated: 'violated',
  repaired: 'repaired',
};

function sentence({ text, entries, actor, at, controls: touched }: ReportSentence): string {
  const cited = entries.map((entry) => `<span class="entry">#${entry}</span>`).join(' ');
  const tags = touched.map((control) => `<span class="control">${escapeHtml(shortControl(control))}</span>`).join(' ');
  return `<li><p class="text">${escapeHtml(text)}</p><p class="source"><span class="actor">${escapeHtml(actor)}</span> ${time(at)} <span class="entries">${cited}</span> ${tags}</p></li>`;
}

function unsupported(texts: readonly string[]): string {
  if (texts.length === 0) return '';
  return `<section class="unsupported"><h2>Without an entry in the ledger <span class="count">${texts.length}</span></h2><p>The records say so, but the chain has no entry for it. Treat it as not proved.</p><ul>${texts.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul></section>`;
}

function controls(rows: readonly TouchedControl[]): string {
  if (rows.length === 0) return '';
  const body = rows
    .map(
      ({ control, title, sentences, entries }) =>
        `<tr><td>${escapeHtml(shortControl(control))}</td><td>${escapeHtml(title)}</td><td>${sentences}</td><td class="entries">${entryRange(entries)}</td></tr>`,
    )
    .join('\n');
  return `<section><h2>Controls touched</h2><p>NIST SP 800-53 revision 5. To touch a control is evidence for it, not proof that it is met.</p><div class="wide"><table><thead><tr><th>Control</th><th>Title</th><th>Sentences</th><th>Entries</th></tr></thead><tbody>${body}</tbody></table></div></section>`;
}

/** At most twelve; the rest is counted. */
function entryRange(entries: readonly number[]): string {
  const shown = entries.slice(0, 12).map((entry) => `#${entry}`);
  return entries.length > shown.length ? `${shown.join(' ')} and ${entries.length - shown.length} more` : shown.join(' ');
}

function foot({ chain }: Report): string {
  if (chain === undefined)
    return '<footer><p>Ids such as #12 are entries of the audit chain. Check an export of it with <code>edict audit verify</code>.</p></footer>';
  const state = chain.ok
    ? `The audit chain of ${chain.rows} entries verified when this was written`
    : 'The audit chain did not verify when this was written';
  return `<footer class="${chain.ok ? 'sound' : 'broken'}"><p>${state}; its head is <code>${escapeHtml(chain.head)}</code>. Ids such as #12 are its entries. Check an export of it with <code>edict audit verify</code>.</p></footer>`;
}

function shortControl(control: string): string {
  return control.slice(control.indexOf(':') + 1).toUpperCase();
}

/** `2026-11-25 17:46:52 UTC` */
function time(at: string): string {
  const shown = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/.test(at) ? `${at.slice(0, 10)} ${at.slice(11, 19)} UTC` : at;
  return `<span class="time">${escapeHtml(shown)}</span>`;
}
