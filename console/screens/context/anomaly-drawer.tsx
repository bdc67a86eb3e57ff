/** One anomaly: why it is one, in words, in a picture and in figures; the connections that it came from; and the incident, which a person opens. */
import { Button, Drawer } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { AnomalyDetail } from '../../../api/contract/context/insight.ts';
import { refresh, useRead, useSend } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { Link } from '../../app/link.tsx';
import { partOf } from '../../app/part.tsx';
import { Confirm } from '../../look/confirm.tsx';
import { PlainTable, type PlainColumn } from '../../look/plain-table.tsx';
import { Severity } from '../../look/severity.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { kindWords } from './kinds.ts';
import css from './context.module.css';

const Picture = partOf(() => import('./picture.tsx'), 'Picture');

type DrawerProps = { readonly id: string | undefined; readonly since: string | undefined; readonly onClose: () => void };

export function AnomalyDrawer({ id, since, onClose }: DrawerProps): ReactElement {
  return (
    <Drawer opened={id !== undefined} onClose={onClose} size="lg" title="Anomaly" closeButtonProps={{ 'aria-label': 'Close' }}>
      {id === undefined ? null : <Known id={id} since={since} />}
    </Drawer>
  );
}

function Known({ id, since }: { readonly id: string; readonly since: string | undefined }): ReactElement {
  const [waits, setWaits] = useState(false);
  const query = since === undefined ? {} : { since };
  // Until the incident of what was sent is there.
  const { data, error, refetch } = useRead('context.anomaly', { params: { id }, query }, { everyMs: waits ? 1500 : false });
  if (data === undefined) return error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />;
  if (waits && data.incident !== undefined) {
    setWaits(false);
    refresh(['context.anomalies']);
  }
  return <Told anomaly={data} sent={waits} onSent={() => setWaits(true)} />;
}

type ToldProps = { readonly anomaly: AnomalyDetail; readonly sent: boolean; readonly onSent: () => void };

function Told({ anomaly, sent, onSent }: ToldProps): ReactElement {
  const { severity, kind, title, explanation, picture, figures, seen, connections, at, lastAt, measured } = anomaly;
  return (
    <div className={css['told']}>
      <div className={css['lead']}>
        <h3 className={css['name']}>{title}</h3>
        <p className={css['mark']}>
          <Severity value={severity} /> {kindWords[kind]}, from <When at={at} /> to <When at={lastAt} />
        </p>
        <p>{explanation}</p>
      </div>
      <Picture picture={picture} since={measured.since} />
      <PlainTable label="Figures" rows={figures} rowId={({ name }) => name} columns={figureColumns} />
      <Opens anomaly={anomaly} sent={sent} onSent={onSent} />
      <PlainTable label="Connections that it came from" rows={seen} rowId={({ id }) => id} columns={seenColumns} />
      <p className={css['quiet']}>
        {seen.length < connections ? `The first ${seen.length} of ${connections.toLocaleString()}. ` : ''}
        <Link to={linkOf(anomaly)}>All that was recorded in that time</Link>
      </p>
    </div>
  );
}

function linkOf({ kind, subject, peer, at, lastAt }: AnomalyDetail): string {
  const ends = kind === 'new-zones' ? {} : { from: subject, ...(peer === undefined ? {} : { to: peer }) };
  return `/context?${new URLSearchParams({ tab: 'seen', ...ends, after: at, until: lastAt }).toString()}`;
}

function Opens({ anomaly, sent, onSent }: ToldProps): ReactElement | null {
  const may = useMay();
  const [asks, setAsks] = useState(false);
  const send = useSend('signals.send', {
    onDone: () => {
      setAsks(false);
      onSent();
    },
  });
  const { signal, incident } = anomaly;
  if (incident !== undefined) return <Link to={`/incidents/${incident}`}>The incident that was opened from it</Link>;
  if (sent) return <p role="status">Sent. Its incident is being opened.</p>;
  if (!may('signals.send')) return null;
  return (
    <div>
      <Button onClick={() => setAsks(true)}>Open an incident…</Button>
      <Confirm
        title="Open an incident from it"
        opened={asks}
        onClose={() => setAsks(false)}
        verb="Send the signal"
        busy={send.isPending}
        error={send.error}
        onConfirm={() => send.mutate({ body: signal })}
      >
        <p>
          It is sent as a signal <code>{signal.kind}</code> of severity {signal.severity}, once. Whatever playbook is started by such
          signals starts.
        </p>
      </Confirm>
    </div>
  );
}

const told = (value: number | undefined, unit: string): string =>
  value === undefined ? '–' : `${value.toLocaleString(undefined, { maximumFractionDigits: 2 })} ${unit}`.trim();

const figureColumns: readonly PlainColumn<AnomalyDetail['figures'][number]>[] = [
  { key: 'name', title: 'Measure', cell: ({ name }) => name },
  { key: 'value', title: 'Value', align: 'end', weight: 'strong', cell: ({ value, unit }) => told(value, unit) },
  { key: 'usual', title: 'Usual', align: 'end', cell: ({ usual, unit }) => told(usual, unit) },
  { key: 'limit', title: 'Told from', align: 'end', weight: 'quiet', cell: ({ limit, unit }) => told(limit, unit) },
];

const seenColumns: readonly PlainColumn<AnomalyDetail['seen'][number]>[] = [
  { key: 'at', title: 'When', cell: ({ at }) => <When at={at} /> },
  { key: 'from', title: 'From', cell: ({ from, fromAsset }) => fromAsset ?? from },
  { key: 'to', title: 'To', cell: ({ to, toAsset }) => toAsset ?? to },
  { key: 'service', title: 'Service', cell: ({ service }) => service },
  { key: 'state', title: 'State', weight: 'quiet', cell: ({ state }) => state ?? '–' },
];
