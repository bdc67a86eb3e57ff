/** Cancelling a run: first what it would undo and in which order, what would stay, and what would stop; then the reason, and a decision that is held. */
import { Modal, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { CancelPreview } from '../../../api/contract/run-control.ts';
import { useRead, useSend } from '../../api/queries.ts';
import { notify } from '../../app/notices.tsx';
import { State } from '../../look/state.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { Hold } from '../approval/dialogs/hold.tsx';
import { Values } from '../approval/value.tsx';
import css from './run.module.css';

export function CancelDialog({ run, onClose }: { readonly run: string; readonly onClose: () => void }): ReactElement {
  const preview = useRead('runs.cancel-preview', { params: { run } }, { everyMs: 5000 });
  const [reason, setReason] = useState('');
  const given = reason.trim();
  const { mutate, isPending, error } = useSend('runs.cancel', {
    stale: ['runs.get', 'runs.list', 'approvals.list', 'tasks.list'],
    onDone: () => {
      notify('The run is cancelled: what it did is undone now.');
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} size="38rem" title="Cancel the run" closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={css['preview']}>
        {preview.data === undefined ? (
          preview.error === null ? (
            <Loading lines={3} />
          ) : (
            <Failure error={preview.error} inline />
          )
        ) : (
          <Preview of={preview.data} />
        )}
        <Textarea
          label="Reason"
          description="Kept in the audit chain, and read by who waits for this run."
          required
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          maxLength={2000}
          data-autofocus
        />
        {error === null ? null : <Failure error={error} inline />}
        <Hold
          verb="cancel the run"
          word="cancel"
          danger
          busy={isPending}
          blocked={given === '' ? 'A reason comes first.' : undefined}
          onDone={() => mutate({ params: { run }, body: { reason: given } })}
        />
      </div>
    </Modal>
  );
}

const effectWords = { done: 'done', 'may-have-happened': 'may have happened', 'being-undone': 'being undone already' } as const;

function Preview({ of: { undone, kept, stopped, first, approvals, tasks } }: { readonly of: CancelPreview }): ReactElement {
  return (
    <>
      <Listed title={undone.length === 0 ? 'Nothing has to be undone' : `Undone, in this order (${undone.length})`} ordered>
        {undone.map(({ step, by, params, effect }) => (
          <li key={step}>
            <strong>{step}</strong> by <code>{by}</code>{' '}
            <State value={effect} tone={effect === 'done' ? 'good' : 'warn'} label={effectWords[effect]} />
            <Values of={params} label={`Parameters of the undo of ${step}`} />
          </li>
        ))}
      </Listed>
      {kept.length === 0 ? null : (
        <Listed title="Stays as it is">
          {kept.map(({ step, what, reason }) => (
            <li key={step}>
              <strong>{step}</strong> {what}: {reason}
            </li>
          ))}
        </Listed>
      )}
      {first.length === 0 ? null : (
        <Listed title="The playbook does first" ordered>
          {first.map(({ step, action, kind }) => (
            <li key={step}>
              <strong>{step}</strong> <code>{action ?? kind}</code>
            </li>
          ))}
        </Listed>
      )}
      {stopped.length + approvals.length + tasks.length === 0 ? null : (
        <Listed title="Stops">
          {stopped.map(({ step, kind }) => (
            <li key={step}>
              <strong>{step}</strong> {kind}
              {approvals.some((one) => one.step === step) ? ': its approval is closed' : ''}
              {tasks.some((one) => one.step === step) ? ': its task is closed' : ''}
            </li>
          ))}
        </Listed>
      )}
    </>
  );
}

function Listed({
  title,
  ordered = false,
  children,
}: {
  readonly title: string;
  readonly ordered?: boolean;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <section>
      <h3>{title}</h3>
      {ordered ? <ol>{children}</ol> : <ul>{children}</ul>}
    </section>
  );
}
