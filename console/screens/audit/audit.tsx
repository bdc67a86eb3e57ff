/** The chain, newest first: who did what to which thing, each row bound to the one before; checked and taken along from here. */
import { Button } from '@mantine/core';
import IconDownload from '@tabler/icons-react/icons/IconDownload';
import type { ReactElement } from 'react';
import type { AuditRow } from '../../../api/contract/audit.ts';
import { urlOf } from '../../api/client.ts';
import { usePages } from '../../api/queries.ts';
import { useUrlState } from '../../app/url.ts';
import type { Column } from '../../look/data-table.tsx';
import { Page } from '../../look/page.tsx';
import { PagedTable, useRows } from '../../look/paged-table.tsx';
import { Empty } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import css from './audit.module.css';
import { ChainState } from './chain-state.tsx';
import { Filters, filtersOff, queryOf } from './filters.tsx';
import { RowDrawer } from './row-drawer.tsx';
import { Subject } from './subject.tsx';

const lookMs = 10_000;

export function Screen(): ReactElement {
  const [url, setUrl] = useUrlState();
  const query = queryOf(url);
  const pages = usePages('audit.list', { query: { order: 'desc', limit: 200, ...query } }, { keep: true, everyMs: lookMs });
  const rows = useRows(pages);
  return (
    <Page
      title="Audit"
      about="Every change of state, in order. A row that is changed, missing or moved is found by anyone who holds the chain."
      actions={
        <Button
          component="a"
          variant="default"
          href={urlOf('audit.export', {})}
          download="edict-audit.jsonl"
          leftSection={<IconDownload size={14} />}
        >
          Export
        </Button>
      }
      fill
    >
      <ChainState />
      <Filters url={url} setUrl={setUrl} />
      <PagedTable
        label="Audit rows"
        pages={pages}
        rowId={({ id }) => String(id)}
        rowLabel={({ id, event, subject }) => `${id} ${event} ${subject}`}
        onOpen={({ id }) => setUrl({ row: String(id) })}
        columns={columns}
        empty={<Nothing filtered={Object.keys(query).length > 0} onAll={() => setUrl(filtersOff)} />}
      />
      <RowDrawer id={url['row']} known={rows} onClose={() => setUrl({ row: undefined })} />
    </Page>
  );
}

const columns: readonly Column<AuditRow>[] = [
  { key: 'id', title: 'Row', width: '4.5rem', align: 'end', cell: ({ id }) => id },
  { key: 'at', title: 'When', width: '11rem', cell: ({ at }) => <When at={at} /> },
  { key: 'event', title: 'Event', width: 'minmax(11rem, 0.8fr)', cell: ({ event }) => <span className={css['event']}>{event}</span> },
  { key: 'subject', title: 'About', width: 'minmax(12rem, 1.4fr)', cell: ({ subject }) => <Subject subject={subject} /> },
  { key: 'actor', title: 'By', width: 'minmax(8rem, 0.7fr)', cell: ({ actor }) => actor },
];

function Nothing({ filtered, onAll }: { readonly filtered: boolean; readonly onAll: () => void }): ReactElement {
  return filtered ? (
    <Empty
      title="No row is like that"
      action={
        <Button variant="default" onClick={onAll}>
          Show all rows
        </Button>
      }
    />
  ) : (
    <Empty title="Nothing has happened yet">
      Whatever changes state writes its row here first: a policy drafted, a vote, an effect before it is made and after.
    </Empty>
  );
}
