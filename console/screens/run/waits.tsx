/** What a step waits for people for: an approval, which is decided on its own page; a task, which is answered here. */
import type { ReactElement } from 'react';
import { useRead } from '../../api/queries.ts';
import { Link } from '../../app/link.tsx';
import { Countdown } from '../../look/when.tsx';
import { Part } from './part.tsx';
import type { StepView } from './step-state.ts';
import { TaskForm } from './task-form.tsx';
import css from './run.module.css';

export function Waits({ run, view }: { readonly run: string; readonly view: StepView }): ReactElement | null {
  if (view.task !== undefined) return <TaskForm id={view.task} />;
  return view.approval === undefined ? null : <Asked run={run} id={view.approval} />;
}

function Asked({ run, id }: { readonly run: string; readonly id: string }): ReactElement {
  const { data } = useRead('approvals.list', { query: { run, limit: 100 } }, { everyMs: 5000 });
  const approval = data?.items.find((one) => one.id === id);
  const given = approval?.votes.filter((vote) => vote.decision === 'approve' && vote.digest === approval.digest).length ?? 0;
  return (
    <Part title="Approval">
      <div className={approval?.status === 'open' ? css['waits'] : css['rows']}>
        <p className={css['waits-title']}>{approval?.summary ?? id}</p>
        {approval === undefined ? null : approval.status === 'open' ? (
          <p>
            {given} of {approval.quorum}, by {[...approval.roles, ...approval.people].join(' or ')}; expires in{' '}
            <Countdown until={approval.expiresAt} />
          </p>
        ) : (
          <p>
            {approval.status}
            {approval.votes.length === 0 ? '' : ` by ${[...new Set(approval.votes.map(({ by }) => by))].join(', ')}`}
          </p>
        )}
        <p>
          <Link to={`/approvals/${id}`}>{approval?.status === 'open' ? 'Read the plan and decide' : 'See how it was decided'}</Link>
        </p>
      </div>
    </Part>
  );
}
