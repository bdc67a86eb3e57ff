/** Every run, newest first; what it is filtered by stands in the address. */
import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import type { ReactElement } from 'react';
import type { RunSummary } from '../../../api/contract/runs.ts';
import { usePages, useRead } from '../../api/queries.ts';
import { useSession } from '../../api/session.tsx';
import { Link } from '../../app/link.tsx';
import { useGo, useUrlState, type UrlState } from '../../app/url.ts';
import type { Column } from '../../look/data-table.tsx';
import { Narrowed } from '../../look/narrowed.tsx';
import { Page } from '../../look/page.tsx';
import { PagedTable } from '../../look/paged-table.tsx';
import { Empty } from '../../look/told.tsx';
import { lengthOf, localTime } from '../../look/time.ts';
import { When } from '../../look/when.tsx';
import { RunState } from '../run/progress.tsx';
import { filters, queryOf } from './query.ts';
import css from './runs.module.css';

const lookMs = 10_000;

export function Screen(): ReactElement {
  const [url, setUrl] = useUrlState();
  const query = queryOf(url);
  const pages = usePages('runs.list', { query: { limit: 100, ...query } }, { keep: true, everyMs: lookMs });
  const go = useGo();
  const filtered = Object.keys(query).length > 0;
  return (
    <Page title="Runs" about="What playbooks do, did, and were stopped from doing." fill>
      <Filters url={url} setUrl={setUrl} />
      <PagedTable
        label="Runs"
        pages={pages}
        rowId={({ run }) => run}
        rowLabel={({ playbook, run }) => `${playbook} ${run}`}
        onOpen={({ run }) => go(`/runs/${run}`)}
        columns={columns}
        empty={
          filtered ? (
            <Empty
              title="No run is like that"
              action={
                <Button variant="default" onClick={() => setUrl(Object.fromEntries(filters.map((name) => [name, undefined])))}>
                  Show all runs
                </Button>
              }
            />
          ) : (
            <Empty title="Nothing has run yet">
              <p>
                A run is one execution of a playbook: by hand from <Link to="/playbooks">Playbooks</Link>, by a signal, by a schedule, or
                for a policy that is drafted.
              </p>
            </Empty>
          )
        }
      />
    </Page>
  );
}

const columns: readonly Column<RunSummary>[] = [
  { key: 'state', title: 'State', width: '10rem', cell: (row) => <RunState detail={{ ...row, view: undefined }} /> },
  {
    key: 'playbook',
    title: 'Playbook',
    width: 'minmax(10rem, 1.2fr)',
    cell: ({ playbook, version, run }) => (
      <Link to={`/runs/${run}`} className={css['name']}>
        {playbook} <span>{version}</span>
      </Link>
    ),
  },
  { key: 'for', title: 'For', width: 'minmax(8rem, 1fr)', cell: (row) => <Cause row={row} /> },
  { key: 'by', title: 'Asked by', width: '9rem', cell: ({ requester }) => requester },
  { key: 'at', title: 'Asked', width: '6.5rem', cell: ({ orderedAt }) => <When at={orderedAt} as="distance" /> },
  {
    key: 'took',
    title: 'Took',
    width: '5.5rem',
    align: 'end',
    cell: ({ orderedAt, endedAt }) => (endedAt === undefined ? '' : lengthOf(Date.parse(endedAt) - Date.parse(orderedAt))),
  },
];

function Cause({ row: { incident, policy, origin } }: { readonly row: RunSummary }): ReactElement | string {
  if (incident !== undefined) return <Link to={`/incidents/${incident}`}>{incident}</Link>;
  if (policy !== undefined) return <Link to={`/policies/${policy}`}>policy {policy}</Link>;
  return origin === undefined ? (
    ''
  ) : (
    <Link to={`/runs/${origin.run}`}>
      {origin.kind === 'undo' ? 'takes back' : origin.kind === 'child' ? 'called by' : 'follows'} {origin.run}
    </Link>
  );
}

type FiltersProps = { readonly url: UrlState; readonly setUrl: (patch: UrlState) => void };

function Filters({ url, setUrl }: FiltersProps): ReactElement {
  const playbooks = useRead('playbooks.list', {});
  const { person } = useSession();
  const mine = url['requester'] === person.id;
  return (
    <div className={css['filters']} role="search" aria-label="Filter the runs">
      <Select
        aria-label="State"
        placeholder="Any state"
        clearable
        data={[
          { value: 'ordered', label: 'queued' },
          { value: 'running', label: 'under way' },
          { value: 'active', label: 'queued or under way' },
          { value: 'ended', label: 'ended' },
        ]}
        value={url['status'] ?? null}
        onChange={(status) => setUrl({ status: status ?? undefined })}
      />
      <Select
        aria-label="Outcome"
        placeholder="Any outcome"
        clearable
        data={['done', 'failed', 'denied', 'expired', 'cancelled']}
        value={url['outcome'] ?? null}
        onChange={(outcome) => setUrl({ outcome: outcome ?? undefined })}
      />
      <Select
        aria-label="Playbook"
        placeholder="Any playbook"
        clearable
        searchable
        data={(playbooks.data?.items ?? []).map(({ playbook }) => playbook)}
        value={url['playbook'] ?? null}
        onChange={(playbook) => setUrl({ playbook: playbook ?? undefined })}
      />
      <Typed label="Incident" value={url['incident'] ?? ''} onValue={(incident) => setUrl({ incident })} />
      <Button variant={mine ? 'light' : 'default'} aria-pressed={mine} onClick={() => setUrl({ requester: mine ? undefined : person.id })}>
        Asked by me
      </Button>
      {url['policy'] === undefined ? null : <Narrowed onOff={() => setUrl({ policy: undefined })}>Policy {url['policy']}</Narrowed>}
      {url['endedSince'] === undefined ? null : (
        <Narrowed onOff={() => setUrl({ endedSince: undefined })}>Ended since {localTime(Date.parse(url['endedSince']))}</Narrowed>
      )}
    </div>
  );
}

const pauseMs = 350;

function Typed({
  label,
  value,
  onValue,
}: {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string | undefined) => void;
}): ReactElement {
  const say = useDebouncedCallback((text: string) => onValue(text.trim() === '' ? undefined : text.trim()), pauseMs);
  return <TextInput aria-label={label} placeholder={label} defaultValue={value} onChange={(event) => say(event.currentTarget.value)} />;
}
