/** The same in words: who to whom, by what, how often; of one host where one is chosen. */
import { Button } from '@mantine/core';
import { useMemo } from 'react';
import type { ReactElement } from 'react';
import type { ContextReply } from '../../../api/contract/context.ts';
import { DataTable, type Column } from '../../look/data-table.tsx';
import { Section } from '../../look/page.tsx';
import { When } from '../../look/when.tsx';
import css from './context.module.css';

type Graph = ContextReply['graph'];
type Edge = Graph['edges'][number];
type ConnectionsProps = { readonly graph: Graph; readonly host: string | undefined; readonly onHost: (name: string | undefined) => void };

export function Connections({ graph: { edges, nodes }, host, onHost }: ConnectionsProps): ReactElement {
  const rows = useMemo(() => (host === undefined ? edges : edges.filter(({ from, to }) => from === host || to === host)), [edges, host]);
  const known = nodes.find(({ name }) => name === host);
  const where = known === undefined ? '' : [known.zone, known.criticality].filter((word) => word !== undefined).join(', ');
  return (
    <Section
      title={host === undefined ? `${rows.length} connections` : `${host}: ${rows.length} connections`}
      aside={
        host === undefined ? null : (
          <>
            <span>{where}</span>
            <Button size="compact-xs" variant="default" onClick={() => onHost(undefined)}>
              Show all
            </Button>
          </>
        )
      }
      flush
    >
      <div className={css['table']}>
        <DataTable
          label="Connections"
          rows={rows}
          rowId={({ from, to, service }) => `${from} ${to} ${service}`}
          rowLabel={({ from, to, service }) => `${from} to ${to} by ${service}`}
          onOpen={({ from }) => onHost(from)}
          columns={columns}
        />
      </div>
    </Section>
  );
}

const columns: readonly Column<Edge>[] = [
  { key: 'from', title: 'From', width: 'minmax(9rem, 1fr)', cell: ({ from }) => from },
  { key: 'to', title: 'To', width: 'minmax(9rem, 1fr)', cell: ({ to }) => to },
  { key: 'service', title: 'Service', width: '8rem', cell: ({ service }) => service },
  { key: 'times', title: 'Times', width: '7rem', align: 'end', cell: ({ connections }) => connections.toLocaleString() },
  { key: 'bytes', title: 'Bytes', width: '8rem', align: 'end', cell: ({ bytes }) => bytes.toLocaleString() },
  { key: 'last', title: 'Last', width: '11rem', cell: ({ lastAt }) => <When at={lastAt} /> },
];
