/** A person: name and roles. Nobody is deleted: whoever is disabled stays in the record. */
import { Button, Checkbox, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Person, PersonRequest } from '../../../api/contract/people.ts';
import { useSend } from '../../api/queries.ts';
import { notify } from '../../app/notices.tsx';
import { Failure } from '../../look/told.tsx';
import css from './settings.module.css';

type Role = PersonRequest['roles'][number];
const roles: readonly { readonly role: Role; readonly means: string }[] = [
  { role: 'analyst', means: 'works incidents, runs playbooks' },
  { role: 'manager', means: 'approves and denies' },
  { role: 'engineer', means: 'writes policies and playbooks' },
  { role: 'auditor', means: 'reads all, changes nothing' },
  { role: 'admin', means: 'people, points, systems, settings' },
];

type DialogProps = { readonly person: Person | undefined; readonly onClose: () => void };

function usePerson(person: Person | undefined) {
  const [id, setId] = useState(person?.id ?? '');
  const [name, setName] = useState(person?.name ?? '');
  const [held, setHeld] = useState<readonly Role[]>(person?.roles ?? []);
  const [disabled, setDisabled] = useState(person?.disabled ?? false);
  const body = { id: id.trim(), name: name.trim(), roles: [...held], disabled };
  const ready = body.id !== '' && body.name !== '' && held.length > 0;
  return { id, setId, name, setName, held, setHeld, disabled, setDisabled, body, ready };
}

export function PersonDialog({ person, onClose }: DialogProps): ReactElement {
  const { id, setId, name, setName, held, setHeld, disabled, setDisabled, body, ready } = usePerson(person);
  const send = useSend('people.put', {
    stale: ['people.list'],
    onDone: (saved) => {
      notify(`${saved.name} is saved.`);
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={person === undefined ? 'Add a person' : person.name}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        className={css['form']}
        onSubmit={(event) => {
          event.preventDefault();
          send.mutate({ body });
        }}
      >
        {person === undefined ? (
          <TextInput
            label="Id"
            description="As it signs in; it does not change."
            required
            maxLength={128}
            value={id}
            onChange={({ currentTarget }) => setId(currentTarget.value)}
            data-autofocus
          />
        ) : null}
        <TextInput label="Name" required maxLength={200} value={name} onChange={({ currentTarget }) => setName(currentTarget.value)} />
        <Roles held={held} onHeld={setHeld} />
        {person === undefined ? null : (
          <Checkbox
            label="Disabled"
            description="Sessions and tokens end at once."
            checked={disabled}
            onChange={({ currentTarget }) => setDisabled(currentTarget.checked)}
          />
        )}
        {send.error === null ? null : <Failure error={send.error} inline />}
        <div className={css['buttons']}>
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button type="submit" loading={send.isPending} disabled={!ready}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function Roles({ held, onHeld }: { readonly held: readonly Role[]; readonly onHeld: (roles: readonly Role[]) => void }): ReactElement {
  return (
    <fieldset className={css['roles']}>
      <legend>Roles</legend>
      {roles.map(({ role, means }) => (
        <Checkbox
          key={role}
          label={role}
          description={means}
          checked={held.includes(role)}
          onChange={({ currentTarget: { checked } }) => onHeld(checked ? [...held, role] : held.filter((one) => one !== role))}
        />
      ))}
    </fieldset>
  );
}
