/** Recorded connections, the newest first, by who, to whom, by what and when. */
import type { ReactElement } from 'react';
import type { ConnectionItem } from '../../../api/contract/context/insight.ts';
import { usePages } from '../../api/queries.ts';
import { useUrlState } from '../../app/url.ts';
import type { Column } from '../../look/data-table.tsx';
import { PagedTable } from '../../look/paged-table.tsx';
import { Empty } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { Filters, Typed } from './filters.tsx';
import { sizeWords } from './size.ts';
import css from './context.module.css';

const names = ['host', 'from', 'to', 'service', 'after', 'until'] as const;

export function Seen(): ReactElement {
  const [url] = useUrlState();
  const given = Object.fromEntries(
    names.flatMap((name) => (url[name] === undefined ? [] : [[name === 'after' ? 'since' : name, url[name]]])),
  );
  const pages = usePages('context.seen', { query: { limit: 200, ...given } }, { keep: true });
  const { after, until } = url;
  return (
    <>
      <Filters
        label="Filter the connections"
        names={names}
        aside={
          after === undefined || until === undefined ? null : (
            <>
              from <When at={after} /> to <When at={until} />
            </>
          )
        }
      >
        <Typed name="host" label="At either end" hint="ws-17" />
        <Typed name="from" label="From" hint="10.1.0.10" />
        <Typed name="to" label="To" hint="db-1" />
        <Typed name="service" label="Service" hint="tcp/443" />
      </Filters>
      <PagedTable
        label="Recorded connections"
        pages={pages}
        rowId={({ id }) => id}
        rowLabel={({ from, to, service }) => `${from} to ${to} by ${service}`}
        columns={columns}
        empty={
          <Empty title="No such connection was recorded">
            Names are those of the inventory, or addresses; a service is tcp/443, udp/53, icmp or other.
          </Empty>
        }
      />
    </>
  );
}

function End({ address, asset }: { readonly address: string; readonly asset: string | undefined }): ReactElement {
  return asset === undefined ? (
    <>{address}</>
  ) : (
    <>
      {asset} <span className={css['quiet']}>{address}</span>
    </>
  );
}

const columns: readonly Column<ConnectionItem>[] = [
  { key: 'at', title: 'When', width: '11rem', cell: ({ at }) => <When at={at} /> },
  { key: 'from', title: 'From', width: 'minmax(11rem, 1fr)', cell: ({ from, fromAsset }) => <End address={from} asset={fromAsset} /> },
  { key: 'to', title: 'To', width: 'minmax(11rem, 1fr)', cell: ({ to, toAsset }) => <End address={to} asset={toAsset} /> },
  { key: 'service', title: 'Service', width: '7rem', cell: ({ service }) => service },
  { key: 'state', title: 'State', width: '5rem', cell: ({ state }) => state ?? '–' },
  { key: 'sent', title: 'Sent', width: '6rem', align: 'end', cell: ({ sentBytes }) => sizeWords(sentBytes) },
  { key: 'received', title: 'Received', width: '6rem', align: 'end', cell: ({ receivedBytes }) => sizeWords(receivedBytes) },
];
