/** What is known around policy: the inventory, who talks to whom, and how much of each was loaded. */
import { lazy, Suspense } from 'react';
import type { ReactElement } from 'react';
import type { ContextReply } from '../../../api/contract/context.ts';
import { useRead } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { useUrlState } from '../../app/url.ts';
import { Page, Section } from '../../look/page.tsx';
import { Empty, Failure, Loading } from '../../look/told.tsx';
import { Connections } from './connections.tsx';
import { Load } from './load.tsx';
import css from './context.module.css';

const TalkGraph = lazy(async () => ({ default: (await import('./talk-graph.tsx')).TalkGraph }));

const lookMs = 60_000;

export function Screen(): ReactElement {
  const { data, error, refetch } = useRead('context.get', {}, { keep: true, everyMs: lookMs });
  const may = useMay();
  return (
    <Page
      title="Context"
      about="What names in policies mean, and what was seen."
      actions={may('context.connections') ? <Load /> : undefined}
    >
      {data === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )
      ) : (
        <Known context={data} />
      )}
    </Page>
  );
}

function Known({ context: { counts, graph } }: { readonly context: ContextReply }): ReactElement {
  const [{ host }, setUrl] = useUrlState();
  const choose = (name: string | undefined): void => setUrl({ host: name });
  return (
    <div className={css['stack']}>
      <dl className={css['counts']}>
        {figures.map(({ key, label }) => (
          <div key={key}>
            <dt>{label}</dt>
            <dd>{counts[key].toLocaleString()}</dd>
          </div>
        ))}
      </dl>
      {graph.edges.length === 0 ? (
        <Empty title="Nobody was seen talking yet">
          Load an inventory and a log of connections (Zeek’s <code>conn.log</code>): who talks to whom stands here, what-if is answered by
          it, and anomalies are measured against it.
        </Empty>
      ) : (
        <>
          <Section title="Who talks to whom" aside={graph.truncated ? 'the busiest 2,000 connections' : null} flush>
            <Suspense fallback={<Loading />}>
              <TalkGraph graph={graph} host={host} onHost={choose} />
            </Suspense>
          </Section>
          <Connections graph={graph} host={host} onHost={choose} />
        </>
      )}
    </div>
  );
}

const figures = [
  { key: 'assets', label: 'assets' },
  { key: 'zones', label: 'zones' },
  { key: 'entities', label: 'entities' },
  { key: 'connections', label: 'connections' },
  { key: 'identityEvents', label: 'identity events' },
  { key: 'indicators', label: 'indicators' },
  { key: 'decisions', label: 'decisions' },
] as const;
