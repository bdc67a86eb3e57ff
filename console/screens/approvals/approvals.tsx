/** The inbox: what waits for who looks at it first; for others; and what was decided. */
import { SegmentedControl } from '@mantine/core';
import type { ReactElement } from 'react';
import type { Approval } from '../../../api/contract/approvals.ts';
import { usePages } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { useGo, useUrlState } from '../../app/url.ts';
import { DataTable, type Column } from '../../look/data-table.tsx';
import { Narrowed } from '../../look/narrowed.tsx';
import { Page } from '../../look/page.tsx';
import { State } from '../../look/state.tsx';
import { Empty, Failure, Loading } from '../../look/told.tsx';
import { Countdown, When } from '../../look/when.tsx';
import { Link } from '../../app/link.tsx';
import { useStanding } from '../approval/use-standing.ts';
import { PassedOn } from './passed-on.tsx';
import { viewOf, waitingQuery, type View } from './query.ts';
import { Tasks } from './tasks.tsx';
import { useWhole, type Whole } from './use-whole.ts';
import css from './approvals.module.css';

const lookMs = 10_000;
const live = { keep: true, everyMs: lookMs } as const;

export function Screen(): ReactElement {
  const [url, setUrl] = useUrlState();
  const may = useMay();
  const open = useWhole(usePages('approvals.list', { query: { limit: 500, ...waitingQuery(url) } }, live));
  const tasks = useWhole(usePages('tasks.list', { query: { limit: 500, status: 'open' } }, { ...live, enabled: may('tasks.list') }));
  const standing = useStanding();
  const items = open.rows ?? [];
  const mine = items.filter((one) => standing(one).is === 'mine');
  const view = viewOf(url);
  return (
    <Page
      title="Approvals"
      about={<About waiting={open} mine={mine.length} />}
      actions={
        <>
          {url['within'] === undefined ? null : (
            <Narrowed onOff={() => setUrl({ within: undefined })}>Expires within {url['within']} minutes</Narrowed>
          )}
          <SegmentedControl
            size="xs"
            aria-label="Which approvals"
            value={view}
            onChange={(value) => setUrl({ view: value === 'mine' ? undefined : value })}
            data={[
              { value: 'mine', label: `For me ${mine.length}` },
              { value: 'all', label: `All open ${items.length}` },
              ...(may('tasks.list') ? [{ value: 'tasks', label: `Tasks ${tasks.rows?.length ?? 0}` }] : []),
              { value: 'decided', label: 'Decided' },
            ]}
          />
        </>
      }
      fill
    >
      <PassedOn />
      {view === 'decided' ? (
        <Decided />
      ) : view === 'tasks' ? (
        <Tasks tasks={tasks} />
      ) : open.rows === undefined ? (
        open.error === null ? (
          <Loading />
        ) : (
          <Failure error={open.error} onRetry={open.retry} />
        )
      ) : (
        <Waiting view={view} rows={view === 'mine' ? mine : items} others={items.length - mine.length} />
      )}
    </Page>
  );
}

function About({ waiting: { rows, whole }, mine }: { readonly waiting: Whole<Approval>; readonly mine: number }): ReactElement {
  if (rows === undefined || !whole) return <>Counting what waits…</>;
  if (mine === 0) return <>Nothing waits for you.</>;
  return <>{mine === 1 ? 'One decision waits' : `${mine} decisions wait`} for you.</>;
}

type WaitingProps = { readonly view: View; readonly rows: readonly Approval[]; readonly others: number };

function Waiting({ view, rows, others }: WaitingProps): ReactElement {
  const go = useGo();
  const standing = useStanding();
  return (
    <DataTable
      label="Approvals that wait"
      rows={rows}
      rowId={({ id }) => id}
      rowLabel={({ summary }) => summary}
      rowHeight={52}
      onOpen={({ id }) => go(`/approvals/${id}`)}
      empty={<NothingWaits view={view} others={others} />}
      columns={waitingColumns(view === 'all' ? (one) => standing(one).is : undefined)}
    />
  );
}

