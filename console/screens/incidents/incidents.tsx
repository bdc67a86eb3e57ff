/** The queue of incidents: what needs somebody, what is due first. */
import { Button } from '@mantine/core';
import { useCallback, useState } from 'react';
import type { ReactElement } from 'react';
import type { IncidentSummary } from '../../../api/contract/incidents.ts';
import { useRead } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { useGo, useUrlState } from '../../app/url.ts';
import type { UrlState } from '../../app/url.ts';
import { DataTable } from '../../look/data-table.tsx';
import { Page } from '../../look/page.tsx';
import { Empty, Failure, Loading } from '../../look/told.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { columns } from './columns.tsx';
import { Filters } from './filters.tsx';
import { useChange } from './use-change.ts';
import { useQueue } from './use-queue.ts';
import { Views } from './views.tsx';
import css from './incidents.module.css';

const nothing: ReadonlySet<string> = new Set();
const rowId = ({ id }: IncidentSummary): string => id;
const rowLabel = ({ title }: IncidentSummary): string => title;

export function Screen(): ReactElement {
  const [url, setUrl] = useUrlState();
  const [picked, setPicked] = useState(nothing);
  const [pointed, setPointed] = useState(false);
  const queue = useQueue(url, pointed || picked.size > 0);
  const may = useMay();
  const go = useGo();
  const changing = useChange();
  const clear = useCallback(() => setPicked(nothing), []);
  const onOpen = useCallback(({ id }: IncidentSummary) => go(`/incidents/${id}`), [go]);
  return (
    <Page title="Incidents" about={<About />} actions={<Filters url={url} onChange={setUrl} />} fill>
      <Views url={url} />
      {queue.fresh > 0 ? (
        <Button className={css['fresh']} variant="light" onClick={queue.takeFresh}>
          {queue.fresh} new: show
        </Button>
      ) : null}
      {queue.error !== null ? <Failure error={queue.error} onRetry={queue.retry} /> : null}
      {queue.loading ? (
        <Loading lines={12} label="Loading the incidents" />
      ) : (
        <div className={css['list']} onPointerEnter={() => setPointed(true)} onPointerLeave={() => setPointed(false)}>
          <DataTable
            label="Incidents"
            rows={queue.rows}
            columns={columns}
            rowId={rowId}
            rowLabel={rowLabel}
            onOpen={onOpen}
            onEnd={queue.onEnd}
            more={queue.more}
            empty={<Nothing url={url} onClear={() => setUrl(cleared(url))} />}
            {...(may('incidents.change') ? { picking: { picked, onPick: setPicked } } : {})}
          />
        </div>
      )}
      <BulkBar picked={[...picked]} changing={changing} onClear={clear} />
    </Page>
  );
}

function cleared(url: UrlState): UrlState {
  return Object.fromEntries(Object.keys(url).map((name) => [name, undefined]));
}

function About(): ReactElement {
  const { data } = useRead('incidents.counts', {});
  if (data === undefined) return <>&nbsp;</>;
  const { live, unassigned, late, severities } = data;
  return (
    <>
      {live} live, {severities.critical} of them critical · {unassigned} without an assignee · {late} late
    </>
  );
}

function Nothing({ url, onClear }: { readonly url: UrlState; readonly onClear: () => void }): ReactElement {
  if (Object.values(url).some((value) => value !== undefined))
    return (
      <Empty title="No incident is like that" action={<Button onClick={onClear}>Show all that are live</Button>}>
        <p>Other filters may find what you look for.</p>
      </Empty>
    );
  return (
    <Empty title="No incidents">
      <p>
        A signal opens one: a webhook of a detector, a program with a token, or somebody by hand. Signals of the same key are one incident.
      </p>
      <p>
        Try it: <code>edict --as analyst signal send beacon --severity high --source ws-17 --destination 203.0.113.9</code>
      </p>
    </Empty>
  );
}
