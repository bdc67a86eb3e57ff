/** What is usual between zones, between hosts, or of a host: since when, how often, by what, how much, at which hours. */
import { useMemo } from 'react';
import type { ReactElement } from 'react';
import type { BaselineItem } from '../../../api/contract/context/insight.ts';
import { usePages } from '../../api/queries.ts';
import { Link } from '../../app/link.tsx';
import { useUrlState, type UrlState } from '../../app/url.ts';
import type { Column } from '../../look/data-table.tsx';
import { PagedTable } from '../../look/paged-table.tsx';
import { Empty } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { sizeWords } from './size.ts';
import { Chosen, Filters, Typed } from './filters.tsx';
import { MeasuredWords, Newest } from './measured.tsx';
import css from './context.module.css';

const scopes = ['zones', 'pairs', 'hosts'] as const;
const choices = [
  { value: 'zones', label: 'Between zones' },
  { value: 'pairs', label: 'Between hosts' },
  { value: 'hosts', label: 'Of each host' },
];

export function Baselines(): ReactElement {
  const [url, setUrl] = useUrlState();
  const scope = scopes.find((one) => one === url['scope']) ?? 'zones';
  const pages = usePages('context.baselines', { query: queryOf(url, scope) }, { keep: true });
  const [first] = pages.data?.pages ?? [];
  const columns = useMemo(() => columnsOf(scope), [scope]);
  return (
    <>
      <Filters
        label="Filter the baselines"
        names={['scope', 'text', 'fresh', 'since']}
        aside={<MeasuredWords measured={first?.measured} />}
      >
        <Chosen name="scope" label="Of what" any="Between zones" choices={choices} />
        <Typed name="text" label="Name" hint="payments" />
        <Chosen name="fresh" label="How old" any="Old and new" choices={[{ value: 'yes', label: 'Only what is new' }]} />
        <Newest measured={first?.measured} />
      </Filters>
      <PagedTable
        label="Baselines"
        pages={pages}
        rowId={({ from, to }) => `${from} ${to ?? ''}`}
        rowLabel={({ from, to }) => (to === undefined ? from : `${from} to ${to}`)}
        {...(scope === 'zones'
          ? {}
          : {
              onOpen: ({ from, to }: BaselineItem) =>
                setUrl({ tab: 'seen', from, to, text: undefined, scope: undefined, fresh: undefined, since: undefined }),
            })}
        columns={columns}
        empty={
          <Empty title="No connection of that kind was recorded">
            What is usual is learned from logs of connections (Zeek’s conn.log).
          </Empty>
        }
      />
    </>
  );
}

function queryOf({ text, fresh, since }: UrlState, scope: (typeof scopes)[number]) {
  return {
    scope,
    ...(text === undefined ? {} : { text }),
    ...(fresh === undefined ? {} : { fresh: 'yes' as const }),
    ...(since === undefined ? {} : { since }),
  };
}

function columnsOf(scope: (typeof scopes)[number]): readonly Column<BaselineItem>[] {
  const peers: Column<BaselineItem> = {
    key: 'peers',
    title: 'Talks to hosts',
    width: '7rem',
    align: 'end',
    cell: ({ peers: count }) => count.toLocaleString(),
  };
  const to: Column<BaselineItem> = { key: 'to', title: 'To', width: 'minmax(8rem, 1fr)', cell: (row) => row.to };
  return [
    { key: 'from', title: 'From', width: 'minmax(8rem, 1fr)', cell: ({ from }) => from },
    scope === 'hosts' ? peers : to,
    {
      key: 'connections',
      title: 'Connections',
      width: '6.5rem',
      align: 'end',
      cell: (row) => <Counted row={row} linked={scope !== 'zones'} />,
    },
    { key: 'new', title: 'New', width: '4rem', align: 'end', cell: ({ recent, fresh }) => (fresh ? 'all' : recent.toLocaleString()) },
    { key: 'usual', title: 'Usual', width: '4rem', align: 'end', cell: ({ median }) => median.toLocaleString() },
    { key: 'most', title: 'Most', width: '4rem', align: 'end', cell: ({ most }) => most.toLocaleString() },
    { key: 'bytes', title: 'Sent', width: '6rem', align: 'end', cell: ({ sentBytes }) => sizeWords(sentBytes) },
    { key: 'services', title: 'By', width: 'minmax(8rem, 1fr)', cell: ({ services }) => servicesWords(services) },
    { key: 'hours', title: 'Hours (UTC)', width: '6.5rem', cell: ({ hours }) => <Hours hours={hours} /> },
    { key: 'first', title: 'First', width: '9.5rem', cell: ({ firstAt }) => <When at={firstAt} /> },
  ];
}

function servicesWords(services: readonly string[]): string {
  return services.length > 3 ? `${services.slice(0, 3).join(', ')} +${services.length - 3}` : services.join(', ');
}

function Counted({ row: { from, to, connections }, linked }: { readonly row: BaselineItem; readonly linked: boolean }): ReactElement {
  const count = connections.toLocaleString();
  if (!linked) return <>{count}</>;
  return <Link to={`/context?${new URLSearchParams({ tab: 'seen', from, ...(to === undefined ? {} : { to }) }).toString()}`}>{count}</Link>;
}

/** Twenty-four bars, midnight first. */
function Hours({ hours }: { readonly hours: readonly number[] }): ReactElement {
  const most = Math.max(1, ...hours);
  const busiest = hours.indexOf(most);
  return (
    <svg
      className={css['hours']}
      viewBox="0 0 96 20"
      role="img"
      aria-label={`busiest at ${busiest} o’clock UTC, ${hours.filter((count) => count > 0).length} of 24 hours`}
    >
      {hours.map((count, hour) => {
        const height = count === 0 ? 0.5 : 2 + (count / most) * 18;
        // oxlint-disable-next-line react/no-array-index-key -- an hour is its place
        return <rect key={hour} x={hour * 4} y={20 - height} width="3" height={height} />;
      })}
    </svg>
  );
}
