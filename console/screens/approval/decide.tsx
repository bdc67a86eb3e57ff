/** The decision: how long there is, how many it takes, and what this person may do about it. */
import { Button, Menu } from '@mantine/core';
import IconDots from '@tabler/icons-react/icons/IconDots';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Approval } from '../../../api/contract/approvals.ts';
import { useMay, useSession } from '../../api/session.tsx';
import { useNow } from '../../look/clock.ts';
import { State } from '../../look/state.tsx';
import { Countdown, When } from '../../look/when.tsx';
import { DelegateDialog } from './dialogs/delegate-dialog.tsx';
import { GlassDialog } from './dialogs/glass-dialog.tsx';
import { NarrowDialog } from './dialogs/narrow-dialog.tsx';
import { useStanding } from './use-standing.ts';
import { VoteDialog } from './dialogs/vote-dialog.tsx';
import css from './approval.module.css';

type Open = 'approve' | 'deny' | 'narrow' | 'glass' | 'delegate' | undefined;

export function Decide({ approval }: { readonly approval: Approval }): ReactElement {
  const over = Date.parse(approval.expiresAt) <= useNow(1000);
  return (
    <section className={css['decide']} aria-label="The decision" data-status={approval.status}>
      {approval.status === 'open' ? <StillOpen approval={approval} over={over} /> : <Closed approval={approval} />}
    </section>
  );
}

function Closed({ approval: { status, closedAt, granted, votes } }: { readonly approval: Approval }): ReactElement {
  const by =
    granted?.by === 'break-glass'
      ? 'by broken glass'
      : votes.length === 0
        ? ''
        : `by ${[...new Set(votes.map((vote) => vote.by))].join(', ')}`;
  return (
    <div className={css['outcome']} role="status">
      <p className={css['outcome-word']}>
        <State value={status} />
      </p>
      <p className={css['quiet']}>
        {by} {closedAt === undefined ? null : <When at={closedAt} />}
      </p>
      <p>{closedWords[status]}</p>
    </div>
  );
}

const closedWords: Readonly<Record<Approval['status'], string>> = {
  open: '',
  approved: 'The run may do exactly this plan, and nothing else. What became of it stands in the run.',
  denied: 'Nothing of it was done.',
  expired: 'Nobody decided in time, so nothing of it was done.',
  cancelled: 'The run stopped waiting: it was cancelled, or asked again with another plan.',
};

function StillOpen({ approval, over }: { readonly approval: Approval; readonly over: boolean }): ReactElement {
  const { quorum, votes, digest, roles, people, expiresAt } = approval;
  const forIt = votes.filter((vote) => vote.decision === 'approve' && vote.digest === digest).length;
  return (
    <>
      <div className={css['clock']}>
        <span className={css['clock-name']}>{over ? 'its time is over' : 'expires in'}</span>
        <span className={css['clock-time']}>
          <Countdown until={expiresAt} late="since" />
        </span>
      </div>
      <div className={css['quorum']}>
        <span className={css['marks']} aria-hidden="true">
          {Array.from({ length: quorum }, (_, at) => (
            <span key={at} data-given={at < forIt} />
          ))}
        </span>
        <span>
          <strong>
            {forIt} of {quorum}
          </strong>{' '}
          {quorum === 1 ? 'approval' : 'approvals'}, by {[...roles, ...people].join(' or ')}
        </span>
      </div>
      <Choices approval={approval} over={over} />
    </>
  );
}

function Choices({ approval, over }: { readonly approval: Approval; readonly over: boolean }): ReactElement {
  const standing = useStanding()(approval);
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  return (
    <>
      {standing.is === 'mine' ? (
        <div className={css['choices']}>
          <Button size="sm" disabled={over} onClick={() => setOpen('approve')}>
            Approve…
          </Button>
          <Button size="sm" variant="outline" color="red" disabled={over} onClick={() => setOpen('deny')}>
            Deny…
          </Button>
          <More approval={approval} mine onOpen={setOpen} />
        </div>
      ) : (
        <div className={css['choices']}>
          <p className={css['not-mine']}>{notMine[standing.is]}</p>
          <More approval={approval} mine={false} onOpen={setOpen} />
        </div>
      )}
      {(open === 'approve' || open === 'deny') && standing.is === 'mine' ? (
        <VoteDialog approval={approval} decision={open} voices={standing.voices} onClose={close} />
      ) : null}
      {open === 'narrow' && standing.is === 'mine' ? <NarrowDialog approval={approval} voices={standing.voices} onClose={close} /> : null}
      {open === 'glass' ? <GlassDialog approval={approval} onClose={close} /> : null}
      {open === 'delegate' ? <DelegateDialog onClose={close} /> : null}
    </>
  );
}

const notMine = {
  voted: 'You have voted. A vote is final.',
  asked: 'You asked for this. Who asks does not approve.',
  others: 'It waits for others: you have none of the roles that are asked.',
} as const;

type MoreProps = { readonly approval: Approval; readonly mine: boolean; readonly onOpen: (open: Open) => void };

function More({ approval, mine, onOpen }: MoreProps): ReactElement | null {
  const may = useMay();
  const { person } = useSession();
  const glass = may('approvals.break-glass') && person.roles.some((role) => approval.breakGlass?.roles.includes(role) === true);
  const delegate = may('delegations.give');
  if (!mine && !glass && !delegate) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="sm" variant="default" aria-label="More ways to decide" px={8}>
          <IconDots size={16} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {mine ? <Menu.Item onClick={() => onOpen('narrow')}>Approve less of it…</Menu.Item> : null}
        {delegate ? <Menu.Item onClick={() => onOpen('delegate')}>Pass my roles on for a time…</Menu.Item> : null}
        {glass ? (
          <Menu.Item color="red" onClick={() => onOpen('glass')}>
            Break the glass…
          </Menu.Item>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  );
}
