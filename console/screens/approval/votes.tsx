/** Who has decided so far, for which plan and why; narrower plans that others can join; and who broke the glass. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Approval } from '../../../api/contract/approvals.ts';
import { Digest } from '../../look/digest.tsx';
import { Section } from '../../look/page.tsx';
import { State } from '../../look/state.tsx';
import { When } from '../../look/when.tsx';
import { Effects } from './asked.tsx';
import { useStanding } from './use-standing.ts';
import { VoteDialog } from './dialogs/vote-dialog.tsx';
import css from './approval.module.css';

type Vote = Approval['votes'][number];

export function Votes({ approval }: { readonly approval: Approval }): ReactElement | null {
  const { votes, proposals, granted, review } = approval;
  if (votes.length === 0 && granted === undefined) return null;
  return (
    <Section title="Decisions so far">
      <ul className={css['votes']} aria-live="polite">
        {votes.map((vote) => (
          <OneVote key={`${vote.by} ${vote.at}`} vote={vote} whole={vote.digest === approval.digest} />
        ))}
        {review === undefined ? null : (
          <li className={css['vote']}>
            <p className={css['vote-head']}>
              <State value="broken" tone="bad" label="glass broken" /> <strong>{review.by}</strong>{' '}
              <When at={review.openedAt} as="distance" />
            </p>
            <q className={css['reason']}>{review.reason}</q>
            <p className={css['quiet']}>
              Review {review.status}
              {review.status === 'open' ? (
                <>
                  , due <When at={review.dueAt} as="distance" />
                </>
              ) : (
                ` by ${review.closedBy ?? ''}`
              )}
            </p>
          </li>
        )}
      </ul>
      {proposals.map((proposal) => (
        <Proposal key={proposal.digest} approval={approval} proposal={proposal} />
      ))}
    </Section>
  );
}

function OneVote({ vote, whole }: { readonly vote: Vote; readonly whole: boolean }): ReactElement {
  const { by, onBehalfOf, decision, at, reason, digest } = vote;
  return (
    <li className={css['vote']}>
      <p className={css['vote-head']}>
        <State value={decision === 'approve' ? 'approved' : 'denied'} /> <strong>{by}</strong>
        {onBehalfOf === undefined ? null : <span>for {onBehalfOf}</span>} <When at={at} as="distance" />
      </p>
      {whole || decision === 'deny' ? null : (
        <p className={css['quiet']}>
          a narrower plan, <Digest value={digest} length={8} />
        </p>
      )}
      {reason === undefined ? null : <q className={css['reason']}>{reason}</q>}
    </li>
  );
}

type ProposalProps = { readonly approval: Approval; readonly proposal: Approval['proposals'][number] };

function Proposal({ approval, proposal }: ProposalProps): ReactElement {
  const standing = useStanding()(approval);
  const [joining, setJoining] = useState(false);
  const { digest, effects, leftOut, approvals } = proposal;
  return (
    <div className={css['proposal']}>
      <p className={css['vote-head']}>
        <strong>Narrower plan</strong> <Digest value={digest} length={8} />
        <span>
          {approvals} of {approval.quorum}
        </span>
      </p>
      {leftOut.length === 0 ? null : <p className={css['quiet']}>without {leftOut.join(', ')}</p>}
      {effects.map(({ step, lease }) => (
        <p key={step} className={css['quiet']}>
          {step}
          {lease === undefined ? '' : `, for ${lease}`}
        </p>
      ))}
      {standing.is === 'mine' && approval.status === 'open' ? (
        <Button variant="default" onClick={() => setJoining(true)}>
          Approve this instead…
        </Button>
      ) : null}
      {joining && standing.is === 'mine' ? (
        <VoteDialog
          approval={approval}
          decision="approve"
          voices={standing.voices}
          plan={{ digest, shown: <Effects approval={approval} effects={effects} /> }}
          onClose={() => setJoining(false)}
        />
      ) : null}
    </div>
  );
}
