/** Recorded identity events, the newest first: who did what to what, and whether it worked. */
import type { ReactElement } from 'react';
import type { IdentityEventItem } from '../../../api/contract/context/insight.ts';
import { usePages } from '../../api/queries.ts';
import { useUrlState } from '../../app/url.ts';
import type { Column } from '../../look/data-table.tsx';
import { PagedTable } from '../../look/paged-table.tsx';
import { State } from '../../look/state.tsx';
import { Empty } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { Filters, Typed } from './filters.tsx';

export function Identities(): ReactElement {
  const [{ text }] = useUrlState();
  const pages = usePages('context.identities', { query: { limit: 200, ...(text === undefined ? {} : { text }) } }, { keep: true });
  return (
    <>
      <Filters label="Filter the events" names={['text']}>
        <Typed name="text" label="Anywhere in it" hint="AssumeRole" />
      </Filters>
      <PagedTable
        label="Identity events"
        pages={pages}
        rowId={({ id }) => id}
        rowLabel={({ principal, action }) => `${principal} ${action}`}
        columns={columns}
        empty={
          <Empty title="No identity event was recorded">
            Load AWS CloudTrail’s JSON: what principals did stands here, and access policies are tried on it.
          </Empty>
        }
      />
    </>
  );
}

const columns: readonly Column<IdentityEventItem>[] = [
  { key: 'at', title: 'When', width: '11rem', cell: ({ at }) => <When at={at} /> },
  { key: 'principal', title: 'Who', width: 'minmax(14rem, 1.2fr)', cell: ({ principal }) => <span title={principal}>{principal}</span> },
  { key: 'action', title: 'Did', width: 'minmax(10rem, 0.8fr)', cell: ({ action }) => action },
  { key: 'resource', title: 'To', width: 'minmax(12rem, 1fr)', cell: ({ resource }) => <span title={resource}>{resource ?? '–'}</span> },
  { key: 'from', title: 'From', width: '9rem', cell: ({ from }) => from ?? '–' },
  {
    key: 'outcome',
    title: 'Outcome',
    width: '9rem',
    cell: ({ outcome, errorCode }) => <State value={outcome} tone={outcome === 'success' ? 'good' : 'bad'} label={errorCode ?? outcome} />,
  },
];
