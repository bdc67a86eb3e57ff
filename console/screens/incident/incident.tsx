/** The room of one incident: what is known at the left, what happened in the middle, what is under way at the right. */
import type { ReactElement } from 'react';
import { useRead } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { Link } from '../../app/link.tsx';
import { useParam } from '../../app/url.ts';
import { Page } from '../../look/page.tsx';
import { Severity } from '../../look/severity.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { Aside } from './aside.tsx';
import { Composer } from './composer.tsx';
import { Facts } from './facts.tsx';
import { HeadActions } from './head-actions.tsx';
import { Timeline } from './timeline.tsx';
import css from './incident.module.css';

export function Screen(): ReactElement {
  const id = useParam('incident');
  const may = useMay();
  const { data: detail, error, refetch } = useRead('incidents.get', { params: { id } });
  if (detail === undefined)
    return (
      <Page title="Incident" about={id}>
        {error === null ? <Loading label="Loading the incident" lines={9} /> : <Failure error={error} onRetry={() => void refetch()} />}
      </Page>
    );
  return (
    <Page
      title={detail.title}
      heading={
        <span className={css['heading']}>
          <Severity value={detail.severity} terse />
          {detail.title}
        </span>
      }
      about={
        <>
          <Link to="/incidents">Incidents</Link> / <code>{detail.id}</code>
        </>
      }
      actions={<HeadActions detail={detail} />}
      fill
    >
      <div className={css['room']}>
        <Facts detail={detail} />
        <div className={css['middle']}>
          <Timeline detail={detail} key={detail.id} />
          {may('incidents.comment') ? <Composer incident={detail.id} key={`write ${detail.id}`} /> : null}
        </div>
        <Aside detail={detail} />
      </div>
    </Page>
  );
}
