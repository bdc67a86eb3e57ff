/** What lets a person in: tokens, and a one-time link that sets a password. A secret is shown once. */
import { Button, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Person } from '../../../api/contract/people.ts';
import { useRead, useSend } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { notify } from '../../app/notices.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { Once } from './once.tsx';
import css from './settings.module.css';

type WaysInProps = { readonly person: Person; readonly onClose: () => void };

export function WaysIn({ person, onClose }: WaysInProps): ReactElement {
  const may = useMay();
  return (
    <Modal opened onClose={onClose} size="40rem" title={`Ways in for ${person.name}`} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={css['form']}>
        {may('people.sign-in-link') && !person.disabled ? <Link person={person} /> : null}
        {may('people.sign-out') ? <SignOut person={person} /> : null}
        <Tokens person={person} />
      </div>
    </Modal>
  );
}

function Link({ person: { id } }: { readonly person: Person }): ReactElement {
  const send = useSend('people.sign-in-link');
  if (send.data !== undefined)
    return (
      <Once label="A link that sets a password, once" secret={`${window.location.origin}${send.data.path}`} until={send.data.expiresAt} />
    );
  return (
    <>
      {send.error === null ? null : <Failure error={send.error} inline />}
      <Button
        variant="default"
        loading={send.isPending}
        onClick={() => send.mutate({ params: { id }, body: {} })}
        className={css['submit'] ?? ''}
      >
        Make a one-time link
      </Button>
    </>
  );
}

function SignOut({ person: { id, name } }: { readonly person: Person }): ReactElement {
  const send = useSend('people.sign-out', {
    onDone: ({ ended }) => notify(`${name}: ${ended} ${ended === 1 ? 'session has' : 'sessions have'} ended.`),
  });
  return (
    <>
      {send.error === null ? null : <Failure error={send.error} inline />}
      <Button variant="default" loading={send.isPending} onClick={() => send.mutate({ params: { id } })} className={css['submit'] ?? ''}>
        End every session
      </Button>
    </>
  );
}

function Tokens({ person: { id } }: { readonly person: Person }): ReactElement {
  const may = useMay();
  const { data, error } = useRead('tokens.list', { params: { id } });
  const revoke = useSend('tokens.revoke', { stale: ['tokens.list'] });
  if (data === undefined) return error === null ? <Loading lines={2} /> : <Failure error={error} inline />;
  return (
    <>
      <h3 className={css['title']}>Tokens</h3>
      {revoke.error === null ? null : <Failure error={revoke.error} inline />}
      {data.items.length === 0 ? <p className={css['quiet']}>None.</p> : null}
      <ul className={css['tokens']}>
        {data.items.map(({ id: token, label, madeAt, revokedAt }) => (
          <li key={token}>
            <span className={css['name']}>{label}</span>
            <span className={css['quiet']}>
              made <When at={madeAt} as="distance" />
            </span>
            {revokedAt === undefined ? (
              may('tokens.revoke') ? (
                <Button
                  size="compact-xs"
                  variant="default"
                  disabled={revoke.isPending}
                  onClick={() => revoke.mutate({ params: { id, token } })}
                >
                  Revoke
                </Button>
              ) : null
            ) : (
              <span className={css['quiet']}>
                revoked <When at={revokedAt} as="distance" />
              </span>
            )}
          </li>
        ))}
      </ul>
      {may('tokens.create') ? <NewToken id={id} /> : null}
    </>
  );
}

function NewToken({ id }: { readonly id: string }): ReactElement {
  const [label, setLabel] = useState('');
  const send = useSend('tokens.create', { stale: ['tokens.list'] });
  if (send.data !== undefined) return <Once label="The new token" secret={send.data.secret} />;
  return (
    <form
      className={css['line']}
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate({ params: { id }, body: { label: label.trim() } });
      }}
    >
      <TextInput
        aria-label="What the token is for"
        placeholder="What it is for"
        maxLength={100}
        value={label}
        onChange={({ currentTarget }) => setLabel(currentTarget.value)}
      />
      <Button type="submit" variant="default" loading={send.isPending} disabled={label.trim() === ''}>
        Make a token
      </Button>
      {send.error === null ? null : <Failure error={send.error} inline />}
    </form>
  );
}
