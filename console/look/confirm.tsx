/** Asks before something is done that cannot be taken back lightly. Says what will happen; a reason where one is required. Enter alone does not confirm. */
import { Button, Modal, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { Failure } from './told.tsx';
import css from './css/confirm.module.css';

type ConfirmProps = {
  readonly title: string;
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Called with the reason, trimmed; empty where none was asked for. */
  readonly onConfirm: (reason: string) => void;
  readonly verb: string;
  readonly danger?: boolean;
  readonly reason?: 'none' | 'optional' | 'required';
  readonly busy?: boolean;
  readonly error?: unknown;
  readonly children?: ReactNode;
};

export function Confirm(props: ConfirmProps): ReactElement {
  const { title, opened, onClose, verb, danger = false, reason: wants = 'none', busy = false, error, children } = props;
  const [reason, setReason] = useState('');
  const given = reason.trim();
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={css['words']}>
        {children}
        {wants === 'none' ? null : (
          <Textarea
            label="Reason"
            description="Kept in the audit chain."
            required={wants === 'required'}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={2000}
            data-autofocus
          />
        )}
        {error === undefined || error === null ? null : <Failure error={error} inline />}
        <div className={css['buttons']}>
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button
            {...(danger ? { color: 'red' } : {})}
            loading={busy}
            disabled={wants === 'required' && given === ''}
            onClick={() => props.onConfirm(given)}
          >
            {verb}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
