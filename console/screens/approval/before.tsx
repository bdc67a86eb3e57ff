/** How the same was decided before, why, and what came of it. */
import type { ReactElement } from 'react';
import type { Approval, SimilarApproval } from '../../../api/contract/approvals.ts';
import { useRead } from '../../api/queries.ts';
import { Link } from '../../app/link.tsx';
import { Section } from '../../look/page.tsx';
import { State } from '../../look/state.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import css from './approval.module.css';

export function Before({ approval: { id } }: { readonly approval: Approval }): ReactElement {
  const { data, error, refetch } = useRead('approvals.similar', { params: { id }, query: { limit: 6 } });
  return (
    <Section title="Decided before" aside={data === undefined || data.items.length === 0 ? undefined : tallyOf(data.items)}>
      {data === undefined ? (
        error === null ? (
          <Loading lines={2} />
        ) : (
          <Failure error={error} onRetry={() => void refetch()} inline />
        )
      ) : data.items.length === 0 ? (
        <p className={css['quiet']}>Nobody was asked this before: it is the first of its kind.</p>
      ) : (
        <ul className={css['rows']}>
          {data.items.map((one) => (
            <Decided key={one.id} of={one} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function tallyOf(items: readonly SimilarApproval[]): string {
  return ['approved', 'denied', 'expired']
    .map((status) => [status, items.filter((one) => one.status === status).length] as const)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(' · ');
}

function Decided({ of }: { readonly of: SimilarApproval }): ReactElement {
  const { id, status, summary, sameStep, votes, closedAt, openedAt, outcome, run, playbook, step } = of;
  const by = [...new Set(votes.map((vote) => vote.by))].join(', ');
  const reasons = votes.flatMap(({ reason }) => reason ?? []);
  return (
    <li className={css['row']}>
      <State value={status} />
      <div className={css['row-words']}>
        <Link to={`/approvals/${id}`}>{summary}</Link>
        <p className={css['quiet']}>
          {by === '' ? 'nobody answered' : `by ${by}`} · <When at={closedAt ?? openedAt} as="distance" />
          {sameStep ? '' : ` · ${playbook}, step ${step}`}
          {outcome === undefined ? '' : ' · '}
          {outcome === undefined ? null : <Link to={`/runs/${run}`}>its run ended as {outcome}</Link>}
        </p>
        {reasons.map((reason) => (
          <q key={reason} className={css['reason']}>
            {reason}
          </q>
        ))}
      </div>
    </li>
  );
}
