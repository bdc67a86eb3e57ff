/** How things stand: what needs somebody now, how fast it goes, what is in force. Every number opens its list. */
import type { ReactElement } from 'react';
import { useRead } from '../../api/queries.ts';
import { useSession } from '../../api/session.tsx';
import { Page, Section } from '../../look/page.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { Daily } from './daily.tsx';
import { Figure } from './figure.tsx';
import { Now } from './now.tsx';
import { Standing } from './standing.tsx';
import { Times } from './times.tsx';
import { Urgent } from './urgent.tsx';
import css from './overview.module.css';

const everyMs = 60_000;

export function Screen(): ReactElement {
  const { person } = useSession();
  const overview = useRead('overview.get', {}, { everyMs });
  const counts = useRead('incidents.counts', {}, { everyMs });
  const metrics = useRead('incidents.metrics', {}, { everyMs });
  const { data } = overview;
  const error = overview.error ?? counts.error ?? metrics.error;
  if (data === undefined || counts.data === undefined || metrics.data === undefined)
    return (
      <Page title="Overview">
        {error === null ? <Loading label="Counting" lines={9} /> : <Failure error={error} onRetry={() => void overview.refetch()} />}
      </Page>
    );
  return (
    <Page title="Overview" about={firstLine(counts.data, data.approvals.open, person.name)}>
      <div className={css['board']}>
        <Now counts={counts.data} overview={data} />
        <Urgent />
        <Section title="Opened in two weeks" aside="per day, UTC">
          <Daily daily={data.daily} />
        </Section>
        <Times metrics={metrics.data} />
        <Standing overview={data} />
        <Section title="Automation" aside="incidents of 30 days">
          <div className={css['pair']}>
            <Figure to="/runs" label="began by themselves" value={share(data.automation.automatic, data.automation.incidents)} />
            <Figure
              to="/incidents?status=closed&order=newest"
              label="handled by a playbook"
              value={share(data.automation.handled, data.automation.incidents)}
            />
            <Figure to="/incidents?order=newest" label="incidents" value={data.automation.incidents} />
          </div>
        </Section>
      </div>
    </Page>
  );
}

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.round((100 * part) / whole)} %`;
}

function firstLine(
  { live, late, severities }: { live: number; late: number; severities: { critical: number } },
  approvals: number,
  name: string,
): string {
  const parts = [
    ...(severities.critical > 0 ? [`${severities.critical} critical`] : []),
    ...(late > 0 ? [`${late} late`] : []),
    ...(approvals > 0 ? [`${approvals} waiting for approval`] : []),
  ];
  if (parts.length > 0) return `Needs somebody now: ${parts.join(', ')}.`;
  return live === 0 ? `Nothing is open, ${name}.` : `${live} open; nothing is critical, late, or waits for an approval.`;
}
