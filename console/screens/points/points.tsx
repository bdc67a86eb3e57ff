/** Enforcement points: what should be in force at each, what is, and since when that was seen. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Point } from '../../../api/contract/points.ts';
import { useRead } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { useUrlState } from '../../app/url.ts';
import { DataTable, type Column } from '../../look/data-table.tsx';
import { Page } from '../../look/page.tsx';
import { Empty, Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { AddPoint } from './add-point.tsx';
import { Health } from './health.tsx';
import { PointDrawer } from './point-drawer.tsx';
import css from './points.module.css';

const lookMs = 10_000;

export function Screen(): ReactElement {
  const [{ point }, setUrl] = useUrlState();
  const { data, error, refetch } = useRead('points.list', {}, { everyMs: lookMs });
  const items = data?.items ?? [];
  return (
    <Page title="Enforcement points" about={<About points={items} />} actions={<Actions />} fill>
      {data === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )
      ) : (
        <DataTable
          label="Enforcement points"
          rows={items}
          rowId={({ name }) => name}
          rowLabel={({ name }) => name}
          onOpen={({ name }) => setUrl({ point: name })}
          columns={columns}
          empty={
            <Empty title="There is no enforcement point yet">
              A firewall that runs nftables, or an OPA that services ask. An administrator adds one; from then on it is looked at all the
              time, and what differs from what should be there is told.
            </Empty>
          }
        />
      )}
      <PointDrawer point={items.find(({ name }) => name === point)} onClose={() => setUrl({ point: undefined })} />
    </Page>
  );
}

const columns: readonly Column<Point>[] = [
  { key: 'health', title: 'Health', width: '10rem', cell: ({ health }) => <Health health={health} /> },
  { key: 'name', title: 'Point', width: 'minmax(10rem, 1fr)', cell: ({ name }) => <span className={css['name']}>{name}</span> },
  { key: 'target', title: 'Takes', width: '9rem', cell: ({ target }) => target },
  {
    key: 'policies',
    title: 'Should hold',
    width: 'minmax(12rem, 1.6fr)',
    cell: ({ desired: { policyVersions } }) =>
      policyVersions.length === 0 ? 'nothing' : policyVersions.map(({ policy, version }) => `${policy} v${version}`).join(', '),
  },
  { key: 'isolated', title: 'Isolated', width: '6rem', align: 'end', cell: ({ desired: { isolations } }) => isolations.length },
  { key: 'at', title: 'Changed', width: '7rem', cell: ({ updatedAt }) => <When at={updatedAt} as="distance" /> },
];

function About({ points }: { readonly points: readonly Point[] }): ReactElement {
  const off = points.filter(({ health }) => health !== 'in-force').length;
  if (points.length === 0) return <>Where policy is enforced.</>;
  return (
    <>
      {off === 0
        ? 'All are as they should be.'
        : `${off} of ${points.length} ${off === 1 ? 'is' : 'are'} not as ${off === 1 ? 'it' : 'they'} should be.`}
    </>
  );
}

function Actions(): ReactElement | null {
  const may = useMay();
  const [open, setOpen] = useState(false);
  if (!may('points.put')) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>Add a point…</Button>
      {open ? <AddPoint onClose={() => setOpen(false)} /> : null}
    </>
  );
}
