/** One approval: the facts of it first, what others said and what was decided before, text that nobody checked last; beside it the decision. */
import type { ReactElement } from 'react';
import type { Approval } from '../../../api/contract/approvals.ts';
import { useRead } from '../../api/queries.ts';
import { Link } from '../../app/link.tsx';
import { useParam } from '../../app/url.ts';
import { CopyObject } from '../../look/copy.tsx';
import { Page } from '../../look/page.tsx';
import { State } from '../../look/state.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { Asked } from './asked.tsx';
import { Before } from './before.tsx';
import { Change } from './change.tsx';
import { Decide } from './decide.tsx';
import { Facts, Prose } from './facts.tsx';
import { Felt } from './felt.tsx';
import { Ladder } from './ladder.tsx';
import { Talk } from './talk.tsx';
import { Votes } from './votes.tsx';
import css from './approval.module.css';

/** Where no event tells of a vote. */
const lookMs = 5000;

export function Screen(): ReactElement {
  const id = useParam('approval');
  const { data, error, refetch } = useRead('approvals.get', { params: { id } }, { everyMs: lookMs });
  if (data === undefined) {
    return (
      <Page title="Approval">{error === null ? <Loading lines={8} /> : <Failure error={error} onRetry={() => void refetch()} />}</Page>
    );
  }
  return <Shown approval={data} key={id} />;
}

function Shown({ approval }: { readonly approval: Approval }): ReactElement {
  return (
    <Page title={approval.summary} about={<About approval={approval} />} actions={<Copies approval={approval} />}>
      <div className={css['columns']}>
        <div className={css['facts']}>
          <Asked approval={approval} />
          <Change approval={approval} />
          <Felt approval={approval} />
          <Facts approval={approval} />
          <Before approval={approval} />
          <Talk approval={approval} />
          <Prose approval={approval} />
        </div>
        <div className={css['side']}>
          <Decide approval={approval} />
          <Votes approval={approval} />
          <Ladder approval={approval} />
        </div>
      </div>
    </Page>
  );
}

function About({ approval }: { readonly approval: Approval }): ReactElement {
  const { requester, openedAt, run, plan, status, risk } = approval;
  return (
    <span className={css['about']}>
      <State value={status === 'open' ? 'waiting' : status} label={status === 'open' ? 'waiting for a decision' : status} />
      {risk === 'high' ? <State value="high-risk" tone="bad" label="high risk" /> : null}
      <span>
        asked by <strong>{requester}</strong> <When at={openedAt} as="distance" />
      </span>
      <span>
        step{' '}
        <Link to={`/runs/${run}`} search={{ step: approval.step }}>
          {approval.step}
        </Link>{' '}
        of {plan.playbook} {plan.version}
      </span>
    </span>
  );
}

function Copies({ approval }: { readonly approval: Approval }): ReactElement {
  const { id, digest } = approval;
  const cli = `edict approval show ${id}\nedict approve ${id} --digest ${digest}`;
  return <CopyObject label="Copy this approval" object={approval} path={`/v1/approvals/${id}`} cli={cli} />;
}
