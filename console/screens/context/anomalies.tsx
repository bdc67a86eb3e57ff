/** What the past does not explain, the gravest first. Nothing acts by it: a person reads, and opens an incident or does not. */
import type { ReactElement } from 'react';
import type { AnomalyItem } from '../../../api/contract/context/insight.ts';
import { usePages } from '../../api/queries.ts';
import { Link } from '../../app/link.tsx';
import { useUrlState } from '../../app/url.ts';
import type { Column } from '../../look/data-table.tsx';
import { PagedTable } from '../../look/paged-table.tsx';
import { Severity } from '../../look/severity.tsx';
import { Empty } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { AnomalyDrawer } from './anomaly-drawer.tsx';
import { Chosen, Filters, Typed } from './filters.tsx';
import { kindWords } from './kinds.ts';
import { MeasuredWords, Newest } from './measured.tsx';

const lookMs = 60_000;

export function Anomalies(): ReactElement {
  const [{ kind, host, since, anomaly }, setUrl] = useUrlState();
  const known = Object.keys(kindWords).find((one): one is AnomalyItem['kind'] => one === kind);
  const query = {
    ...(known === undefined ? {} : { kind: known }),
    ...(host === undefined ? {} : { host }),
    ...(since === undefined ? {} : { since }),
  };
  const pages = usePages('context.anomalies', { query }, { keep: true, everyMs: lookMs });
  const [first] = pages.data?.pages ?? [];
  return (
    <>
      <Filters label="Filter the anomalies" names={['kind', 'host', 'since']} aside={<MeasuredWords measured={first?.measured} />}>
        <Chosen name="kind" label="Kind" any="Any kind" choices={Object.entries(kindWords).map(([value, label]) => ({ value, label }))} />
        <Typed name="host" label="Host or zone" hint="ws-17" />
        <Newest measured={first?.measured} />
      </Filters>
      <PagedTable
        label="Anomalies"
        pages={pages}
        rowId={({ id }) => id}
        rowLabel={({ title }) => title}
        onOpen={({ id }) => setUrl({ anomaly: id })}
        columns={columns}
        empty={<Nothing recorded={(first?.measured.connections ?? 0) > 0} />}
      />
      <AnomalyDrawer id={anomaly} since={since} onClose={() => setUrl({ anomaly: undefined })} />
    </>
  );
}

function Nothing({ recorded }: { readonly recorded: boolean }): ReactElement {
  return recorded ? (
    <Empty title="Nothing that the past does not explain">
      First connections between zones, hosts that reach further or send more than ever, scans and beacons stand here, each with its figures.
    </Empty>
  ) : (
    <Empty title="Nothing was recorded yet">
      Load a log of connections (Zeek’s conn.log): what is usual is learned from it, and what is not stands here with its figures.
    </Empty>
  );
}

const columns: readonly Column<AnomalyItem>[] = [
  { key: 'severity', title: 'Severity', width: '6.5rem', cell: ({ severity }) => <Severity value={severity} /> },
  { key: 'what', title: 'What', width: 'minmax(16rem, 2fr)', cell: ({ title }) => title },
  { key: 'kind', title: 'Kind', width: 'minmax(9rem, 0.7fr)', cell: ({ kind }) => kindWords[kind] },
  { key: 'connections', title: 'Connections', width: '7rem', align: 'end', cell: ({ connections }) => connections.toLocaleString() },
  { key: 'last', title: 'Last', width: '11rem', cell: ({ lastAt }) => <When at={lastAt} /> },
  {
    key: 'incident',
    title: 'Incident',
    width: '9rem',
    cell: ({ incident }) => (incident === undefined ? '–' : <Link to={`/incidents/${incident}`}>its incident</Link>),
  },
];
