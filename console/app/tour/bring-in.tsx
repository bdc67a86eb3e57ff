/** Somebody with a role that is needed: oneself too, where that is enough, or another person by a one-time link for another browser. */
import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Person } from '../../../api/contract/people.ts';
import { call } from '../../api/client.ts';
import { queryClient, refresh, useRead, useSend } from '../../api/queries.ts';
import { sessionKey, useSession } from '../../api/session.tsx';
import { CopyButton } from '../../look/copy.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { useMutation } from '@tanstack/react-query';
import type { Act } from './act.ts';
import css from './tour.module.css';

type Role = Extract<Act, { kind: 'need' }>['role'];
type BringInProps = { readonly role: Role; readonly onClose: () => void };

export function BringIn({ role, onClose }: BringInProps): ReactElement {
  const article = role === 'manager' ? 'a' : 'an';
  const people = useRead('people.list', {});
  return (
    <Modal opened onClose={onClose} size="34rem" title={`Bring in ${article} ${role}`} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={css['dialog']}>
        {role === 'manager' ? null : <TakeRole role={role} onClose={onClose} />}
        {people.data === undefined ? (
          people.error === null ? (
            <Loading lines={3} />
          ) : (
            <Failure error={people.error} inline />
          )
        ) : (
          <Other role={role} people={people.data.items} />
        )}
      </div>
    </Modal>
  );
}

/** Not offered for a manager: who asks does not approve, so one person cannot be both sides. */
function TakeRole({ role, onClose }: BringInProps): ReactElement {
  const { person } = useSession();
  const send = useSend('people.put', {
    stale: ['people.list'],
    onDone: () => {
      void queryClient.invalidateQueries({ queryKey: sessionKey });
      onClose();
    },
  });
  const { id, name, roles } = person;
  return (
    <section className={css['choice']} aria-label="Yourself">
      <p>You are alone here? Take the role yourself: it stands in the record like any other change, and Settings takes it back.</p>
      {send.error === null ? null : <Failure error={send.error} inline />}
      <Button loading={send.isPending} onClick={() => send.mutate({ body: { id, name, roles: [...roles, role] } })} data-autofocus>
        {`Be ${role === 'analyst' || role === 'engineer' ? 'an' : 'a'} ${role} too`}
      </Button>
    </section>
  );
}

const somebodyNew = '';

function useOther(role: Role, people: readonly Person[]) {
  const { person } = useSession();
  const fit = people.filter(({ id, roles, disabled }) => roles.includes(role) && !disabled && id !== person.id);
  const [chosen, setChosen] = useState(fit[0]?.id ?? somebodyNew);
  const [id, setId] = useState('');
  const send = useMutation({
    mutationFn: async () => {
      const who =
        chosen === somebodyNew ? (await call('people.put', { body: { id: id.trim(), name: id.trim(), roles: [role] } })).id : chosen;
      refresh(['people.list']);
      return { who, ...(await call('people.sign-in-link', { params: { id: who }, body: {} })) };
    },
  });
  return { fit, chosen, setChosen, id, setId, send, ready: chosen !== somebodyNew || id.trim() !== '' };
}

function Other({ role, people }: { readonly role: Role; readonly people: readonly Person[] }): ReactElement {
  const { fit, chosen, setChosen, id, setId, send, ready } = useOther(role, people);
  if (send.data !== undefined) return <Link {...send.data} />;
  return (
    <form
      className={css['choice']}
      aria-label="Somebody else"
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate();
      }}
    >
      <p>
        A one-time link sets a password and signs in. One browser is one person: it is opened in a private window, or in another browser.
      </p>
      <Select
        label="Who"
        allowDeselect={false}
        data={[...fit.map((one) => ({ value: one.id, label: `${one.name} (${one.id})` })), { value: somebodyNew, label: 'Somebody new' }]}
        value={chosen}
        onChange={(value) => setChosen(value ?? somebodyNew)}
      />
      {chosen === somebodyNew ? (
        <TextInput
          label="Id"
          description={`As they sign in; their role is ${role}.`}
          required
          maxLength={128}
          value={id}
          onChange={({ currentTarget: { value } }) => setId(value)}
        />
      ) : null}
      {send.error === null ? null : <Failure error={send.error} inline />}
      <Button type="submit" variant={role === 'manager' ? 'filled' : 'default'} loading={send.isPending} disabled={!ready}>
        Make the link
      </Button>
    </form>
  );
}

/** `&tour=1` behind the `#`: whoever comes in by it has the tour too. */
function Link({ who, path, expiresAt }: { readonly who: string; readonly path: string; readonly expiresAt: string }): ReactElement {
  const url = `${window.location.origin}${path}&tour=1`;
  return (
    <section className={css['choice']} aria-label="The link">
      <p>
        Open this in a <strong>private window</strong> (Ctrl Shift N, in Firefox Ctrl Shift P) and be <strong>{who}</strong> there. The tour
        goes on in both.
      </p>
      <TextInput
        label={`One-time link for ${who}`}
        description={
          <>
            Shown this once; valid until <When at={expiresAt} />.
          </>
        }
        readOnly
        value={url}
        rightSection={<CopyButton text={url} label="Copy the link" />}
        onFocus={({ currentTarget }) => currentTarget.select()}
      />
    </section>
  );
}
