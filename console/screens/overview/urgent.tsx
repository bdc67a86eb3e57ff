/** The five that are due first, and the approvals that expire first: the way to the next thing to do. */
import type { ReactElement } from 'react';
import { useRead } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { Link } from '../../app/link.tsx';
import { Section } from '../../look/page.tsx';
import { Severity } from '../../look/severity.tsx';
import { Countdown } from '../../look/when.tsx';
import { Due } from '../incidents/columns.tsx';
import { FirstSteps } from './first-steps.tsx';
import css from './overview.module.css';

const shown = 6;

export function Urgent(): ReactElement {
  const { data } = useRead('incidents.list', { query: { status: 'open', order: 'urgent', limit: shown } });
  const approvals = useRead('approvals.list', { query: { status: 'open', order: 'expiring', limit: shown } });
  const may = useMay();
  return (
    <>
      <Section title="Due first" aside={<Link to="/incidents">All incidents</Link>} flush>
        {data?.items.length === 0 ? <FirstSteps /> : null}
        <ul className={css['rows']}>
          {data?.items.map((row) => (
            <li key={row.id}>
              <Severity value={row.severity} terse />
              <Link to={`/incidents/${row.id}`} className={css['name']} title={row.title}>
                {row.title}
              </Link>
              <span className={css['who']}>{row.assignee ?? 'nobody'}</span>
              <Due row={row} />
            </li>
          ))}
        </ul>
      </Section>
      <Section title="Waits for a decision" aside={<Link to="/approvals">All approvals</Link>} flush>
        {approvals.data?.items.length === 0 ? (
          <p className={css['nothing']}>Nothing waits. What a playbook may not do alone is asked here.</p>
        ) : null}
        <ul className={css['rows']}>
          {approvals.data?.items.map(({ id, summary, votes, quorum, expiresAt, roles }) => (
            <li key={id}>
              {may('approvals.get') ? (
                <Link to={`/approvals/${id}`} className={css['name']} title={summary}>
                  {summary}
                </Link>
              ) : (
                <span className={css['name']}>{summary}</span>
              )}
              <span className={css['who']}>
                {votes.filter(({ decision }) => decision === 'approve').length} of {quorum}, {roles.join(' or ')}
              </span>
              <Countdown until={expiresAt} late="over since" />
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}
