/** Breaking the glass: the plan runs now, without the votes, on one person's word; others look at it afterwards. */
import { Modal, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Approval } from '../../../../api/contract/approvals.ts';
import { printDuration } from '../../../../domain/playbook/duration.ts';
import { useSend } from '../../../api/queries.ts';
import { notify } from '../../../app/notices.tsx';
import { Digest } from '../../../look/digest.tsx';
import { Again } from './again.tsx';
import { Effects } from '../asked.tsx';
import { useDraft } from '../draft.ts';
import { Hold } from './hold.tsx';
import { Refused } from './refused.tsx';
import css from './dialog.module.css';

const reasonLeast = 10;

export function GlassDialog({ approval, onClose }: { readonly approval: Approval; readonly onClose: () => void }): ReactElement {
  const [digest] = useState(approval.digest);
  const [reason, setReason, forget] = useDraft(`glass:${approval.id}`);
  const given = reason.trim();
  const { mutate, isPending, error, reset } = useSend('approvals.break-glass', {
    stale: ['approvals.get', 'approvals.list', 'reviews.list'],
    onDone: () => {
      forget();
      notify('The glass is broken: the plan runs now. Others review it.', { tone: 'bad' });
      onClose();
    },
  });
  const send = () => mutate({ params: { id: approval.id }, body: { digest, reason: given } });
  return (
    <Modal opened onClose={onClose} size="36rem" title="Break the glass" closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={css['dialog']}>
        <p className={css['warning']}>
          The plan runs at once, without the {approval.quorum === 1 ? 'approval' : `${approval.quorum} approvals`} that it takes. An
          incident is kept of it, and somebody else has to review it
          {approval.breakGlass === undefined ? '' : ` within ${printDuration(approval.breakGlass.reviewMs)}`}.
        </p>
        <div className={css['plan']}>
          <Effects approval={approval} effects={approval.plan.effects} />
          <p className={css['bound']}>
            Bound to the plan <Digest value={digest} length={16} />
          </p>
        </div>
        <Textarea
          label="Why it cannot wait"
          description={`At least ${reasonLeast} characters. Who reviews it reads this first.`}
          required
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          maxLength={2000}
          data-autofocus
        />
        {error === null ? null : <Refused error={error} />}
        <Again error={error} approval={approval.id} onAgain={() => (reset(), send())} />
        <Hold
          verb="break the glass"
          word="break"
          danger
          busy={isPending}
          blocked={given.length < reasonLeast ? 'A reason comes first.' : undefined}
          onDone={send}
        />
      </div>
    </Modal>
  );
}
