/** What a step waits for people for: an approval, which is decided on its own page; a task, which is answered here. */
import type { ReactElement } from 'react';
import type { Approval } from '../../../api/contract/approvals.ts';
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
  const open = approval?.status === 'open';
  return (
    <Part title="Approval">
      <div className={open ? css['waits'] : css['rows']}>
        <p className={css['waits-title']}>{approval?.summary ?? id}</p>
        {approval === undefined ? null : <HowFar approval={approval} />}
        <p>
          <Link to={`/approvals/${id}`}>{open ? 'Read the plan and decide' : 'See how it was decided'}</Link>
        </p>
      </div>
    </Part>
  );
}

function HowFar({ approval: { status, votes, digest, quorum, roles, people, expiresAt } }: { readonly approval: Approval }): ReactElement {
  const given = votes.filter((vote) => vote.decision === 'approve' && vote.digest === digest).length;
  const by = [...new Set(votes.map((vote) => vote.by))].join(', ');
  if (status !== 'open') return <p>{by === '' ? status : `${status} by ${by}`}</p>;
  return (
    <p>
      {given} of {quorum}, by {[...roles, ...people].join(' or ')}; expires in <Countdown until={expiresAt} />
    </p>
  );
}
