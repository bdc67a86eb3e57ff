/** The library: every playbook in its newest version, found by what it is called, does, starts by, and answers to. */
import { Button, Select, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import type { PlaybookSummary } from '../../../api/contract/playbooks.ts';
import { useRead } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { Link } from '../../app/link.tsx';
import { useGo, useUrlState, type UrlState } from '../../app/url.ts';
import { DataTable, type Column } from '../../look/data-table.tsx';
import { Page } from '../../look/page.tsx';
import { Empty, Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { findPlaybooks, type Find } from './find.ts';
import css from './playbooks.module.css';

const starts = [
  { value: 'manual', label: 'by hand' },
  { value: 'signal', label: 'by a signal' },
  { value: 'schedule', label: 'by a schedule' },
  { value: 'playbook', label: 'by another playbook' },
  { value: 'none', label: 'by a stage or the API' },
] as const;

export function Screen(): ReactElement {
  const { data, error, refetch } = useRead('playbooks.list', {});
  const [url, setUrl] = useUrlState();
  const may = useMay();
  const go = useGo();
  const find: Find = { text: url['q'] ?? '', starts: url['starts'], people: url['people'] };
  const rows = findPlaybooks(data?.items ?? [], find);
  return (
    <Page
      title="Playbooks"
      about={
        data === undefined
          ? undefined
          : `${data.items.length} in the library${rows.length === data.items.length ? '' : `, ${rows.length} shown`}`
      }
      actions={may('playbooks.publish') ? <Button onClick={() => go('/write')}>Write a playbook</Button> : undefined}
      fill
    >
      <Filters find={find} setUrl={setUrl} />
      {data === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )
      ) : (
        <DataTable
          label="Playbooks"
          rows={rows}
          rowId={({ playbook }) => playbook}
          rowLabel={({ title }) => title}
          rowHeight={52}
          onOpen={({ playbook }) => go(`/playbooks/${playbook}`)}
          columns={columns}
          empty={<NoPlaybook any={data.items.length > 0} />}
        />
      )}
    </Page>
  );
}

type FiltersProps = { readonly find: Find; readonly setUrl: (patch: UrlState) => void };

function Filters({ find, setUrl }: FiltersProps): ReactElement {
  return (
    <div className={css['filters']} role="search" aria-label="Find playbooks">
      <TextInput
        aria-label="Find by name, action or technique"
        placeholder="Name, action, technique…"
        defaultValue={find.text}
        onChange={(event) => setUrl({ q: event.currentTarget.value || undefined })}
      />
      <Select
        aria-label="Started"
        placeholder="Started by anything"
        clearable
        data={[...starts]}
        value={find.starts ?? null}
        onChange={(value) => setUrl({ starts: value ?? undefined })}
      />
      <Select
        aria-label="People"
        placeholder="With or without people"
        clearable
        data={[
          { value: 'asks', label: 'asks people' },
          { value: 'alone', label: 'runs by itself' },
        ]}
        value={find.people ?? null}
        onChange={(value) => setUrl({ people: value ?? undefined })}
      />
    </div>
  );
}

function NoPlaybook({ any }: { readonly any: boolean }): ReactElement {
  if (any)
    return (
      <Empty title="No playbook is like that">Search by name, by an action such as network.isolate, or by a technique such as T1071.</Empty>
    );
  return (
    <Empty title="No playbook is published">A playbook is a procedure in YAML: steps, approvals, and how each change is undone.</Empty>
  );
}

const columns: readonly Column<PlaybookSummary>[] = [
  {
    key: 'title',
    title: 'Playbook',
    by: ({ title }) => title,
    width: 'minmax(18rem, 2fr)',
    cell: ({ playbook, version, title }) => (
      <div className={css['what']}>
        <Link to={`/playbooks/${playbook}`} className={css['title']}>
          {title}
        </Link>
        <span className={css['under']}>
          {playbook} {version}
        </span>
      </div>
    ),
  },
  {
    key: 'starts',
    title: 'Starts',
    width: '11rem',
    cell: ({ starts: by }) => (
      <span className={css['under']}>{by.length === 0 ? 'by a stage or the API' : by.map((one) => startWords[one]).join(', ')}</span>
    ),
  },
  { key: 'does', title: 'Does', width: 'minmax(12rem, 1.2fr)', cell: (row) => <Does row={row} /> },
  { key: 'owner', title: 'Owner', width: '8rem', by: ({ owner }) => owner, cell: ({ owner }) => owner ?? '' },
  {
    key: 'published',
    title: 'Published',
    by: ({ publishedAt }) => publishedAt,
    width: '6.5rem',
    align: 'end',
    cell: ({ publishedAt }) => <When at={publishedAt} as="distance" />,
  },
];

const startWords = { manual: 'by hand', signal: 'signal', schedule: 'schedule', playbook: 'after another' } as const;

function Does({ row: { actions, steps, asksPeople } }: { readonly row: PlaybookSummary }): ReactElement {
  return (
    <div className={css['what']}>
      <span className={css['actions']} title={actions.join(', ')}>
        {actions.join(', ')}
      </span>
      <span className={css['under']}>
        {steps === 1 ? 'one step' : `${steps} steps`}
        {asksPeople ? ' · asks people' : ''}
      </span>
    </div>
  );
}
