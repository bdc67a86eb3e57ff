/** What is known around policy: assets and zones, who talks to whom, what is usual in it and what is not, identity events, indicators. */
import type { ReactElement } from 'react';
import type { ContextReply } from '../../../api/contract/context.ts';
import { useRead } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { partOf } from '../../app/part.tsx';
import { useUrlState } from '../../app/url.ts';
import { Page, Section } from '../../look/page.tsx';
import { Tabs } from '../../look/tabs.tsx';
import { Empty, Failure, Loading } from '../../look/told.tsx';
import { Anomalies } from './anomalies.tsx';
import { Assets } from './assets.tsx';
import { Baselines } from './baselines.tsx';
import { Connections } from './connections.tsx';
import { Identities } from './identities.tsx';
import { Indicators } from './indicators.tsx';
import { Load } from './load.tsx';
import { Seen } from './seen.tsx';
import css from './context.module.css';

const TalkGraph = partOf(() => import('./talk-graph.tsx'), 'TalkGraph');

const lookMs = 60_000;
const leaves = [
  'host',
  'from',
  'to',
  'service',
  'after',
  'until',
  'text',
  'kind',
  'type',
  'seen',
  'scope',
  'fresh',
  'zone',
  'anomaly',
  'since',
];

export function Screen(): ReactElement {
  const { data, error, refetch } = useRead('context.get', {}, { keep: true, everyMs: lookMs });
  const found = useRead('context.anomalies', { query: { limit: 1 } }, { keep: true, everyMs: lookMs });
  const may = useMay();
  if (data === undefined)
    return (
      <Page title="Context" about="What names in policies mean, and what was seen.">
        {error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />}
      </Page>
    );
  const { assets, connections, identityEvents, indicators } = data.counts;
  return (
    <Page title="Context" about={<About counts={data.counts} />} actions={may('context.connections') ? <Load /> : undefined} fill>
      <Tabs
        label="What is known"
        leaves={leaves}
        tabs={[
          { tab: 'talk', title: 'Who talks to whom' },
          { tab: 'anomalies', title: 'Anomalies', more: found.data === undefined ? undefined : found.data.total.toLocaleString() },
          { tab: 'baselines', title: 'Baselines' },
          { tab: 'seen', title: 'Connections', more: connections.toLocaleString() },
          { tab: 'indicators', title: 'Indicators', more: indicators.toLocaleString() },
          { tab: 'assets', title: 'Assets', more: assets.toLocaleString() },
          { tab: 'identities', title: 'Identity events', more: identityEvents.toLocaleString() },
        ]}
      >
        {(tab) => (tab === 'talk' ? <Talk context={data} /> : rooms[tab])}
      </Tabs>
    </Page>
  );
}

const rooms = {
  anomalies: <Anomalies />,
  baselines: <Baselines />,
  seen: <Seen />,
  indicators: <Indicators />,
  assets: <Assets />,
  identities: <Identities />,
};

function About({ counts: { zones, entities, decisions } }: Pick<ContextReply, 'counts'>): ReactElement {
  return (
    <>
      What names in policies mean, and what was seen: {zones.toLocaleString()} zones, {entities.toLocaleString()} people, groups and
      resources, {decisions.toLocaleString()} decisions of enforcement points.
    </>
  );
}

function Talk({ context: { graph } }: { readonly context: ContextReply }): ReactElement {
  const [{ host }, setUrl] = useUrlState();
  const choose = (name: string | undefined): void => setUrl({ host: name });
  if (graph.edges.length === 0)
    return (
      <Empty title="Nobody was seen talking yet">
        Load an inventory and a log of connections (Zeek’s <code>conn.log</code>): who talks to whom stands here, what-if is answered by it,
        and anomalies are measured against it.
      </Empty>
    );
  return (
    <div className={css['stack']}>
      <Section title="Who talks to whom" aside={graph.truncated ? 'the busiest 2,000 connections' : null} flush>
        <TalkGraph graph={graph} host={host} onHost={choose} />
      </Section>
      <Connections graph={graph} host={host} onHost={choose} />
    </div>
  );
}
