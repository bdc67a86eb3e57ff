/** Enforcement points: what should be in force at each, what is, and since when that was seen. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Point } from '../../../api/contract/points.ts';
import { useRead } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { useUrlState } from '../../app/url.ts';
import { DataTable, type Column } from '../../look/data-table.tsx';
import { Narrowed } from '../../look/narrowed.tsx';
import { Page } from '../../look/page.tsx';
import { Empty, Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { AddPoint } from './add-point.tsx';
import { Health } from './health.tsx';
import { PermissionsInShort } from './permissions.tsx';
import { PointDrawer } from './point-drawer.tsx';
import { Decided } from './probe.tsx';
import css from './points.module.css';

const lookMs = 10_000;
const healths: readonly Point['health'][] = ['unknown', 'in-force', 'drifted', 'unreachable'];

export function Screen(): ReactElement {
  const [{ point, health: named }, setUrl] = useUrlState();
  const health = healths.find((one) => one === named);
  const { data, error, refetch } = useRead('points.list', {}, { everyMs: lookMs });
  const items = data?.items ?? [];
  const rows = health === undefined ? items : items.filter((one) => one.health === health);
  return (
    <Page
      title="Enforcement points"
      about={<About points={items} />}
      actions={
        <>
          {health === undefined ? null : (
            <Narrowed onOff={() => setUrl({ health: undefined })}>
              <Health health={health} />
            </Narrowed>
          )}
          <Actions />
        </>
      }
      fill
    >
      {data === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )
      ) : (
        <DataTable
          label="Enforcement points"
          rows={rows}
          rowId={({ name }) => name}
          rowLabel={({ name }) => name}
          onOpen={({ name }) => setUrl({ point: name })}
          columns={columns}
          empty={
            items.length > 0 ? (
              <Empty title="No point is like that" />
            ) : (
              <Empty title="There is no enforcement point yet">
                A firewall that runs nftables, or an OPA that services ask. An administrator adds one; from then on it is looked at all the
                time, and what differs from what should be there is told.
              </Empty>
            )
          }
        />
      )}
      <PointDrawer point={items.find(({ name }) => name === point)} onClose={() => setUrl({ point: undefined })} />
    </Page>
  );
}

const columns: readonly Column<Point>[] = [
  { key: 'health', title: 'Health', width: '9rem', by: ({ health }) => health, cell: ({ health }) => <Health health={health} /> },
  {
    key: 'name',
    title: 'Point',
    width: 'minmax(12rem, 1fr)',
    by: ({ name }) => name,
    cell: ({ name, target }) => (
      <>
        <span className={css['name']}>{name}</span> <span className={css['quiet']}>{target}</span>
      </>
    ),
  },
  {
    key: 'policies',
    title: 'Should hold',
    width: 'minmax(7rem, 1fr)',
    cell: ({ desired: { policyVersions } }) =>
      policyVersions.length === 0 ? 'nothing' : policyVersions.map(({ policy, version }) => `${policy} v${version}`).join(', '),
  },
  { key: 'holds', title: 'Holds', width: '7.5rem', cell: (point) => <Holds point={point} /> },
  { key: 'isolated', title: 'Isolated', width: '5rem', align: 'end', cell: ({ desired: { isolations } }) => isolations.length },
  {
    key: 'probe',
    title: 'Last probe',
    width: '10.5rem',
    by: ({ lastProbe }) => lastProbe?.at,
    cell: ({ lastProbe }) =>
      lastProbe === undefined ? (
        'none yet'
      ) : (
        <>
          <Decided decision={lastProbe.decision} /> <When at={lastProbe.at} as="distance" />
        </>
      ),
  },
  { key: 'permissions', title: 'Permissions', width: '9rem', cell: ({ permissions }) => <PermissionsInShort seen={permissions} /> },
  {
    key: 'at',
    title: 'Seen',
    width: '5rem',
    by: ({ updatedAt }) => updatedAt,
    cell: ({ updatedAt }) => <When at={updatedAt} as="distance" />,
  },
];

function Holds({ point: { health, drift, desired, observed } }: { readonly point: Point }): ReactElement {
  if (health === 'unreachable' || observed === undefined) return <>not known</>;
  if (drift.length > 0) return <>{drift.length === 1 ? 'something else' : `${drift.length} differences`}</>;
  return <>{desired.artifact === undefined && desired.isolations.length === 0 ? 'nothing' : 'the same'}</>;
}

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
