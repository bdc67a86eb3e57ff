/** Reports: written by a run of the `report` playbook, shown as data and as a page that can neither run nor load anything. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseReport } from '../../domain/compliance/report.schema.ts';
import { digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import type { RunRow, Store } from '../../store/port.ts';
import { orderRun } from '../orders/order-run.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import { sent } from '../handler.ts';
import { renderPdf } from '../reports/report-pdf.ts';
import { knownPolicy } from './policies.ts';

const playbookName = 'report';
const pollMs = 150;
const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

export function reportHandlers(
  deps: HandlerDeps,
): HandlersOf<'reports.create' | 'reports.list' | 'reports.get' | 'reports.html' | 'reports.pdf'> {
  const { store } = deps;
  return {
    'reports.create': async ({ body, by, reply, http }) => {
      if (body.policy !== undefined) await knownPolicy(store, body.policy);
      const playbook = await store.playbooks.get(playbookName);
      if (playbook === undefined) throw new EdictError('not-found', `the playbook \`${playbookName}\` is not published`);
      const inputs = body.policy !== undefined && Object.hasOwn(playbook.plan.inputs, 'policy') ? { policy: body.policy } : {};
      const { run } = await orderRun(deps, playbook, { inputs, by, policy: body.policy, http });
      const row = await ended(deps, run);
      if (row === undefined) {
        reply.code(202);
        return { run };
      }
      return { run, report: reportOf(row) };
    },
    'reports.list': ({ query }) => store.reports.list(query),
    'reports.get': async ({ params }) => {
      const { id, title, at, json } = await knownReport(store, params.id);
      return { id, title, at, json, digest: digestOf(json) };
    },
    'reports.html': async ({ params, reply }) => {
      const { html } = await knownReport(store, params.id);
      void reply.header('content-security-policy', pagePolicy).type('text/html; charset=utf-8').send(html);
      return sent;
    },
    'reports.pdf': async ({ params, reply }) => {
      const { id, json } = await knownReport(store, params.id);
      const report = parseReport(json);
      if (report === undefined) throw new EdictError('conflict', `the document of report \`${id}\` is not one that can be printed`);
      const bytes = await renderPdf(report, digestOf(json));
      void reply.header('content-disposition', `attachment; filename="${id}.pdf"`).type('application/pdf').send(bytes);
      return sent;
    },
  };
}

async function ended({ store, waitMs, closing }: HandlerDeps, run: string): Promise<RunRow | undefined> {
  const untilMs = performance.now() + waitMs;
  for (;;) {
    const row = await store.runs.get(run);
    if (row?.status === 'ended') return row;
    if (performance.now() >= untilMs || closing.aborted) return undefined;
    await sleep(pollMs, undefined, { signal: closing }).catch(() => undefined);
  }
}

function reportOf({ run, outcome, view }: RunRow): string {
  const report = writtenBy(view);
  if (outcome === 'done' && report !== undefined) return report;
  const { code, message } = faultOf(view) ?? { code: 'conflict' as const, message: `it ended as ${outcome ?? 'nothing'}` };
  throw new EdictError(code, `the report was not written by run \`${run}\`: ${message}`);
}

function writtenBy(view: RunView | undefined): string | undefined {
  const outputs = view?.steps.findLast(({ action, outputs: made }) => action === 'report.write' && made !== undefined)?.outputs;
  const report = (outputs ?? view?.outputs)?.['report'];
  return typeof report === 'string' ? report : undefined;
}

function faultOf(view: RunView | undefined): RunView['error'] {
  return view?.error ?? view?.steps.findLast(({ error }) => error !== undefined)?.error;
}

async function knownReport(store: Store, id: string) {
  const report = await store.reports.get(id);
  if (report === undefined) throw new EdictError('not-found', `there is no report \`${id}\``);
  return report;
}
