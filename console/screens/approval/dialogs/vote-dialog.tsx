/** Approving or denying: the plan and its digest once more, a reason where one is required, and a decision that is held. What was typed stays until it was sent. */
import { Modal, Select, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { Approval, VoteRequest } from '../../../../api/contract/approvals.ts';
import { notify } from '../../../app/notices.tsx';
import { useSend } from '../../../api/queries.ts';
import { Digest } from '../../../look/digest.tsx';
import { Again } from './again.tsx';
import { Effects } from '../asked.tsx';
import { useDraft } from '../draft.ts';
import { Hold } from './hold.tsx';
import { Refused } from './refused.tsx';
import css from './dialog.module.css';

type Digested = VoteRequest['digest'];
export type ShownPlan = { readonly digest: Digested; readonly shown: ReactNode; readonly narrow?: VoteRequest['narrow'] };

type VoteDialogProps = {
  readonly approval: Approval;
  readonly decision: 'approve' | 'deny';
  /** In whose right: undefined is one's own. */
  readonly voices: readonly (string | undefined)[];
  /** Another than the whole plan. */
  readonly plan?: ShownPlan;
  readonly onClose: () => void;
};

export function VoteDialog({ approval, decision, voices, plan, onClose }: VoteDialogProps): ReactElement {
  // The plan that is voted on is the one that was on the screen when the dialog opened, whatever happens meanwhile.
  const [seen] = useState(() => plan?.digest ?? approval.digest);
  const [reason, setReason, forget] = useDraft(`${decision}:${approval.id}`);
  const [voice, setVoice] = useState(voices[0]);
  const given = reason.trim();
  const { mutate, isPending, error, reset } = useSend('approvals.vote', {
    stale: ['approvals.get', 'approvals.list', 'runs.get'],
    onDone: (reply) => {
      forget();
      notify(wordsOf(decision, reply));
      onClose();
    },
  });
  const send = () =>
    mutate({
      params: { id: approval.id },
      body: {
        decision,
        digest: seen === plan?.digest && plan.narrow !== undefined ? approval.digest : seen,
        ...(given === '' ? {} : { reason: given }),
        ...(voice === undefined ? {} : { onBehalfOf: voice }),
        ...(plan?.narrow === undefined ? {} : { narrow: plan.narrow }),
      },
    });
  const needs = decision === 'deny' || approval.risk === 'high';
  return (
    <Modal opened onClose={onClose} size="36rem" title={titleOf(decision, plan)} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={css['dialog']}>
        <Plan approval={approval} decision={decision} plan={plan} digest={seen} />
        {voices.length > 1 || voices[0] !== undefined ? <Voice voices={voices} voice={voice} onVoice={setVoice} /> : null}
        <Textarea
          label="Reason"
          description={needs ? reasonWords(decision) : 'Not required. Others read it when the same is asked again.'}
          required={needs}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          maxLength={2000}
          data-autofocus
        />
        {error === null ? null : <Refused error={error} />}
        <Again error={error} approval={approval.id} onAgain={() => (reset(), send())} />
        <Hold
          verb={decision}
          word={decision}
          danger={decision === 'deny'}
          busy={isPending}
          blocked={needs && given === '' ? 'A reason comes first.' : undefined}
          onDone={send}
        />
      </div>
    </Modal>
  );
}

function titleOf(decision: 'approve' | 'deny', plan: ShownPlan | undefined): string {
  if (decision === 'deny') return 'Deny: nothing of it is done';
  return plan === undefined ? 'Approve exactly this plan' : 'Approve this narrower plan';
}

function reasonWords(decision: 'approve' | 'deny'): string {
  return decision === 'deny'
    ? 'It goes back to who asked, and into the audit chain.'
    : 'The risk is high: say why it is right. Kept in the audit chain.';
}

function wordsOf(
  decision: 'approve' | 'deny',
  { status, approvals, quorum }: { readonly status: string; readonly approvals: number; readonly quorum: number },
): string {
  if (decision === 'deny') return 'Denied. Nothing of it is done.';
  return status === 'approved' ? 'Approved. The run goes on with exactly this plan.' : `Your approval counts: ${approvals} of ${quorum}.`;
}

type PlanProps = {
  readonly approval: Approval;
  readonly decision: 'approve' | 'deny';
  readonly plan: ShownPlan | undefined;
  readonly digest: string;
};

function Plan({ approval, decision, plan, digest }: PlanProps): ReactElement {
  return (
    <div className={css['plan']}>
      {decision === 'deny' ? <p>{approval.summary}</p> : (plan?.shown ?? <Effects approval={approval} effects={approval.plan.effects} />)}
      <p className={css['bound']}>
        {decision === 'deny' ? 'The denial' : 'The approval'} is bound to the plan <Digest value={digest} length={16} />
      </p>
    </div>
  );
}

type VoiceProps = {
  readonly voices: readonly (string | undefined)[];
  readonly voice: string | undefined;
  readonly onVoice: (voice: string | undefined) => void;
};
const own = 'own';

function Voice({ voices, voice, onVoice }: VoiceProps): ReactElement {
  return (
    <Select
      label="In whose right"
      data={voices.map((one) => ({ value: one ?? own, label: one === undefined ? 'in my own' : `on behalf of ${one}` }))}
      value={voice ?? own}
      onChange={(value) => onVoice(value === own || value === null ? undefined : value)}
      allowDeselect={false}
    />
  );
}
