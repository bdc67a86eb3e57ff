/** How things stand: what needs somebody now, how fast it goes, what is in force. Every number opens its list. */
import { Fragment } from 'react';
import type { ReactElement } from 'react';
import type { Overview } from '../../../api/contract/work/overview.ts';
import { useRead } from '../../api/queries.ts';
import { useSession } from '../../api/session.tsx';
import { Link } from '../../app/link.tsx';
import { Page, Section } from '../../look/page.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { Daily } from './daily.tsx';
import { Figure } from './figure.tsx';
import { Now } from './now.tsx';
import { automationNumbers, workNumbers } from './numbers.ts';
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
  const numbers = workNumbers({ overview: data, counts: counts.data });
  return (
    <Page title="Overview" about={<FirstLine numbers={numbers} live={counts.data.live} name={person.name} />}>
      <div className={css['board']}>
        <Now numbers={numbers} />
        <Urgent />
        <Section title="Opened in two weeks" aside="per day, UTC">
          <Daily daily={data.daily} />
        </Section>
        <Times metrics={metrics.data} />
        <Standing overview={data} />
        <Automation overview={data} />
      </div>
    </Page>
  );
}

function Automation({ overview }: { readonly overview: Overview }): ReactElement {
  const { automatic, handled, incidents } = automationNumbers(overview);
  return (
    <Section title="Automation" aside="incidents of 30 days">
      <div className={css['pair']}>
        <Figure of={automatic} label="began by themselves" value={share(automatic.count, incidents.count)} />
        <Figure of={handled} label="handled by a playbook" value={share(handled.count, incidents.count)} />
        <Figure of={incidents} label="incidents" />
      </div>
    </Section>
  );
}

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.round((100 * part) / whole)} %`;
}

type FirstLineProps = { readonly numbers: ReturnType<typeof workNumbers>; readonly live: number; readonly name: string };

function FirstLine({ numbers: { critical, late, approvals }, live, name }: FirstLineProps): ReactElement {
  const parts = [
    { of: critical, words: 'critical' },
    { of: late, words: 'late' },
    { of: approvals, words: 'waiting for approval' },
  ].filter((part) => part.of.count > 0);
  if (parts.length === 0)
    return <>{live === 0 ? `Nothing is open, ${name}.` : `${live} open; nothing is critical, late, or waits for an approval.`}</>;
  return (
    <>
      Needs somebody now:{' '}
      {parts.map(({ of, words }, index) => (
        <Fragment key={words}>
          {index === 0 ? null : ', '}
          <Link to={of.to}>
            {of.count.toLocaleString()} {words}
          </Link>
        </Fragment>
      ))}
      .
    </>
  );
}
