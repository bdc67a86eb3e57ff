/** Reports: what was required, enforced, violated and repaired; written on demand, read as a page, taken as PDF or as data. */
import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import type { ReplyOf } from '../../../api/contract/route.ts';
import type { Routes } from '../../../api/contract/routes.ts';
import { urlOf } from '../../api/client.ts';
import { usePages, useSend } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { notify } from '../../app/notices.tsx';
import { useGo, useUrlState } from '../../app/url.ts';
import type { Column } from '../../look/data-table.tsx';
import { Page } from '../../look/page.tsx';
import { PagedTable } from '../../look/paged-table.tsx';
import { Empty, Failure } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { ReportDrawer } from './report-drawer.tsx';
import css from './reports.module.css';

type Row = ReplyOf<Routes['reports.list']>['items'][number];
const lookMs = 10_000;

export function Screen(): ReactElement {
  const pages = usePages('reports.list', { query: { limit: 100 } }, { keep: true, everyMs: lookMs });
  const write = useWrite();
  const [{ report }, setUrl] = useUrlState();
  return (
    <Page
      title="Reports"
      about="What was required, enforced, violated and repaired, each fact with its row in the ledger."
      actions={write.may ? <WriteButton write={write} /> : undefined}
      fill
    >
      {write.error === null ? null : <Failure error={write.error} inline />}
      <PagedTable
        label="Reports"
        pages={pages}
        rowId={({ id }) => id}
        rowLabel={({ title }) => title}
        onOpen={({ id }) => setUrl({ report: id })}
        columns={columns}
        empty={
          <Empty title="No report has been written yet" action={write.may ? <WriteButton write={write} /> : undefined}>
            A report is written by a playbook from the ledger alone, so that every figure in it can be followed to its row.
          </Empty>
        }
      />
      <ReportDrawer report={report} onClose={() => setUrl({ report: undefined })} />
    </Page>
  );
}

const columns: readonly Column<Row>[] = [
  { key: 'at', title: 'Written', width: '11rem', cell: ({ at }) => <When at={at} /> },
  {
    key: 'title',
    title: 'Report',
    width: 'minmax(16rem, 1fr)',
    cell: ({ id, title }) => (
      <a className={css['name']} href={urlOf('reports.html', { params: { id } })} target="_blank" rel="noopener">
        {title}
      </a>
    ),
  },
  {
    key: 'take',
    title: 'Take along',
    width: '15rem',
    cell: ({ id }) => (
      <span className={css['take']}>
        <a href={urlOf('reports.pdf', { params: { id } })} download={`${id}.pdf`}>
          as PDF
        </a>
        <a href={urlOf('reports.html', { params: { id } })} download={`${id}.html`}>
          as HTML
        </a>
        <a href={urlOf('reports.get', { params: { id } })} download={`${id}.json`}>
          as JSON
        </a>
      </span>
    ),
  },
];

type Write = { readonly may: boolean; readonly busy: boolean; readonly error: unknown; readonly run: () => void };

function useWrite(): Write {
  const may = useMay();
  const go = useGo();
  const { mutate, isPending, error } = useSend('reports.create', {
    stale: ['reports.list'],
    onDone: ({ run, report }) =>
      notify(report === undefined ? 'The report is being written.' : 'The report is written.', {
        action: { label: 'Its run', run: () => go(`/runs/${run}`) },
      }),
  });
  return { may: may('reports.create'), busy: isPending, error, run: () => mutate({ body: {} }) };
}

function WriteButton({ write: { busy, run } }: { readonly write: Write }): ReactElement {
  return (
    <Button loading={busy} onClick={run}>
      Write a report
    </Button>
  );
}
