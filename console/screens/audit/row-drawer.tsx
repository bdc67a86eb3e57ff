/** One row whole: what it says, and what binds it to its neighbour. `known`: the rows that are loaded; another is read. */
import { Button, Drawer } from '@mantine/core';
import type { ReactElement } from 'react';
import type { AuditRow } from '../../../api/contract/audit.ts';
import { useRead } from '../../api/queries.ts';
import { useUrlState } from '../../app/url.ts';
import { Digest } from '../../look/digest.tsx';
import { Facts } from '../../look/facts.tsx';
import { Json } from '../../look/json.tsx';
import { Empty, Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import css from './audit.module.css';
import { Subject } from './subject.tsx';

type DrawerProps = { readonly id: string | undefined; readonly known: readonly AuditRow[]; readonly onClose: () => void };

export function RowDrawer({ id, known, onClose }: DrawerProps): ReactElement {
  return (
    <Drawer opened={id !== undefined} onClose={onClose} title={`Row ${id ?? ''}`} closeButtonProps={{ 'aria-label': 'Close' }}>
      {id === undefined ? null : <Row id={Number(id)} known={known} />}
    </Drawer>
  );
}

function Row({ id, known }: { readonly id: number; readonly known: readonly AuditRow[] }): ReactElement {
  const loaded = known.find((row) => row.id === id);
  const asked = useRead('audit.list', { query: { since: id - 1, limit: 1 } }, { enabled: loaded === undefined && id > 0 });
  const row = loaded ?? asked.data?.items[0];
  if (row === undefined || row.id !== id)
    return asked.error === null ? (
      asked.data === undefined ? (
        <Loading />
      ) : (
        <Empty title="There is no such row" />
      )
    ) : (
      <Failure error={asked.error} />
    );
  return <Told row={row} />;
}

function Told({ row }: { readonly row: AuditRow }): ReactElement {
  const [, setUrl] = useUrlState();
  return (
    <div className={css['told']}>
      <Facts
        of={[
          ['event', row.event],
          ['about', <Subject key="about" subject={row.subject} />],
          ['by', row.actor],
          ['when', <When key="when" at={row.at} />],
          ['hash', <Digest key="hash" value={row.hash} length={24} />],
          ['row before', <Digest key="before" value={row.previous} length={24} />],
        ]}
      />
      <Json value={row.detail} label="What the row says" />
      <div className={css['more']}>
        <Button variant="default" onClick={() => setUrl({ subject: row.subject, row: undefined })}>
          All about {row.subject.split('/')[0]}
        </Button>
        <Button variant="default" onClick={() => setUrl({ actor: row.actor, row: undefined })}>
          All by {row.actor}
        </Button>
      </div>
    </div>
  );
}
