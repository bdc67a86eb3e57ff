/** Proving once more who decides, without losing what was typed: by password here, or at the provider and back to this page. */
import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useRead, useSend } from '../../../api/queries.ts';
import { queryClient } from '../../../api/queries.ts';
import { sessionKey } from '../../../api/session.tsx';
import { Failure } from '../../../look/told.tsx';
import { refusalOf } from './refusal.ts';
import css from './dialog.module.css';

type AgainProps = { readonly error: unknown; readonly approval: string; readonly onAgain: () => void };

export function Again({ error, approval, onAgain }: AgainProps): ReactElement | null {
  return error !== null && refusalOf(error)?.again === true ? <Prove approval={approval} onAgain={onAgain} /> : null;
}

function Prove({ approval, onAgain }: Pick<AgainProps, 'approval' | 'onAgain'>): ReactElement {
  const { data } = useRead('session.get', {});
  const { mutate, isPending, error } = useSend('session.step-up', {
    onDone: () => {
      void queryClient.invalidateQueries({ queryKey: sessionKey }).then(onAgain);
    },
  });
  const [password, setPassword] = useState('');
  if (data?.how === 'oidc') {
    const start = `/v1/sign-in/oidc/start?stepup=1&return=${encodeURIComponent(`/approvals/${approval}`)}`;
    return (
      <Button component="a" href={start} variant="default">
        Sign in again at the provider
      </Button>
    );
  }
  return (
    <form
      className={css['again']}
      onSubmit={(event) => {
        event.preventDefault();
        mutate({ body: { password } });
      }}
    >
      <PasswordInput
        size="xs"
        label="Your password, once more"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        autoComplete="current-password"
      />
      <Button type="submit" loading={isPending} disabled={password === ''}>
        Go on
      </Button>
      {error === null ? null : <Failure error={error} inline />}
    </form>
  );
}