function waitingColumns(standingOf: ((approval: Approval) => keyof typeof standingWords) | undefined): readonly Column<Approval>[] {
  return [
    {
      key: 'risk',
      title: 'Risk',
      width: '6.5rem',
      cell: ({ risk }) => <State value={risk} tone={risk === 'high' ? 'bad' : 'still'} label={risk === 'high' ? 'high' : 'normal'} />,
    },
    { key: 'what', title: 'What is asked', width: 'minmax(16rem, 1fr)', cell: (row) => <What row={row} /> },
    ...(standingOf === undefined
      ? []
      : [{ key: 'whose', title: 'Waits for', width: '9rem', cell: (row: Approval) => standingWords[standingOf(row)] ?? '' }]),
    { key: 'quorum', title: 'Approvals', width: '8.5rem', cell: (row) => <Quorum row={row} /> },
    { key: 'asked', title: 'Asked', width: '6rem', cell: ({ openedAt }) => <When at={openedAt} as="distance" /> },
    { key: 'left', title: 'Expires in', width: '7rem', align: 'end', cell: ({ expiresAt }) => <Countdown until={expiresAt} late="over" /> },
  ];
}

const standingWords = { mine: 'me', voted: 'others: I voted', asked: 'others: I asked', others: 'others' } as const;

function What({ row: { id, summary, requester, plan, targets } }: { readonly row: Approval }): ReactElement {
  return (
    <div className={css['what']}>
      <Link to={`/approvals/${id}`} className={css['summary']}>
        {summary}
      </Link>
      <span className={css['under']}>
        {requester} · {plan.effects.map(({ action }) => action).join(', ')}
        {targets.length === 0 ? '' : ` · ${targets.slice(0, 3).join(', ')}${targets.length > 3 ? ` and ${targets.length - 3} more` : ''}`}
      </span>
    </div>
  );
}

function Quorum({ row: { quorum, votes, digest, roles, people } }: { readonly row: Approval }): ReactElement {
  const given = votes.filter((vote) => vote.decision === 'approve' && vote.digest === digest).length;
  return (
    <div className={css['what']}>
      <span className={css['given']} data-some={given > 0}>
        {given} of {quorum}
      </span>
      <span className={css['under']}>{[...roles, ...people].join(', ')}</span>
    </div>
  );
}

function NothingWaits({ view, others }: { readonly view: View; readonly others: number }): ReactElement {
  return view === 'mine' && others > 0 ? (
    <Empty title="Nothing waits for you">
      <p>{others === 1 ? 'One approval is open, for others' : `${others} approvals are open, for others`}: see “All open”.</p>
    </Empty>
  ) : (
    <Empty title="Nothing waits for a decision">
      <p>
        A playbook asks here before it does what people should decide on: with the exact plan, who would feel it, and until when. Roles of
        yours that it asks bring it to you.
      </p>
    </Empty>
  );
}

function Decided(): ReactElement {
  const go = useGo();
  const pages = usePages('approvals.list', { query: { limit: 100, status: 'decided' } }, { keep: true });
  const rows = (pages.data?.pages ?? []).flatMap(({ items }) => items);
  if (pages.data === undefined)
    return pages.error === null ? <Loading /> : <Failure error={pages.error} onRetry={() => void pages.refetch()} />;
  return (
    <DataTable
      label="Approvals that were decided"
      rows={rows}
      rowId={({ id }) => id}
      rowLabel={({ summary }) => summary}
      rowHeight={52}
      onOpen={({ id }) => go(`/approvals/${id}`)}
      more={pages.hasNextPage}
      onEnd={() => void pages.fetchNextPage()}
      empty={<Empty title="Nothing was decided yet" />}
      columns={decidedColumns}
    />
  );
}

const decidedColumns: readonly Column<Approval>[] = [
  { key: 'status', title: 'Decision', width: '8rem', cell: ({ status }) => <State value={status} /> },
  { key: 'what', title: 'What was asked', width: 'minmax(16rem, 1fr)', cell: (row) => <What row={row} /> },
  {
    key: 'by',
    title: 'By',
    width: '10rem',
    cell: ({ votes, granted }) =>
      granted?.by === 'break-glass' ? 'broken glass' : [...new Set(votes.map(({ by }) => by))].join(', ') || 'nobody',
  },
  {
    key: 'at',
    title: 'When',
    width: '8rem',
    align: 'end',
    cell: ({ closedAt, openedAt }) => <When at={closedAt ?? openedAt} as="distance" />,
  },
];
