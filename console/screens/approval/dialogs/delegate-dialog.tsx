/** Passing one's roles on for a time: somebody else then votes on one's behalf. It can be taken back. */
import { Button, Checkbox, Modal, Select, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { DelegationRequest } from '../../../../api/contract/delegations.ts';
import { useSend } from '../../../api/queries.ts';
import { useSession } from '../../../api/session.tsx';
import { notify } from '../../../app/notices.tsx';
import { Failure } from '../../../look/told.tsx';
import { localTime } from '../../../look/time.ts';
import css from './dialog.module.css';

const hourMs = 3_600_000;
const times = [
  { value: '4', label: 'for 4 hours' },
  { value: '24', label: 'for a day' },
  { value: '168', label: 'for a week' },
  { value: '336', label: 'for two weeks' },
];

export function DelegateDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { person } = useSession();
  const [to, setTo] = useState('');
  const [roles, setRoles] = useState<readonly string[]>(person.roles);
  const [hours, setHours] = useState('24');
  const [reason, setReason] = useState('');
  const { mutate, isPending, error } = useSend('delegations.give', {
    stale: ['delegations.list'],
    onDone: (made) => {
      notify(`${made.to} votes on your behalf until ${localTime(Date.parse(made.until))}.`);
      onClose();
    },
  });
  const send = () =>
    mutate({
      body: {
        to: to.trim(),
        roles: [...roles] as DelegationRequest['roles'],
        until: new Date(Date.now() + Number(hours) * hourMs).toISOString(),
        ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
      },
    });
  return (
    <Modal opened onClose={onClose} title="Pass my roles on for a time" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        className={css['dialog']}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <TextInput
          label="To whom"
          description="Their id, as they sign in."
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
          required
          data-autofocus
        />
        <Roles all={person.roles} roles={roles} onRoles={setRoles} />
        <Select label="How long" data={times} value={hours} onChange={(value) => setHours(value ?? '24')} allowDeselect={false} />
        <Textarea label="Reason" value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={2000} />
        {error === null ? null : <Failure error={error} inline />}
        <div className={css['buttons']}>
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button type="submit" loading={isPending} disabled={to.trim() === '' || roles.length === 0}>
            Pass on
          </Button>
        </div>
      </form>
    </Modal>
  );
}

type RolesProps = {
  readonly all: readonly string[];
  readonly roles: readonly string[];
  readonly onRoles: (roles: readonly string[]) => void;
};

function Roles({ all, roles, onRoles }: RolesProps): ReactElement {
  return (
    <fieldset className={css['steps']}>
      <legend>Which of my roles</legend>
      {all.map((role) => (
        <Checkbox
          key={role}
          size="xs"
          label={role}
          checked={roles.includes(role)}
          onChange={(event) => onRoles(event.currentTarget.checked ? [...roles, role] : roles.filter((one) => one !== role))}
        />
      ))}
    </fieldset>
  );
}
